"""Policies of resources and roles: every user and role of this account that they name must exist.

Principals of other accounts cannot be seen from here, and AWS looks at the condition keys of none.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from moto.iam.models import iam_backends

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.conditions import as_list
from tools.emulator.helpers import state
from tools.emulator.helpers.registry import rule
from tools.emulator.policy import statements
from tools.emulator.refusal import Refusal

IDENTITY = re.compile(r"arn:aws:iam::(?P<account>\d{12}):(?P<kind>user|role)/.+")


@rule("iam", "CreateRole", "UpdateAssumeRolePolicy")
def trusted_principals_exist(call: Call) -> Refusal | None:
    """Refuse a trust policy that names who is not there.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html
    """
    document = call.parameters.get("AssumeRolePolicyDocument") or call.parameters.get("PolicyDocument")
    return _refusal(document, code="MalformedPolicyDocument", message="Invalid principal in policy")


@rule("s3", "PutBucketPolicy")
def principals_of_a_bucket_exist(call: Call) -> Refusal | None:
    """Refuse a bucket policy that names who is not there.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-bucket-user-policy-specifying-principal-intro.html
    """
    return _refusal(call.parameters.get("Policy"), code="MalformedPolicy", message="Invalid principal in policy")


@rule("kms", "CreateKey", "PutKeyPolicy", "ReplicateKey")
def principals_of_a_key_exist(call: Call) -> Refusal | None:
    """Refuse a key policy that names who is not there, or not visible to KMS yet.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
    """
    message = "Policy contains a statement with one or more invalid principals."
    return _refusal(call.parameters.get("Policy"), code="MalformedPolicyDocumentException", message=message)


@rule("secretsmanager", "PutResourcePolicy")
def principals_of_a_secret_exist(call: Call) -> Refusal | None:
    """Refuse a policy of a secret that names who is not there.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
    """
    message = "This resource policy contains an unsupported principal."
    return _refusal(call.parameters.get("ResourcePolicy"), code="MalformedPolicyDocumentException", message=message)


def _refusal(document: str | None, *, code: str, message: str) -> Refusal | None:
    try:
        policy = json.loads(document or "{}")
    except ValueError:
        # Not a policy at all: the service says so better.
        return None
    missing = [arn for arn in _identities(policy) if not _exists(arn)]
    return Refusal(code=code, message=f"{message}: {', '.join(missing)}") if missing else None


def _identities(policy: dict[str, Any]) -> Iterator[str]:
    for statement in statements(policy):
        for element in ("Principal", "NotPrincipal"):
            principal = statement.get(element, {})
            if isinstance(principal, dict):
                yield from (arn for arn in as_list(principal.get("AWS", [])) if IDENTITY.fullmatch(arn))


def _exists(arn: str) -> bool:
    match = IDENTITY.fullmatch(arn)
    if match is None or match["account"] != account_id():
        return True
    users = iam_backends[account_id()][state.PARTITION].users.values()
    return state.role(arn) is not None or any(user.arn == arn for user in users)
