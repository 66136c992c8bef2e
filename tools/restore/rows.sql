-- One line for each table of the application: its name, the number of its rows, and a digest of their content,
-- whatever their order. Run it with psql against the database and against the one that was restored, and compare:
--   psql --no-psqlrc --tuples-only --no-align --file rows.sql
-- It reads every row: on a large database run it when little is going on.
SELECT format(
    'SELECT %L, count(*), md5(coalesce(string_agg(row_digest, '''' ORDER BY row_digest COLLATE "C"), '''')) '
    'FROM (SELECT md5(t::text) AS row_digest FROM %I.%I AS t) AS digests',
    schemaname || '.' || tablename, schemaname, tablename
)
FROM pg_catalog.pg_tables
WHERE schemaname NOT IN ('information_schema', 'pg_catalog')
ORDER BY schemaname, tablename
\gexec
