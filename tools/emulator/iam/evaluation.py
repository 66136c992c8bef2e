"""What the policies of a request come to together, in one account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tools.emulator.policy import Decision, Request, decide

Document = Mapping[str, Any]

#: Policies of these resources are asked even where the caller's own allow the call: KMS takes no other word.
RULED_BY_RESOURCE = ("kms:",)
SILENT = Decision.SILENT


@dataclass(frozen=True, kw_only=True)
class Policies:
    """The policies that have a say in a request.

    Parameters
    ----------
    identity : sequence of mapping
        The caller's own: inline, attached, and of its groups.
    boundary : mapping, optional
        The caller's permissions boundary. By default none, which limits nothing.
    session : mapping, optional
        The policy that the session was taken on with. By default none, which limits nothing.
    resource : mapping, optional
        The resource's own. By default none.
    """

    identity: Sequence[Document]
    boundary: Document | None = None
    session: Document | None = None
    resource: Document | None = None


def refused_because(policies: Policies, request: Request) -> str | None:
    """Return why ``request`` is refused, in AWS's words; None if it is allowed.

    An explicit Deny anywhere refuses. Else the caller's own policies must allow, within boundary and session policy; or
    the resource's policy must. That reaches past boundary and session policy only where it names the user or the
    session itself, not the role. A key is used only with the word of its own policy, which may leave it to the
    caller's by naming the root of the account.

    See https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html and
    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    own = {
        "identity-based policy": [decide(document, request, of_identity=True) for document in policies.identity],
        "permissions boundary": _of(policies.boundary, request),
        "session policy": _of(policies.session, request),
    }
    of_resource = SILENT if policies.resource is None else decide(policies.resource, request)
    denying = [kind for kind, decisions in own.items() if Decision.DENIED in decisions]
    if denying or of_resource is Decision.DENIED:
        kind = denying[0] if denying else "resource-based policy"
        return f"with an explicit deny in {'an' if kind.startswith('i') else 'a'} {kind}"
    silent = _silent(policies, request, own=own, of_resource=of_resource)
    return f"because no {silent} allows the {request.action} action" if silent else None


def _silent(
    policies: Policies, request: Request, *, own: Mapping[str, list[Decision]], of_resource: Decision
) -> str | None:
    """Return the kind of policy for want of whose word a request that nothing denies is refused."""
    resource = policies.resource or {}
    by_resource = _allows(resource, request, request.caller.identities[:-1])
    if resource and request.action.startswith(RULED_BY_RESOURCE) and of_resource is not Decision.ALLOWED:
        return "resource-based policy"
    if _allows(resource, request, request.caller.identities[:1]):
        return None
    for kind in ("permissions boundary", "session policy"):
        if own[kind] == [Decision.SILENT]:
            return kind
    return None if by_resource or Decision.ALLOWED in own["identity-based policy"] else "identity-based policy"


def _allows(document: Document, request: Request, identities: tuple[str, ...]) -> bool:
    """Return whether a resource's policy allows the caller by some of its ARNs; the last is its account's."""
    caller = replace(request.caller, identities=identities)
    return decide(document, replace(request, caller=caller)) is Decision.ALLOWED


def _of(document: Document | None, request: Request) -> list[Decision]:
    return [] if document is None else [decide(document, request, of_identity=True)]
