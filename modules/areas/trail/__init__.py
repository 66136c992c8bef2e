"""CloudTrail: the trail, its metric filters, and alarms on them."""
