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
    for kind, decisions in own.items():
        if Decision.DENIED in decisions:
            article = "an" if kind.startswith("i") else "a"
            return f"with an explicit deny in {article} {kind}"
    if policies.resource is not None and decide(policies.resource, request) is Decision.DENIED:
        return "with an explicit deny in a resource-based policy"

    by_resource = policies.resource is not None and _allows_directly(policies.resource, request)
    if request.action.startswith(RULED_BY_RESOURCE) and policies.resource is not None and not by_resource:
        if decide(policies.resource, request) is not Decision.ALLOWED:
            return f"because no resource-based policy allows the {request.action} action"
    if by_resource and _names_itself(policies, request):
        return None
    limits = [kind for kind, decisions in own.items() if kind != "identity-based policy" and decisions == [Decision.SILENT]]
    if limits:
        return f"because no {limits[0]} allows the {request.action} action"
    if by_resource or Decision.ALLOWED in own["identity-based policy"]:
        return None
    return f"because no identity-based policy allows the {request.action} action"


def _of(document: Document | None, request: Request) -> list[Decision]:
    return [] if document is None else [decide(document, request, of_identity=True)]


def _allows_directly(document: Document, request: Request) -> bool:
    """Return whether a resource's policy allows the caller itself, and not just its account."""
    *itself, _root = request.caller.identities
    caller = replace(request.caller, identities=tuple(itself))
    return decide(document, replace(request, caller=caller)) is Decision.ALLOWED


def _names_itself(policies: Policies, request: Request) -> bool:
    """Return whether a resource's policy allows the user or the session by its own ARN."""
    caller = replace(request.caller, identities=request.caller.identities[:1])
    return policies.resource is not None and decide(policies.resource, replace(request, caller=caller)) is Decision.ALLOWED
