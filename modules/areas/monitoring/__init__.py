"""Alarms, event rules, the health of a region, the dashboard and saved queries."""
