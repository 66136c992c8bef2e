"""Backups, their copies in another region, and restore testing."""
