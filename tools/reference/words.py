"""What a key may be, in words, as Markdown."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from modules.settings.regions import known_regions
from tools.reference.described import described
from tools.reference.keys import section_of_items
from tools.reference.kinds import Kind, kinds

#: Of more values the words alone are shown; the schema has all.
MOST_VALUES = 24
_CODE = re.compile(r"(`[^`]*`)")
_PAGE = re.compile(r"(?<![\w/])docs/((?P<name>[\w-]+\.md)(?:#[\w-]+)?)")


def markdown(text: str) -> str:
    """Return a text of a docstring as Markdown: code in one backtick, and pages of docs as links."""
    parts = _CODE.split(text.replace("``", "`"))
    plain = [part if part.startswith("`") else _PAGE.sub(r"[\g<name>](\1)", escaped(part)) for part in parts]
    return "".join(plain)


def escaped(text: str) -> str:
    """Return a text of which nothing is markup."""
    return re.sub(r"([*<>])", r"\\\1", text)


def value(found: Sequence[Kind], *, unit: str = "") -> str:
    """Return what a value may be.

    Parameters
    ----------
    found : sequence of Kind
        What it may be of.
    unit : str
        What a number counts.
    """
    return "; or ".join(_one(kind, unit=unit) for kind in found)


def literal(what: Any) -> str:  # noqa: ANN401 - whatever the settings take
    """Return a value as a settings file may have it, in one line."""
    if isinstance(what, bool):
        return str(what).lower()
    return json.dumps(what).replace('"', "") if isinstance(what, (list, dict)) else str(what)


def codes(texts: Iterable[object], *, last: str = "or") -> str:
    """Return texts as code: `a`, `b` or `c`."""
    *others, final = [f"`{text}`" for text in texts]
    return f"{', '.join(others)} {last} {final}" if others else final


def _one(kind: Kind, *, unit: str) -> str:
    if kind.plain is bool:
        return "`true` or `false`"
    if kind.choices:
        return f"{codes(kind.choices)} {unit}".strip()
    if kind.item is not None:
        return _list(kind)
    if kind.entry:
        return _mapping(*map(kinds, kind.entry))
    if kind.is_number:
        return _number(kind, unit=unit)
    return markdown(kind.allowed.words) if kind.allowed else "text"


def _number(kind: Kind, *, unit: str) -> str:
    if kind.allowed:
        few = len(kind.allowed.values) <= MOST_VALUES
        return f"{codes(kind.allowed.values) if few else markdown(kind.allowed.words)} {unit}".strip()
    return f"{'whole number' if kind.plain is int else 'number'}, {bounds(kind)} {unit}".strip(" ,")


def _mapping(keys: Sequence[Kind], values: Sequence[Kind]) -> str:
    if any(kind.allowed and len(kind.allowed.values) == len(known_regions()) for kind in keys):
        return f"by region: {value(values)}"
    return f"mapping of {value(keys)} to {value(values)}"


def bounds(kind: Kind) -> str:
    """Return what a number may be, such as `16 to 22`."""
    found = {name: f"{bound:,}" for name, bound in kind.bounds.items()}
    least = found.get("ge") or (f"above {found['gt']}" if "gt" in found else "")
    most = found.get("le") or found.get("lt")
    if not least:
        return f"at most {most}" if most else ""
    return f"{least} to {most}" if most else f"{least} or more"


def _list(kind: Kind) -> str:
    section = section_of_items(kind)
    if section:
        items = [
            f"`{name}` ({value(kinds(field.annotation, field.metadata))}"
            f"{'' if field.is_required() else '; may be left out'})"
            + (f": {markdown(described(section)[name].text)}" if name in described(section) else "")
            for name, field in section.model_fields.items()
        ]
        return "list of mappings:" + "".join(f"\n  - {item}" for item in items)
    most = f", at most {kind.most}" if kind.most else ""
    least = ", at least one" if kind.needs_one else ""
    once = ", each once" if kind.is_once else ""
    own = f"{markdown(kind.allowed.words)}, " if kind.allowed else ""
    return f"{own}list{least}{most}{once}: {value(kinds(kind.item))}"
