"""What a change of the settings does to a platform that stands."""

from tools.changes.behind import keys_behind

__all__ = ["keys_behind"]
