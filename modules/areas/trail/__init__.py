"""The record of who did what in the account, and alarms on what nobody should do."""
