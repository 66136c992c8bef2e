"""Backups, copies of them in another region, and tests of restoring them."""
