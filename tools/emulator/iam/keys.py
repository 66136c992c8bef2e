"""The condition keys of a call.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from tools.emulator.call import Call
from tools.emulator.conditions import Context
from tools.emulator.helpers.callers import principal_keys
from tools.emulator.iam import state
from tools.emulator.iam.question import Question
from tools.emulator.iam.tags import tag_keys
from tools.emulator.policy import Caller

#: Parameters that are condition keys: by service, key and parameter.
#: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
OF_PARAMETERS: dict[str, Mapping[str, str]] = {
    "cloudwatch": {"cloudwatch:namespace": "Namespace"},
    "iam": {
        "iam:AWSServiceName": "AWSServiceName",
        "iam:PermissionsBoundary": "PermissionsBoundary",
        "iam:PolicyARN": "PolicyArn",
    },
    "kms": {"kms:GrantOperations": "Operations", "kms:ReplicaRegion": "ReplicaRegion"},
    "lambda": {"lambda:Principal": "Principal"},
    "s3": {
        "s3:delimiter": "Delimiter",
        "s3:max-keys": "MaxKeys",
        "s3:prefix": "Prefix",
        "s3:versionid": "VersionId",
        "s3:x-amz-acl": "ACL",
        "s3:x-amz-server-side-encryption": "ServerSideEncryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
        "s3:x-amz-server-side-encryption-customer-algorithm": "SSECustomerAlgorithm",
    },
    "secretsmanager": {"secretsmanager:VersionStage": "VersionStage", "secretsmanager:KmsKeyId": "KmsKeyId"},
}
#: Carried by the parameters as they are, if they are there.
Keys = Mapping[str, tuple[str, ...]]


def own_keys(call: Call) -> Keys:
    """Return the keys that the action of a call brings by its parameters."""
    keys: dict[str, tuple[str, ...]] = {}
    for key, name in OF_PARAMETERS.get(call.service, {}).items():
        value = call.parameters.get(name)
        if value not in (None, ""):
            keys[key] = tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)
    return keys | tag_keys(call)


def context_of(question: Question, caller: Caller) -> Context:
    """Return all keys of a question, in lower case."""
    now = datetime.now(tz=UTC)
    keys: dict[str, tuple[str, ...]] = {
        "aws:CurrentTime": (now.isoformat(timespec="seconds"),),
        "aws:EpochTime": (str(int(now.timestamp())),),
        "aws:RequestedRegion": (question.region,),
        "aws:ResourceAccount": (caller.account_id,),
        # The emulator takes plain HTTP on the loopback interface, which stands for TLS 1.3.
        "aws:SecureTransport": ("true",),
        "aws:SourceIp": ("127.0.0.1",),
        "kms:CallerAccount": (caller.account_id,),
        "s3:ResourceAccount": (caller.account_id,),
        "s3:TlsVersion": ("1.3",),
        **{name: (value,) for name, value in principal_keys(caller).items()},
        **question.keys,
    }
    if question.action.startswith("kms:") and (
        aliases := state.aliases_of(question.resource, account_id=caller.account_id)
    ):
        keys["kms:ResourceAliases"] = aliases
    return {name.lower(): values for name, values in keys.items()}
