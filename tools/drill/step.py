"""What one step of a drill is, and what it says when something is not as it should be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.errors import ToolError

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


def refused(what: str, wanted: str, run: Callable[[], object]) -> str:
    """Do what must be refused, and return how it was.

    Parameters
    ----------
    what : str
        What is tried, in words.
    wanted : str
        What the refusal has to say.
    run : callable
        Tries it.

    Raises
    ------
    NotAsExpectedError
        If it is done, or refused for another reason.
    """
    try:
        run()
    except ToolError as refusal:
        if wanted in refusal.message:
            return refusal.message
        raise NotAsExpectedError(what, expected=f"a refusal with {wanted!r}", seen=refusal.message) from None
    raise NotAsExpectedError(what, expected=f"a refusal with {wanted!r}", seen="that it was done")
