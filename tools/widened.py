"""What a changed policy allows that it did not allow before: pure functions over the text of IAM policies.

A policy is told here if it allows another action or another principal, if a condition of what it allows is gone, or if
something that it refused is not refused in the same way any more. Resources are not compared: they follow what is made.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

Statement = Mapping[str, Any]


def widened(before: str, after: str) -> list[tuple[str, list[str]]]:
    """Return how a policy got wider, in words, each with the names that it is about.

    Parameters
    ----------
    before, after : str
        The policies as JSON.
    """
    old, new = statements(before), statements(after)
    found: list[tuple[str, list[str]]] = []
    allowed = {action for each in old if _allows(each) for action in _texts(each, "Action")}
    actions = {action for each in new if _allows(each) for action in _texts(each, "Action")}
    if more := sorted(action for action in actions if not _matches(action, allowed)):
        found.append(("allows more actions", more))
    known = {one for each in old if _allows(each) for one in _principals(each)}
    principals = {one for each in new if _allows(each) for one in _principals(each)}
    if "*" not in known and (more := sorted(principals - known)):
        found.append(("allows more principals", more))
    if lost := [_name(each) for each in old if _allows(each) and _lost_conditions(each, new)]:
        found.append(("drops a condition of what it allows", lost))
    refused = [_without_resource(each) for each in new if not _allows(each)]
    if lost := [_name(each) for each in old if not _allows(each) and _without_resource(each) not in refused]:
        found.append(("refuses less, or something else", lost))
    return found


def statements(text: str) -> list[Statement]:
    """Return the statements of a policy, which may be one alone."""
    listed = json.loads(text)["Statement"]
    return listed if isinstance(listed, list) else [listed]


def _allows(statement: Statement) -> bool:
    return statement.get("Effect") == "Allow"


def _texts(statement: Statement, key: str) -> Iterator[str]:
    value = statement.get(key, ())
    yield from [value] if isinstance(value, str) else value
    if f"Not{key}" in statement:
        # All but some: as wide as can be.
        yield "*"


def _principals(statement: Statement) -> Iterator[str]:
    named = statement.get("Principal", {})
    if "NotPrincipal" in statement or named == "*":
        yield "*"
    elif isinstance(named, Mapping):
        for value in named.values():
            yield from [value] if isinstance(value, str) else value


def _matches(action: str, allowed: set[str]) -> bool:
    return any(fnmatchcase(action.lower(), one.lower()) for one in allowed)


def _lost_conditions(old: Statement, new: list[Statement]) -> bool:
    same = [each for each in new if _allows(each) and _without(each, "Condition") == _without(old, "Condition")]
    if not same or not old.get("Condition"):
        return False
    wanted = {(operator, key) for operator, keys in old["Condition"].items() for key in keys}
    return not any(
        wanted <= {(operator, key) for operator, keys in (each.get("Condition") or {}).items() for key in keys}
        for each in same
    )


def _without(statement: Statement, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in statement.items() if key not in keys}


def _without_resource(statement: Statement) -> dict[str, Any]:
    return _without(statement, "Resource", "Sid")


def _name(statement: Statement) -> str:
    return str(statement.get("Sid") or ", ".join(_texts(statement, "Action")))
