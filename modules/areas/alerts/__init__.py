"""How people are notified of alarms, budgets and findings."""
