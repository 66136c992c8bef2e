"""What a changed policy allows that it did not allow before: pure functions over the text of IAM policies.

A policy is told here if it allows another action or another principal, if a condition of what it allows is gone or lets
in somebody more, or if something that it refused is not refused in the same way any more. Resources are not compared:
they follow what is made.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

Statement = Mapping[str, Any]

#: Keys of conditions that say who may do something, or from where: of these the values are compared too.
_WHO = re.compile(
    r":(sub|aud|oaud|ref|environment|repository(_id)?|job_workflow_ref|userid|externalid|sourceip|sourcevpce?"
    r"|principal(arn|account|orgid|orgpaths)|source(account|orgid|orgpaths|owner))$",
    re.IGNORECASE,
)
#: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
MIGHTY = frozenset(
    f"arn:aws:iam::aws:policy/{name}" for name in ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")
)
_ATTACHING = ("policy_arn", "policy_arns", "managed_policy_arns")


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
    if more := sorted({one for each in old if _allows(each) for one in _let_in(each, new)}):
        found.append(("lets in more by a condition", more))
    refused = [_without_resource(each) for each in new if not _allows(each)]
    if lost := [_name(each) for each in old if not _allows(each) and _without_resource(each) not in refused]:
        found.append(("refuses less, or something else", lost))
    return found


def attached(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the policies that a resource of IAM attaches and did not: of what is new those that allow nearly all."""
    old, new = ({arn for name in _ATTACHING for arn in _listed(side.get(name))} for side in (before, after))
    return sorted(arn for arn in new - old if before or arn in MIGHTY)


def allows_everything(statement: Statement) -> bool:
    """Return whether a statement of AWS's or of Terraform's allows every action on every resource, unconditionally."""
    actions = {*_listed(statement.get("Action")), *_listed(statement.get("actions"))}
    resources = {*_listed(statement.get("Resource")), *_listed(statement.get("resources"))}
    allows = (statement.get("Effect") or statement.get("effect") or "Allow") == "Allow"
    bounded = statement.get("Condition") or statement.get("condition")
    whose = statement.get("Principal") or statement.get("principals")
    return allows and not bounded and not whose and "*" in actions and "*" in resources


def statements(text: str) -> list[Statement]:
    """Return the statements of a policy, which may be one alone."""
    listed = json.loads(text)["Statement"]
    return listed if isinstance(listed, list) else [listed]


def _listed(value: object) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


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
    same = _same(old, new)
    if not same or not old.get("Condition"):
        return False
    wanted = _conditions(old).keys()
    return not any(wanted <= _conditions(each).keys() for each in same)


def _let_in(old: Statement, new: list[Statement]) -> set[str]:
    """Return whom the conditions of what a statement allows let in that they did not, as keys with values."""
    wanted = _conditions(old)
    more = [
        {
            f"{key}: {value}"
            for (operator, key), values in wanted.items()
            if _WHO.search(key)
            for value in _more(operator, values, found[operator, key])
        }
        for found in map(_conditions, _same(old, new))
        if wanted.keys() <= found.keys()
    ]
    return min(more, key=len, default=set())


def _more(operator: str, before: set[str], after: set[str]) -> set[str]:
    # What a refusal in a condition does not name any more is let in.
    if "Not" in operator:
        return before - after
    return {value for value in after if not any(fnmatchcase(value, one) for one in before)}


def _same(old: Statement, new: list[Statement]) -> list[Statement]:
    """Return what allows the same under whatever condition, of the same resources if there is such a one."""
    for keys in (("Condition",), ("Condition", "Resource", "Sid")):
        if found := [each for each in new if _allows(each) and _without(each, *keys) == _without(old, *keys)]:
            return found
    return []


def _conditions(statement: Statement) -> dict[tuple[str, str], set[str]]:
    return {
        (operator, key): {str(value) for value in (values if isinstance(values, list) else [values])}
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
    }


def _without(statement: Statement, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in statement.items() if key not in keys}


def _without_resource(statement: Statement) -> dict[str, Any]:
    return _without(statement, "Resource", "Sid")


def _name(statement: Statement) -> str:
    return str(statement.get("Sid") or ", ".join(_texts(statement, "Action")))
