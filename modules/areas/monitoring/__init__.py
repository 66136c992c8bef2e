"""Alarms, the health of a region, the dashboard, and queries for the usual questions."""
