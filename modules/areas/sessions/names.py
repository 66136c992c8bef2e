"""Names of the session table's attributes, for tools too, which build no constructs."""

#: The hash key, and the time to live: the end of the session in seconds since 1970.
SESSION_ID, EXPIRES_AT = "session_id", "expires_at"
