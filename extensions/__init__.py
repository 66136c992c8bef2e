"""Constructs of the team that runs this platform. Updates of Meridian leave this folder alone: see README.md here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modules.platform import PlatformStack


def extend(platform: PlatformStack) -> None:
    """Add resources to the stack ``platform``, after everything else is built. It adds none as it comes.

    Parameters
    ----------
    platform
        The stack, with ``settings``, ``sites``, ``alerts``, ``parameters`` and ``sessions``.
    """
