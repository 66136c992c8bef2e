"""What the account may cost."""
