"""What is wrong with a settings file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

LONGEST_VALUE = 80
#: Lines that a terminal has room for; a file with more faults has one fault many times.
MOST_LINES = 40
#: Choices that are listed in full.
MOST_CHOICES = 12
_PLAIN_KEY = re.compile(r"[\w-][\w.-]*", re.ASCII)


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
        text = "nothing" if self.value is None else shortened(repr(self.value))
        line = " ".join(f"{self.path}: {self.problem}, got {text}, allowed: {self.allowed}".split())
        # Whatever stands in the file, a terminal is to show it and not to obey it.
        return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in line)


class SettingsError(Exception):
    """Every fault of a settings file; its text has one line a fault, and at most ``MOST_LINES``."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        lines = [str(fault) for fault in faults[:MOST_LINES]]
        if len(faults) > MOST_LINES:
            lines.append(f"and {len(faults) - MOST_LINES} more faults")
        super().__init__("\n".join(lines))


def shortened(text: str) -> str:
    """``text``, or its beginning if it is long."""
    return f"{text[:LONGEST_VALUE]}…" if len(text) > LONGEST_VALUE else text


def joined(path: str, part: int | str) -> str:
    """Path of a key or item below ``path``: ``network.cidr``, ``regions[1]``, and odd keys in quotes."""
    if isinstance(part, int):
        return f"{path}[{part}]"
    name = part if _PLAIN_KEY.fullmatch(part) and len(part) <= LONGEST_VALUE else shortened(repr(part))
    return f"{path}.{name}" if path else name


def nearest(value: str, known: Iterable[str]) -> str:
    """``, did you mean 'x'?`` if ``known`` has something like ``value``, else nothing."""
    matches = get_close_matches(value, list(known), n=1, cutoff=0.6) if len(value) <= LONGEST_VALUE else []
    return f" (did you mean {matches[0]!r}?)" if matches else ""


def choices(value: str, known: Collection[str], *, where: str) -> str:
    """``known`` in words: all of them if they are few, or else those most like ``value``, and ``where`` all are.

    Parameters
    ----------
    where
        Such as ``docs/network.md``.
    """
    if len(known) <= MOST_CHOICES:
        return ", ".join(sorted(known))
    close = get_close_matches(value, sorted(known), n=5, cutoff=0.4) if len(value) <= LONGEST_VALUE else []
    return f"{''.join(f'{one}, ' for one in close or sorted(known)[:5])}… ({len(known)} in all: {where})"
