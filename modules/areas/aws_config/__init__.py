"""AWS Config: records of resources and their changes, and rules that check compliance."""
