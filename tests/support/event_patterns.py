"""Event patterns of EventBridge, as far as the platform uses them.

See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""

from __future__ import annotations

import operator
from typing import Any

COMPARISONS = {"<": operator.lt, "<=": operator.le, "=": operator.eq, ">=": operator.ge, ">": operator.gt}


def matches(pattern: dict[str, Any], event: object) -> bool:
    """Whether a rule with the pattern hands on the event.

    Raises
    ------
    ValueError
        If the pattern has what is not known here.
    """
    # Of an array of objects, one has to match.
    if isinstance(event, list):
        return any(matches(pattern, one) for one in event)
    if not isinstance(event, dict):
        return False
    return all(_holds(key, wanted, event) for key, wanted in pattern.items())


def _holds(key: str, wanted: Any, event: dict[str, Any]) -> bool:
    if key == "$or":
        return any(matches(one, event) for one in wanted)
    if isinstance(wanted, dict):
        # What is not there has nothing in it either.
        return matches(wanted, event.get(key, {}))
    if key not in event:
        return {"exists": False} in wanted
    return _allowed(wanted, event[key])


def _allowed(wanted: list[Any], value: object) -> bool:
    # Of an array of values, one has to be allowed.
    if isinstance(value, list):
        return any(_allowed(wanted, one) for one in value)
    return any(_condition(one, value) if isinstance(one, dict) else one == value for one in wanted)


def _condition(condition: dict[str, Any], value: object) -> bool:
    if condition.keys() == {"prefix"}:
        return str(value).startswith(condition["prefix"])
    if condition.keys() == {"exists"}:
        return bool(condition["exists"])
    if condition.keys() != {"anything-but"}:
        return _numeric(condition, value)
    unwanted = condition["anything-but"]
    if isinstance(unwanted, dict):
        if unwanted.keys() != {"prefix"}:
            raise ValueError(f"{sorted(unwanted)} is not known here")
        return not str(value).startswith(unwanted["prefix"])
    return value not in unwanted


def _numeric(condition: dict[str, Any], value: object) -> bool:
    if condition.keys() != {"numeric"}:
        raise ValueError(f"{sorted(condition)} is not known here")
    parts = condition["numeric"]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return isinstance(value, (int, float)) and all(COMPARISONS[sign](value, bound) for sign, bound in pairs)
