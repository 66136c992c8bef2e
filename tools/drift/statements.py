"""What has changed in a policy, statement by statement."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Statement = Mapping[str, Any]
#: Attributes that hold policies or name them, whatever the type.
POLICIES = frozenset({"assume_role_policy", "policy", "policy_document", "redrive_allow_policy"})
NAMED = frozenset({"managed_policy_arns", "policy_arns", "policy_names"})


def changed_policy(before: object, after: object) -> Iterator[str]:
    """Yield in words what a policy allows or denies otherwise than before; of what is no policy, nothing."""
    old, new = _statements(before), _statements(after)
    if old is None or new is None:
        if before != after:
            yield "the policy is gone" if not after else "there is a policy that was not there"
        return
    for text, statement in new.items():
        if text not in old:
            yield f"now {_said(statement)}"
    for text, statement in old.items():
        if text not in new:
            yield f"no longer {_said(statement)}"


def _statements(policy: object) -> dict[str, Statement] | None:
    if not isinstance(policy, str) or not policy:
        return None
    try:
        found = json.loads(policy)["Statement"]
    except (ValueError, KeyError, TypeError):
        return None
    listed = found if isinstance(found, list) else [found]
    return {json.dumps(_sorted(each), sort_keys=True): each for each in listed}


def _sorted(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value in which the order of lists, and a list of one, say nothing, as in IAM."""
    if isinstance(value, Mapping):
        return {key: _sorted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        inner = sorted((_sorted(each) for each in value), key=json.dumps)
        return inner[0] if len(inner) == 1 else inner
    return value


def _said(statement: Statement) -> str:
    effect = {"Allow": "allows", "Deny": "denies"}.get(str(statement.get("Effect")), "says")
    actions = _listed(statement.get("Action", statement.get("NotAction")))
    who = statement.get("Principal", statement.get("NotPrincipal"))
    to = f" to {_listed([*who.values()] if isinstance(who, Mapping) else who)}" if who else ""
    bounded = ", under a condition" if statement.get("Condition") else ""
    return f"{effect} {'all but ' if 'NotAction' in statement else ''}{actions}{to}{bounded}"


def _listed(value: object, most: int = 3) -> str:
    flat = [inner for each in (value if isinstance(value, list) else [value]) for inner in _each(each)]
    return ", ".join(flat[:most]) + (f" and {len(flat) - most} more" if len(flat) > most else "")


def _each(value: object) -> list[str]:
    return [str(inner) for inner in value] if isinstance(value, list) else [str(value)]
