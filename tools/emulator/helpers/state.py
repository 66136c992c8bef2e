"""What is there, for rules that look beyond a call: roles, keys and buckets with their policies."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.iam.models import Role, iam_backends
from moto.kms.models import Key, kms_backends
from moto.s3.models import FakeBucket, s3_backends

from tools.emulator.account import account_id
from tools.emulator.conditions import Context, as_list
from tools.emulator.policy import Caller, Decision, Request, decide, statements

PARTITION = "aws"


def role(arn: str) -> Role | None:
    """Return the role with ``arn``, or None if there is none."""
    roles = iam_backends[account_id()][PARTITION].roles.values()
    return next((found for found in roles if found.arn == arn), None)


def trusts(found: Role, service: str, context: Context | None = None) -> bool:
    """Return whether ``service`` may assume the role, in a request that has ``context``."""
    request = Request(
        action="sts:AssumeRole", resource=found.arn, caller=Caller(service=service), context=context or {}
    )
    document = json.loads(found.assume_role_policy_document)
    # A trust policy names no resource: it is attached to it.
    return decide(_with(document, Resource="*"), request) is Decision.ALLOWED


def trusted_services(found: Role) -> set[str]:
    """Return the services that the trust policy admits under some condition or none."""
    principals = [
        statement["Principal"]
        for statement in statements(json.loads(found.assume_role_policy_document))
        if statement.get("Effect") == "Allow" and isinstance(statement.get("Principal"), dict)
    ]
    return {service for principal in principals for service in as_list(principal.get("Service", []))}


def may(found: Role, action: str, resource: str, context: Context | None = None) -> bool:
    """Return whether the role's own policies allow ``action`` on ``resource``; an explicit denial wins."""
    caller = Caller(identities=(found.arn,), account_id=account_id())
    request = Request(action=action, resource=resource, caller=caller, context=context or {})
    both = {"Statement": [statement for document in _documents(found) for statement in statements(document)]}
    return decide(_with(both, Principal="*"), request) is Decision.ALLOWED


def key(key_id: str, region: str) -> Key | None:
    """Return the key by its id, ARN or alias, or None if there is none of ours."""
    if key_id.startswith("arn:"):
        region = key_id.split(":")[3]
    backend = kms_backends[account_id()][region]
    found = backend.any_id_to_key_id(key_id)
    return backend.keys.get(found) if found else None


def key_admits(found: Key, action: str, caller: Caller, context: Context | None = None) -> bool:
    """Return whether the policy of a key lets ``caller`` do ``action`` in a request that has ``context``."""
    request = Request(action=action, resource=found.arn, caller=caller, context=context or {})
    return decide(json.loads(found.policy or "{}"), request) is Decision.ALLOWED


def bucket(name: str) -> FakeBucket | None:
    """Return the bucket ``name``, or None if there is none."""
    found: FakeBucket | None = s3_backends[account_id()][PARTITION].buckets.get(name)
    return found


def bucket_admits(found: FakeBucket, action: str, caller: Caller, *, path: str = "", context: Context) -> bool:
    """Return whether the policy of a bucket lets ``caller`` do ``action`` on it, or on the object ``path`` in it."""
    if found.policy is None:
        return False
    resource = f"arn:{PARTITION}:s3:::{found.name}" + (f"/{path}" if path else "")
    request = Request(action=action, resource=resource, caller=caller, context=context)
    return decide(json.loads(found.policy), request) is Decision.ALLOWED


def service_context(service: str, source_arn: str) -> dict[str, list[str]]:
    """Return the condition keys of a request that ``service`` sends for the resource ``source_arn``, over TLS."""
    return {
        "aws:principalisawsservice": ["true"],
        "aws:principalservicename": [service],
        "aws:securetransport": ["true"],
        "aws:sourcearn": [source_arn],
        "aws:sourceaccount": [account_id()],
        "aws:resourceaccount": [account_id()],
        "s3:resourceaccount": [account_id()],
        "s3:tlsversion": ["1.3"],
        "s3:x-amz-acl": ["bucket-owner-full-control"],
    }


def _documents(found: Role) -> Iterator[Mapping[str, Any]]:
    for text in found.policies.values():
        yield json.loads(text)
    for managed in found.managed_policies.values():
        current = next(one for one in managed.versions if one.version_id == managed.default_version_id)
        yield json.loads(current.document)


def _with(document: Mapping[str, Any], **missing: str) -> dict[str, Any]:
    """Return the document with what its kind of policy leaves out."""
    return {"Statement": [{**missing, **statement} for statement in statements(document)]}
