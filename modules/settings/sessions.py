"""Settings of sessions."""

from __future__ import annotations

from modules.settings.types import Section


class SessionSettings(Section):
    """The session table.

    Parameters
    ----------
    deletion_protection
        Whether AWS refuses to delete the table; set it to ``false``, and apply, before a destroy.
    """

    deletion_protection: bool = True
