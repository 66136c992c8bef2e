"""The SQL that compares rows of a restored database, on a real PostgreSQL: it tells what is the same, and what not."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.rotation.programs import account, postgresql
from tools.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rotation.server import Server

SQL = ROOT / "tools" / "restore" / "rows.sql"
TABLES = (
    "CREATE TABLE orders (id int PRIMARY KEY, what text, at timestamptz);"
    'CREATE TABLE "Odd Name" (data jsonb); CREATE SCHEMA more; CREATE TABLE more.empty (id int);'
    "INSERT INTO orders SELECT n, 'what ' || n, to_timestamp(n) FROM generate_series(1, 500) AS n;"
    'INSERT INTO "Odd Name" VALUES (\'{"a": 1}\'), (NULL);'
)


class Databases:
    """The databases of a server, by name."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def run(self, program: str, *arguments: str, text: str = "") -> str:
        where = (f"--host={self.server.folder}", f"--port={self.server.port}", "--username=postgres")
        ended = subprocess.run(
            [postgresql() / program, *where, *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            cwd=self.server.folder,
            **account(),
        )
        return ended.stdout

    def sql(self, database: str, text: str) -> str:
        return self.run("psql", "--no-psqlrc", "--tuples-only", "--no-align", f"--dbname={database}", text=text)

    def rows(self, database: str) -> str:
        return self.sql(database, SQL.read_text())


@pytest.fixture
def databases(running: Server) -> Iterator[Databases]:
    found = Databases(running)
    for name in ("original", "restored"):
        found.sql("postgres", f"CREATE DATABASE {name}")
    found.sql("original", TABLES)
    dumped = found.run("pg_dump", "--dbname=original")
    found.sql("restored", dumped)
    yield found
    for name in ("original", "restored"):
        found.sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def test_a_restored_database_is_the_same(databases: Databases) -> None:
    rows = databases.rows("original")
    assert [line.rpartition("|")[0] for line in rows.splitlines()] == [
        "more.empty|0",
        "public.Odd Name|2",
        "public.orders|500",
    ]
    assert databases.rows("restored") == rows


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE orders SET what = 'other' WHERE id = 7",
        "DELETE FROM orders WHERE id = 7",
        "INSERT INTO more.empty VALUES (1)",
        "UPDATE orders SET at = at + interval '1 second' WHERE id = 500",
    ],
)
def test_a_row_that_differs_is_told(databases: Databases, change: str) -> None:
    databases.sql("restored", change)
    assert databases.rows("restored") != databases.rows("original")


def test_another_order_of_the_same_rows_is_the_same(databases: Databases) -> None:
    databases.sql("restored", "CREATE TABLE turned AS SELECT * FROM orders ORDER BY id DESC; TRUNCATE orders;")
    databases.sql("restored", "INSERT INTO orders SELECT * FROM turned; DROP TABLE turned")
    assert databases.rows("restored") == databases.rows("original")
