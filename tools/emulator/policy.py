"""Policies, evaluated as AWS does: who may do what to which resource, and when.

What several policies of a request come to together is in `tools.emulator.iam.evaluation`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tools.emulator.conditions import Context, as_list, holds, is_operator, matches

ACCOUNT_ID_DIGITS = 12


class Decision(Enum):
    """What a policy says to a request; where it says nothing, the caller's own permissions decide."""

    ALLOWED = "allowed"
    DENIED = "denied"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who sends a request. All empty means that nobody signed it.

    Parameters
    ----------
    identities : tuple of str
        Every ARN it goes by, narrowest first: session, role, account root. By default none.
    account_id : str
        The account it belongs to. By default none.
    service : str
        The AWS service it is, such as ``cloudtrail.amazonaws.com``. By default none.
    """

    identities: tuple[str, ...] = ()
    account_id: str = ""
    service: str = ""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as a policy sees it.

    Parameters
    ----------
    action : str
        The IAM action, such as ``s3:GetObject``.
    resource : str
        ARN of what it is done to.
    caller : Caller
        Who sends it.
    context : mapping
        Its condition keys, in lower case, with their values.
    """

    action: str
    resource: str
    caller: Caller
    context: Context


def decide(document: Mapping[str, Any], request: Request, *, of_identity: bool = False) -> Decision:
    """Return what the policy ``document`` says to ``request``: a Deny wins over any Allow.

    Parameters
    ----------
    document : mapping
        The policy.
    request : Request
        What is asked for.
    of_identity : bool
        Whether the policy is the caller's own, which names no principal. By default it is a resource's.
    """
    effects = {
        statement["Effect"]
        for statement in statements(document)
        if _concerns(statement, request, of_identity=of_identity)
    }
    if "Deny" in effects:
        return Decision.DENIED
    return Decision.ALLOWED if "Allow" in effects else Decision.SILENT


def faults(document: Mapping[str, Any], *, resource: str) -> list[str]:
    """Return why AWS would refuse ``document`` as the policy of ``resource``, one message a fault."""
    found = []
    for number, statement in enumerate(statements(document), start=1):
        name = f"statement {statement.get('Sid') or number}"
        if statement.get("Effect") not in {"Allow", "Deny"}:
            found.append(f"{name} has the effect {statement.get('Effect')!r}, not Allow or Deny")
        found += [
            f"{name} needs one of {' and '.join(pair)}"
            for pair in (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
            if sum(key in statement for key in pair) != 1
        ]
        found += [
            f"{name} names {arn!r}, which is no part of {resource}"
            for arn in as_list(statement.get("Resource", []))
            if arn != resource and not arn.startswith((f"{resource}/", f"{resource}*"))
        ]
        found += [
            f"{name} has an unknown condition operator {operator!r}"
            for operator in statement.get("Condition", {})
            if not is_operator(operator)
        ]
    return found


def statements(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the statements of ``document``, which may be a single one."""
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _concerns(statement: Mapping[str, Any], request: Request, *, of_identity: bool) -> bool:
    return (
        _names_action(statement, request)
        and _names_resource(statement, request)
        and (of_identity or _names_caller(statement, request.caller))
        and holds(statement.get("Condition", {}), request.context)
    )


def _names_action(statement: Mapping[str, Any], request: Request) -> bool:
    patterns = as_list(statement.get("Action", statement.get("NotAction", [])))
    named = any(matches(pattern.lower(), request.action.lower(), {}) for pattern in patterns)
    return named == ("Action" in statement)


def _names_resource(statement: Mapping[str, Any], request: Request) -> bool:
    patterns = as_list(statement.get("Resource", statement.get("NotResource", [])))
    named = any(matches(pattern, request.resource, request.context) for pattern in patterns)
    return named == ("Resource" in statement)


def _names_caller(statement: Mapping[str, Any], caller: Caller) -> bool:
    if "NotPrincipal" in statement:
        return not _is_excepted(statement["NotPrincipal"], caller)
    principal = statement.get("Principal", {})
    if principal == "*" or "*" in as_list(principal.get("AWS", [])):
        return True
    if caller.service:
        return caller.service in as_list(principal.get("Service", []))
    return not _arns(principal).isdisjoint(caller.identities)


def _is_excepted(principal: Any, caller: Caller) -> bool:  # noqa: ANN401 - JSON of the user's
    """Return whether NotPrincipal lists the caller.

    As AWS warns, an entry for a user or role alone excepts nobody: its account, and the session, must be listed too.
    """
    if principal == "*":
        return True
    if caller.service:
        return caller.service in as_list(principal.get("Service", []))
    return bool(caller.identities) and _arns(principal).issuperset(caller.identities)


def _arns(principal: Mapping[str, Any]) -> set[str]:
    """Return the ARNs that ``principal`` lists; an account id stands for the root of the account."""
    return set(_normalised(as_list(principal.get("AWS", []))))


def _normalised(values: Iterable[str]) -> Iterable[str]:
    for value in values:
        if value.isdigit() and len(value) == ACCOUNT_ID_DIGITS:
            yield f"arn:aws:iam::{value}:root"
        else:
            yield value
