"""Settings of the sessions area."""

from __future__ import annotations

from modules.settings.types import Section


class SessionSettings(Section):
    """The table of sessions.

    Parameters
    ----------
    deletion_protection
        Whether AWS refuses to delete the table. Yes by default; say no, and apply, before the platform is destroyed.
    """

    deletion_protection: bool = True
