"""Where alarms, budgets and findings are told to humans."""
