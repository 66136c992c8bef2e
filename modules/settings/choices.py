"""The choices that settings make.

The output carries them, and the gate waives the findings that ``choice_table`` lists for them, on the resources that it
lists, and no others. ``policy.forbid`` refuses choices when the settings are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python

from modules.settings.choice import REGION, Chosen
from modules.settings.choice_table import CHOICES

if TYPE_CHECKING:
    from collections.abc import Iterator


def chosen(settings: object) -> Iterator[Chosen]:
    """The choices that settings make, in the order of the table.

    Parameters
    ----------
    settings
        ``Settings``, or a ``Draft`` of them, of which a section may be ``None``.
    """
    for choice in CHOICES.values():
        for path in choice.paths:
            for found, region, value in _values(settings, path.split("."), "", None):
                if choice.is_made(value):
                    yield Chosen(choice=choice, path=found, value=to_jsonable_python(value), region=region)


def read(path: str, value: object) -> Chosen | None:
    """The choice that a key makes with a value; ``None`` if it makes none."""
    for choice in CHOICES.values():
        for pattern in choice.paths:
            front, _, back = pattern.partition(REGION)
            region = path[len(front) : len(path) - len(back)] if back else None
            if pattern.replace(REGION, region or REGION) == path and choice.is_made(value):
                return Chosen(choice=choice, path=path, value=value, region=region)
    return None


def _values(
    place: Any,  # noqa: ANN401 - a section, a mapping or a value
    parts: list[str],
    path: str,
    region: str | None,
) -> Iterator[tuple[str, str | None, Any]]:
    if not parts:
        yield path, region, place
        return
    if place is None:
        return
    part, *rest = parts
    for name in place if part == REGION else (part,):
        below = place[name] if part == REGION else getattr(place, name)
        yield from _values(below, rest, f"{path}.{name}".lstrip("."), name if part == REGION else region)
