"""What a change of the settings does to a platform that stands, taken from plans.

The format is at https://developer.hashicorp.com/terraform/internals/json-format.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from modules.settings.regions import known_regions
from tools.plan import BOOKKEEPING, Plan, is_open

#: The name of an effect on many resources of a type.
MANY = "*"
#: Resources of a type that are told one by one.
MOST_NAMED = 6
#: Attributes that only follow others.
_COMPUTED = frozenset({"latest_version", "default_version", "last_modified", "qualified_arn", "version"})
_REGION = re.compile("|".join(sorted(known_regions(), key=len, reverse=True)))
_HASH = re.compile(r"_[0-9A-F]{8}$")
_NOTHING: Mapping[str, Any] = {"actions": ["delete"]}
_LINE = re.compile(r"(?P<action>\w+) (?P<kind>\w+)\.(?P<name>[^:]+)(: (?P<attributes>.+))?")

Change = Mapping[str, Any]


@dataclass(frozen=True, order=True, kw_only=True)
class Effect:
    """What happens to a resource, in every region that has it.

    Parameters
    ----------
    action : str
        `create`, `update`, `replace` or `delete`; or `follow`, an update that may turn out to be none: the plan does
        not know a value yet, because it follows from something else that changes.
    kind : str
        The type.
    name : str
        The name, without region and hash; `*` for many resources of the type.
    attributes : tuple of str
        Of an update, what changes; of a replacement, what forces it.
    """

    action: str
    kind: str
    name: str
    attributes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The line that `of` reads."""
        return f"{self.action} {self.kind}.{self.name}" + (f": {', '.join(self.attributes)}" if self.attributes else "")

    @classmethod
    def of(cls, line: str) -> Self:
        """Return the effect that a line says."""
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"no effect: {line!r}")
        attributes = tuple((found["attributes"] or "").split(", ")) if found["attributes"] else ()
        return cls(action=found["action"], kind=found["kind"], name=found["name"], attributes=attributes)


def effects(plan: Plan, *, beside: Plan | None = None) -> dict[str, Effect]:
    """Return what a plan does by address, or what it does besides another plan of the same platform.

    Parameters
    ----------
    plan : mapping
        The plan.
    beside : mapping, optional
        The plan of settings that differ from these in what is looked at alone. By default one that does nothing.
    """
    changes, others = _changes(plan), _changes(beside or {})
    found = {
        address: _effect(
            address,
            changes.get(address) or _left_alone(others[address]),
            others.get(address) or _left_alone(changes[address]),
        )
        for address in changes.keys() | others.keys()
    }
    return {address: effect for address, effect in found.items() if effect}


def summarized(found: Iterable[Effect]) -> set[Effect]:
    """Return effects with one for each that many resources of a type have in common."""
    found = set(found)
    common = Counter((each.action, each.kind) for each in found)
    return {_of_many(each) if common[each.action, each.kind] > MOST_NAMED else each for each in found}


def told_apart(found: Iterable[Effect], *, expected: Iterable[Effect]) -> tuple[set[Effect], set[Effect]]:
    """Return the effects that nothing expected, and the expected ones that are not there, one for each attribute.

    An update that may turn out to be none is neither.
    """
    found, expected = _single(found), _single(expected)
    certain = {each for each in found if each.action != "follow"}
    possible = certain | {replace(each, action="update") for each in found - certain}
    many = {each for each in expected if each.name == MANY}
    counted = Counter((action, kind) for action, kind, _ in {(each.action, each.kind, each.name) for each in possible})
    covered = {each for each in possible if _of_many(each) in many}
    there = {_of_many(each) for each in covered if counted[each.action, each.kind] > MOST_NAMED}
    return certain - expected - covered, (expected - many - possible) | (many - there)


def _single(found: Iterable[Effect]) -> set[Effect]:
    return {
        replace(effect, attributes=(name,) if name else ()) for effect in found for name in effect.attributes or [""]
    }


def _of_many(effect: Effect) -> Effect:
    return replace(effect, name=MANY)


def _changes(plan: Plan) -> dict[str, Change]:
    return {
        str(change["address"]): change["change"]
        for change in plan.get("resource_changes", ())
        if change.get("mode") == "managed" and change.get("type") != BOOKKEEPING
    }


def _left_alone(what: Change) -> Change:
    """Return what a plan says of a resource that it is not about, and another plan is: it stays as it stands."""
    return {"actions": ["no-op"], "after": what["before"]} if what.get("before") else _NOTHING


def _effect(address: str, what: Change, other: Change) -> Effect | None:
    kind, _, name = address.partition("[")[0].partition(".")
    shape = Effect(action="", kind=kind, name=_REGION.sub("REGION", _HASH.sub("", name)).removeprefix("REGION_"))
    (becomes, there), (other_becomes, other_there) = _fate(what), _fate(other)
    if there != other_there:
        return replace(shape, action="create" if there else "delete")
    if there and becomes != "create":
        changed, follows = _changed(what, other)
        forced = {str(path[0]) for path in what.get("replace_paths", ()) if path} & (changed | follows)
        if becomes == "replace" and (forced or other_becomes != "replace"):
            return replace(shape, action="replace", attributes=tuple(sorted(forced)))
        if becomes != "replace" and changed | follows:
            return replace(
                shape, action="update" if changed else "follow", attributes=tuple(sorted(changed or follows))
            )
    return None


def _fate(what: Change) -> tuple[str, bool]:
    """Return what becomes of a resource, and whether it is there afterwards."""
    actions = {*what["actions"]}
    if {"create", "delete"} <= actions:
        return "replace", True
    return "/".join(sorted(actions)), not actions & {"delete", "forget"}


def _changed(what: Change, other: Change) -> tuple[set[str], set[str]]:
    """Return the attributes that change, and those that the plan does not know yet."""
    (before, was_unknown), (after, is_unknown) = (
        (each.get("after") or {}, each.get("after_unknown") or {}) for each in (other, what)
    )
    names = {*before, *after, *was_unknown, *is_unknown} - _COMPUTED
    follows = {name for name in names if is_open(is_unknown.get(name)) != is_open(was_unknown.get(name))}
    known = {name for name in names if not is_open(is_unknown.get(name))} - follows
    changed = {name for name in known if _said(before.get(name)) != _said(after.get(name))}
    # Of what is known in part, that part may say something new.
    changed |= {name for name in follows if {*_leaves(after.get(name))} - {*_leaves(before.get(name))}}
    return changed, follows - changed


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = [*value.values()]
    if isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif _said(value) is not None:
        yield repr(value)


def _said(value: object) -> object:
    """Return a value without what says nothing: providers write nothing as null, as zero, or as an empty text."""
    if isinstance(value, Mapping):
        return {name: said for name, inner in value.items() if (said := _said(inner)) is not None}
    if isinstance(value, list):
        said = [_said(inner) for inner in value]
        return said or None
    return value if value not in ("", 0) or value is False else None
