"""Names of the buckets, for tools too, which build no constructs."""

DATA = "data"
