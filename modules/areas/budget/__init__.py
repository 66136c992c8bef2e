"""The budget of the account, and cost anomaly detection."""
