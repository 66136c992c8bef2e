"""What the models say of a place in a settings file, for the faults there."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from modules.settings.model import Settings

#: Parts of a location that pydantic adds to a path: of a mapping's key, and the tags of ``ByRegion``.
MADE_BY_PYDANTIC = frozenset({"[key]", "[one]", "[by region]"})

#: ``X | Y`` and ``Union[X, Y]``.
UNIONS = frozenset({UnionType, Union})

Location = tuple[int | str, ...]
#: A class, or what ``typing`` makes of classes.
Kind = Any


def keys_of(location: Location) -> list[str]:
    """Keys of the section at ``location``; none if there is no section."""
    model = next((one for one in _types_at(location) if hasattr(one, "model_fields")), None)
    return list(model.model_fields) if model else []


def bounds(location: Location) -> str:
    """What a number at ``location`` may be, such as ``20 to 65536`` or ``1 or more``; empty if anything."""
    found = {
        name: getattr(one, name)
        for kind in _types_at(location)
        for one in _metadata(kind)
        for name in ("ge", "gt", "le", "lt")
        if getattr(one, name, None) is not None
    }
    if "ge" in found and "le" in found:
        return f"{found['ge']} to {found['le']}"
    words = {"ge": "{} or more", "gt": "above {}", "le": "at most {}", "lt": "below {}"}
    return ", ".join(words[name].format(limit) for name, limit in found.items())


def _types_at(location: Location) -> list[Kind]:
    """What a value at ``location`` may be of."""
    kinds = [Settings]
    for part in location:
        if part not in MADE_BY_PYDANTIC:
            kinds = [inner for kind in kinds for inner in _alternatives(_below(kind, part))]
    return kinds


def _below(kind: Kind, part: int | str) -> Kind:
    """What stands below ``kind``: at a key of a section, in a mapping or in a list."""
    if hasattr(kind, "model_fields"):
        field = kind.model_fields.get(part)
        return Annotated[field.annotation, field] if field else None
    plain = get_args(kind)[0] if _is_annotated(kind) else kind
    arguments = get_args(plain)
    return arguments[0 if isinstance(part, int) else -1] if arguments else None


def _is_annotated(kind: Kind) -> bool:
    origin: object = get_origin(kind)
    return origin is Annotated


def _alternatives(kind: Kind) -> list[Kind]:
    """The sections among what a union offers, and all else that it offers, with its metadata."""
    if _is_annotated(kind):
        inner, *metadata = get_args(kind)
        return [one if hasattr(one, "model_fields") else Annotated[one, *metadata] for one in _alternatives(inner)]
    if get_origin(kind) in UNIONS:
        return [one for part in get_args(kind) for one in _alternatives(part)]
    return [] if kind in {None, type(None)} else [kind]


def _metadata(kind: Kind) -> list[object]:
    found = get_args(kind)[1:] if _is_annotated(kind) else ()
    return [inner for one in found for inner in (one.metadata if isinstance(one, FieldInfo) else [one])]
