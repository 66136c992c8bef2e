"""The function that sets findings to ``NOTIFIED``."""
