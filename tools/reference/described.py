"""What the docstring of a section says of its keys."""

import inspect
import re
from dataclasses import dataclass
from functools import cache

from modules.settings.types import Section

_HEAD = "Parameters\n----------\n"
_ENTRY = re.compile(r"^(?P<names>\w+(?:, \w+)*)(?: : in (?P<unit>.+))?\n(?P<text>(?:    .*\n|\n)+)", re.MULTILINE)
_DEFAULT = re.compile(r"(?:^|(?<=[.)] )|(?<=\n))By default,? (?P<what>.+?)\.(?= |\n|$)\s?")
#: What the last words of a key count, where its docstring names no unit.
_UNITS = {
    "days": "days",
    "seconds": "seconds",
    "gb": "GiB",
    "gib": "GiB",
    "mib": "MiB",
    "percent": "percent",
    "percentage": "percent",
    "usd": "US dollars",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is said of one key.

    Parameters
    ----------
    text : str
        What it means, in paragraphs of one line each, as in the docstring: code in two backticks.
    unit : str
        What a number counts; nothing if it counts things that the text names.
    """

    text: str
    unit: str = ""

    @property
    def default(self) -> str:
        """What comes instead of a value, for a key whose default is none: the sentence that begins `By default`."""
        found = _DEFAULT.search(self.text)
        return found["what"] if found else ""

    @property
    def rest(self) -> str:
        """The text without that sentence."""
        return _DEFAULT.sub("", self.text).strip()


@cache
def described(section: type[Section]) -> dict[str, Entry]:
    """Return what the docstring of a section says, by key; keys that share a text stand in one line."""
    _, _, parameters = f"{inspect.getdoc(section) or ''}\n".partition(_HEAD)
    return {
        name: Entry(text=_paragraphs(found["text"]), unit=found["unit"] or _unit(name))
        for found in _ENTRY.finditer(parameters)
        for name in found["names"].split(", ")
    }


def about(section: type[Section]) -> str:
    """Return what the docstring of a section says before its keys."""
    return _paragraphs((inspect.getdoc(section) or "").partition(_HEAD)[0])


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))


def _unit(name: str) -> str:
    return _UNITS.get(name.rpartition("_")[2], "")
