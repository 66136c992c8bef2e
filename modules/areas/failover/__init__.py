"""Failover of the database's writer to another region, and the keeper that watches what was left."""
