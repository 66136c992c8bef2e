"""What one step of a drill is, and what it says when something is not as it should be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.drill.context import Drill


class NotAsExpectedError(Exception):
    """The platform did otherwise than it promises.

    Parameters
    ----------
    what : str
        What was looked at.
    expected, seen : object
        What it should be, and what it is.
    """

    def __init__(self, what: str, *, expected: object, seen: object) -> None:
        super().__init__(f"{what}: expected {expected}, seen {seen}")
        self.what, self.expected, self.seen = what, expected, seen


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that is done, or looked at.

    Parameters
    ----------
    name : str
        What it is called in the timeline, and by the tests that look closer after it.
    run : callable
        Does it, and returns what was seen, for the timeline; raises `NotAsExpectedError`.
    """

    name: str
    run: Callable[["Drill"], str]
