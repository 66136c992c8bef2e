"""What is wrong with a settings file."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST_VALUE = 80


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Parameters
    ----------
    path
        Where: a key such as ``network.cidr`` or ``regions[1]``, or the file's path.
    problem
        What is wrong.
    value
        What stands there; ``None`` if nothing does.
    allowed
        What may stand there.
    """

    path: str
    problem: str
    value: object
    allowed: str

    def __str__(self) -> str:
        """``path: what is wrong, the value, what is allowed`` on one line."""
        text = "nothing" if self.value is None else repr(self.value)
        if len(text) > LONGEST_VALUE:
            text = f"{text[:LONGEST_VALUE]}…"
        return " ".join(f"{self.path}: {self.problem}, got {text}, allowed: {self.allowed}".split())


class SettingsError(Exception):
    """Every fault of a settings file; its text has one line a fault."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


def nearest(value: str, known: Iterable[str]) -> str:
    """``, did you mean 'x'?`` if ``known`` has something like ``value``, else nothing."""
    matches = get_close_matches(value, list(known), n=1, cutoff=0.6)
    return f" (did you mean {matches[0]!r}?)" if matches else ""
