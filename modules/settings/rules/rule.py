"""What a rule is, and what rules of several areas need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from modules.settings.faults import Fault, nearest

Rule = Callable[[Mapping[str, Any]], Iterator[Fault]]


def region_names(raw: Mapping[str, Any]) -> list[str]:
    """Texts in the list of regions, whether regions of AWS or not."""
    regions = raw.get("regions")
    return [name for name in regions if isinstance(name, str)] if isinstance(regions, list) else []


def section(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Keys below ``key``; none if there is no mapping."""
    found = raw.get(key)
    return found if isinstance(found, Mapping) else {}


def one_of_the_regions(raw: Mapping[str, Any], path: str, value: object) -> Iterator[Fault]:
    """Fault if ``value`` is a text that is not in the list of regions."""
    names = region_names(raw)
    if isinstance(value, str) and names and value not in names:
        yield Fault(path, f"not one of the regions{nearest(value, names)}", value, ", ".join(dict.fromkeys(names)))
