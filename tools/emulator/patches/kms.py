"""KMS: rotation periods, multi-region keys, key policies on DescribeKey, and keys that AWS manages."""

import json
import re
from collections.abc import Callable
from copy import copy
from uuid import uuid4

from moto.kms import models
from moto.kms.exceptions import AccessDeniedException
from moto.kms.models import Alias, Key, KmsBackend, kms_backends
from moto.kms.responses import KmsResponse

from tools.emulator.helpers.callers import caller_of
from tools.emulator.helpers.contexts import context_of
from tools.emulator.helpers.replacing import replace, wrap
from tools.emulator.helpers.requests import parameter
from tools.emulator.policy import Decision, Request, decide

DEFAULT_ROTATION_PERIOD_DAYS = 365
MULTI_REGION_ID = re.compile("mrk-[0-9a-f]{32}")
#: What the aliases of keys begin with that services make for themselves; nobody else may use it.
OF_AWS = "alias/aws/"
# https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html#mrk-sync-properties
SHARED_ATTRIBUTES = ("key_rotation_status", "rotation_period_days")


def generate_key_id(multi_region: bool = False) -> str:  # noqa: FBT001, FBT002 - moto passes it by position
    """Return a new id of AWS's shape.

    moto leaves the dashes in that of a multi-region key. It is too long for moto's own ciphertexts then, and nothing
    that such a key encrypts can be decrypted.
    """
    return f"mrk-{uuid4().hex}" if multi_region else str(uuid4())


def validate_cmk_id(original: Callable[..., None], response: KmsResponse, key_id: str) -> None:
    """Accept the id of a multi-region key as AWS writes it."""
    if MULTI_REGION_ID.fullmatch(key_id) and key_id in response.kms_backend.keys:
        return
    original(response, key_id)


def enable_key_rotation(original: Callable[..., str], response: KmsResponse) -> str:
    """Keep the rotation period, which moto drops, so that ``rotation_period_in_days`` reads back as it was put."""
    answer = original(response)
    key = _key(response)
    key.rotation_period_days = parameter(response, "RotationPeriodInDays", DEFAULT_ROTATION_PERIOD_DAYS)  # type: ignore[attr-defined]
    _share(key)
    return answer


def disable_key_rotation(original: Callable[..., str], response: KmsResponse) -> str:
    """Let the replicas of a multi-region key follow their primary, as AWS does."""
    answer = original(response)
    _share(_key(response))
    return answer


def get_key_rotation_status(original: Callable[..., str], response: KmsResponse) -> str:
    """Tell the rotation period, which moto leaves out."""
    status = json.loads(original(response))
    if status["KeyRotationEnabled"]:
        status["RotationPeriodInDays"] = getattr(_key(response), "rotation_period_days", DEFAULT_ROTATION_PERIOD_DAYS)
    return json.dumps(status)


def replicate_key(response: KmsResponse) -> str:
    """Make a replica that is a key of its own.

    moto's replica shares its configuration with the primary, which then calls itself a replica, and it ignores
    description, policy and tags: ``aws_kms_replica_key`` waits for them until it times out.
    """
    primary = _key(response)
    region = parameter(response, "ReplicaRegion")
    # Not a deep copy: the private key cannot be copied, and is the same for all of a multi-region key.
    replica = copy(primary)
    replica.region = region
    replica.arn = primary.arn.replace(f":{primary.region}:", f":{region}:")
    replica.grants, replica.aliases = {}, {}
    replica.description = parameter(response, "Description", "")
    replica.policy = parameter(response, "Policy") or replica.generate_default_policy()
    # The lists of primary and replicas are the same for all of them, and only the type differs.
    replica.multi_region_configuration = {**primary.multi_region_configuration, "MultiRegionKeyType": "REPLICA"}
    replicas = primary.multi_region_configuration["ReplicaKeys"]
    replicas[:] = [entry for entry in replicas if entry["Region"] != region] + [{"Arn": replica.arn, "Region": region}]
    backend = kms_backends[response.current_account][region]
    backend.keys[replica.id] = replica
    backend.tagger.tag_resource(replica.id, parameter(response, "Tags", []))
    metadata = replica.to_dict()["KeyMetadata"]
    return json.dumps({"ReplicaKeyMetadata": metadata, "ReplicaPolicy": replica.policy})


def schedule_key_deletion(
    original: Callable[..., float], backend: KmsBackend, key_id: str, pending_window_in_days: int
) -> float:
    """Take a replica that is to be deleted off the primary's list; moto would list it for ever."""
    key = backend.keys[backend.get_key_id(key_id)]
    if key.multi_region:
        replicas = key.multi_region_configuration["ReplicaKeys"]
        replicas[:] = [entry for entry in replicas if entry["Arn"] != key.arn]
    return original(backend, backend.get_key_id(key_id), pending_window_in_days)


def validate_key_policy(response: KmsResponse, key_id: str, action: str) -> None:
    """Evaluate the key's policy with its principals and conditions.

    moto takes any Deny of ``kms:*`` as meant for everyone, so a policy that denies other accounts, or plain HTTP,
    denies Terraform the key that it has just made.
    """
    key = response.kms_backend.describe_key(key_id)
    caller = caller_of(response)
    request = Request(action=action, resource=key.arn, caller=caller, context=context_of(response, caller))
    if decide(json.loads(key.policy or "{}"), request) is Decision.DENIED:
        raise AccessDeniedException(message=f"not authorized to perform: {action} on resource: {key.arn}")


def create_alias(original: Callable[..., Alias], backend: KmsBackend, target_key_id: str, alias_name: str) -> Alias:
    """Mark a key as AWS's own once a service gives it an alias of AWS's; moto says that the customer manages it.

    See https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key
    """
    alias = original(backend, target_key_id, alias_name)
    if alias_name.startswith(OF_AWS):
        backend.keys[backend.get_key_id(target_key_id)].key_manager = "AWS"
    return alias


def _key(response: KmsResponse) -> Key:
    key_id = parameter(response, "KeyId")
    response._validate_cmk_id(key_id)  # noqa: SLF001 - so that a missing key is answered as everywhere else
    return response.kms_backend.keys[response.kms_backend.get_key_id(key_id)]


def _share(primary: Key) -> None:
    """Give what a multi-region key has in common to all of its replicas."""
    if not primary.multi_region:
        return
    for entry in primary.multi_region_configuration["ReplicaKeys"]:
        replica = kms_backends[primary.account_id][entry["Region"]].keys.get(primary.id)
        for name in SHARED_ATTRIBUTES:
            if replica is not None and hasattr(primary, name):
                setattr(replica, name, getattr(primary, name))


def apply() -> None:
    """Apply the patches."""
    replace(models, "generate_key_id", generate_key_id)
    wrap(KmsResponse, "_validate_cmk_id", validate_cmk_id)
    wrap(KmsResponse, "enable_key_rotation", enable_key_rotation)
    wrap(KmsResponse, "disable_key_rotation", disable_key_rotation)
    wrap(KmsResponse, "get_key_rotation_status", get_key_rotation_status)
    replace(KmsResponse, "replicate_key", replicate_key)
    wrap(KmsBackend, "create_alias", create_alias)
    wrap(KmsBackend, "schedule_key_deletion", schedule_key_deletion)
    replace(KmsResponse, "_validate_key_policy", validate_key_policy)
