"""Who sends a request, whatever the service."""

import json
import re
from collections.abc import Mapping

from moto.core.responses import BaseResponse
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from tools.emulator.policy import Caller

CREDENTIAL = re.compile(r"Credential=([A-Z0-9]{16,128})/")


def caller_of(response: BaseResponse) -> Caller:
    """Return who signed the request: a session of a role, an IAM user, or else the root of the account."""
    account_id, partition = response.current_account, response.partition
    if service := stated_keys(response).get("aws:principalservicename"):
        return Caller(service=service)
    key = _access_key_id(response)
    if key is None:
        return Caller()
    root = f"arn:{partition}:iam::{account_id}:root"
    if session := sts_backends[account_id][partition].get_assumed_role_from_access_key(key):
        return Caller(identities=(session.arn, session.role_arn, root), account_id=account_id)
    if user := iam_backends[account_id][partition].get_user_from_access_key_id(key):
        return Caller(identities=(user.arn, root), account_id=account_id)
    return Caller(identities=(root,), account_id=account_id)


def principal_keys(caller: Caller) -> dict[str, str]:
    """Return the condition keys that describe ``caller``, in lower case."""
    keys = {"aws:principalisawsservice": "true" if caller.service else "false"}
    if caller.service:
        return keys
    if not caller.identities:
        return keys | {"aws:principaltype": "Anonymous"}
    keys["aws:principalaccount"] = caller.account_id
    first, *others = caller.identities
    if ":assumed-role/" in first:
        # For a session, the key holds the role.
        return keys | {"aws:principaltype": "AssumedRole", "aws:principalarn": others[0]}
    if ":user/" in first:
        name = first.rsplit("/", 1)[1]
        return keys | {"aws:principaltype": "User", "aws:principalarn": first, "aws:username": name}
    return keys | {"aws:principaltype": "Account", "aws:principalarn": first}


def stated_keys(response: BaseResponse) -> Mapping[str, str | None]:
    """Return the condition keys that a test states in a header, in lower case; None takes one away."""
    stated = json.loads(response.normalized_request.headers.get("x-meridian-context", "{}"))
    return {name.lower(): value for name, value in stated.items()}


def _access_key_id(response: BaseResponse) -> str | None:
    """Return the key that signed the request, in its header or its query, or None if nobody did."""
    request = response.normalized_request
    if header := request.headers.get("Authorization"):
        match = CREDENTIAL.search(header)
        return match[1] if match else ""
    if credential := request.args.get("X-Amz-Credential"):
        return credential.split("/", 1)[0]
    return request.args.get("AWSAccessKeyId")
