"""The function that marks findings as told."""
