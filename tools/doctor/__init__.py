"""What a machine needs, looked at with nothing installed: Python from 3.8 on runs it, with its own library alone."""
