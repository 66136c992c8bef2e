"""Sessions of the application's users."""
