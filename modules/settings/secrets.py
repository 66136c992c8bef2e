"""Settings of secrets."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from modules.settings.types import Allowed, Section, fault

SHORTEST_WINDOW, LONGEST_WINDOW = 7, 30


def _window(days: int) -> int:
    if days != 0 and not SHORTEST_WINDOW <= days <= LONGEST_WINDOW:
        raise fault("not a recovery window of Secrets Manager", f"0, or {SHORTEST_WINDOW} to {LONGEST_WINDOW} days")
    return days


WINDOW = Allowed(
    words=f"0, or {SHORTEST_WINDOW} to {LONGEST_WINDOW}", values=(0, *range(SHORTEST_WINDOW, LONGEST_WINDOW + 1))
)


class SecretSettings(Section):
    """Every secret.

    Parameters
    ----------
    recovery_window_days
        Recovery window of a deleted secret, during which its name cannot be used again; 0 deletes at once.
    """

    recovery_window_days: Annotated[int, AfterValidator(_window), WINDOW] = LONGEST_WINDOW
