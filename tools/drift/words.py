"""The attributes of a resource that have changed, in words; what is sensitive is named and not shown."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.drift.statements import POLICIES, changed_policy
from tools.drift.usual import acl_rules

#: Longer values are named and not shown.
LONGEST = 60
_SHOWN = 3

Change = Mapping[str, Any]


def differences(change: Change) -> dict[str, tuple[Any, Any]]:
    """Return the attributes that differ, each with its value before and after."""
    before, after = (change["change"].get(side) or {} for side in ("before", "after"))
    names = sorted({*before, *after})
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}


def in_words(change: Change, names: Sequence[str]) -> Iterator[str]:
    """Yield a line for each of the attributes that are named."""
    found = differences(change)
    for name in names:
        before, after = found[name]
        if _is_sensitive(change, name):
            yield f"{name} has changed, and is not shown"
        elif name in POLICIES and (said := list(changed_policy(before, after))):
            yield from (f"{name}: {text}" for text in said)
        elif change["type"] in {"aws_network_acl", "aws_default_network_acl"} and name in {"egress", "ingress"}:
            yield f"{name}: {_lists(acl_rules(before), acl_rules(after))}"
        elif isinstance(before, list) and isinstance(after, list):
            yield f"{name}: {_lists(before, after)}"
        else:
            yield f"{name}: {_shown(before)} -> {_shown(after)}"


def _is_sensitive(change: Change, name: str) -> bool:
    marks = (change["change"].get(side) for side in ("before_sensitive", "after_sensitive"))
    # `true` marks the whole, and below an attribute everything that is not an empty shape marks a part.
    return any(mark is True or (isinstance(mark, Mapping) and _marked(mark.get(name))) for mark in marks)


def _marked(mark: object) -> bool:
    if isinstance(mark, Mapping):
        return any(_marked(inner) for inner in mark.values())
    return any(map(_marked, mark)) if isinstance(mark, list) else bool(mark)


def _lists(before: list[Any], after: list[Any]) -> str:
    more = [each for each in after if each not in before]
    less = [each for each in before if each not in after]
    parts = [f"{sign} {_shown(each)}" for sign, side in (("+", more), ("-", less)) for each in side[:_SHOWN]]
    left = max(0, len(more) - _SHOWN) + max(0, len(less) - _SHOWN)
    return ", ".join(parts) + (f", and {left} more" if left else "") if parts else "in another order"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        # Of a block only what says something.
        value = {name: inner for name, inner in value.items() if inner not in (None, "", [], {}, False, 0)}
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
