"""Secrets Manager: replicas of a secret in other regions, and their promotion.

moto gives every replica the same key and an ARN with another region wherever the name has one, never replaces one
replica by another, and cannot promote one.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
"""

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

from moto.secretsmanager.exceptions import InvalidParameterException, SecretNotFoundException
from moto.secretsmanager.models import (
    FakeSecret,
    ReplicaSecret,
    SecretsManagerBackend,
    SecretsStore,
    secretsmanager_backends,
)
from moto.secretsmanager.responses import SecretsManagerResponse

from tools.emulator.helpers.replacing import Method, replace, wrap
from tools.emulator.helpers.requests import parameter

DEFAULT_KEY = SecretsManagerBackend.DEFAULT_KMS_KEY_ALIAS


def make_replica(
    original: Callable[..., None], replica: ReplicaSecret, source: FakeSecret, region: str, *args: object
) -> None:
    """Give a replica the ARN of its source in another Region; moto also replaces the region that the name has.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/create-manage-multi-region-secrets.html
    """
    original(replica, source, region, *args)
    replica.arn = source.arn.replace(f":{source.region}:", f":{region}:", 1)


def create_replicas(
    secret: FakeSecret,
    replica_regions: Sequence[dict[str, str]],
    force_overwrite: bool,  # noqa: FBT001 - moto passes it by position
) -> list[ReplicaSecret]:
    """Replicate a secret to regions, where one of its name is in the way unless it is to be overwritten.

    Then the call succeeds all the same, and the status of the replica is ``Failed``. A secret in the way that has
    replicas itself is never overwritten here: AWS does not say what becomes of them.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html#replicate-secrets_troubleshoot
    """
    taken = {secret.region, *(replica.region for replica in getattr(secret, "replicas", []))}
    if again := [one["Region"] for one in replica_regions if one["Region"] in taken]:
        raise InvalidParameterException(f"Invalid replica region. The secret is in {', '.join(again)} already.")
    return [_replica(secret, one, force_overwrite=force_overwrite) for one in replica_regions]


def describe_replica(original: Callable[..., dict[str, Any]], replica: ReplicaSecret) -> dict[str, Any]:
    """Tell the key of the replica; moto tells that of its source."""
    told = original(replica)
    told.pop("KmsKeyId", None)
    key = replica.config["KmsKeyId"]
    return told if key == DEFAULT_KEY else told | {"KmsKeyId": key}


def describe_primary(original: Callable[..., dict[str, Any]], secret: FakeSecret) -> dict[str, Any]:
    """Tell the region of a secret that has replicas, as theirs do; moto tells it of replicas only.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
    """
    told = original(secret)
    return told | {"PrimaryRegion": secret.region} if secret.replicas else told


def update_secret(original: Method, backend: SecretsManagerBackend, secret_id: str, **changes: Any) -> str:  # noqa: ANN401 - as moto passes them
    """Give a replica another key, which is all that can be changed of one.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/standalone-secret.html
    """
    secret = backend.secrets.get(secret_id)
    # The token of a version that is not made.
    changed = {name for name, value in changes.items() if value} - {"client_request_token"}
    if not isinstance(secret, ReplicaSecret) or changed != {"kms_key_id"}:
        answer: str = original(backend, secret_id=secret_id, **changes)
        return answer
    secret.config["KmsKeyId"] = changes["kms_key_id"]
    return json.dumps({"ARN": secret.arn, "Name": secret.name})


def stop_replication_to_replica(response: SecretsManagerResponse) -> str:
    """Promote a replica: it has the value, the labels and the tags of its primary, its own key, and no rotation.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_StopReplicationToReplica.html
    """
    store = response.backend.secrets
    replica = store.get(parameter(response, "SecretId"))
    if replica is None:
        raise SecretNotFoundException
    if not isinstance(replica, ReplicaSecret):
        raise InvalidParameterException("Operation not permitted on a primary secret.")
    source = replica.source
    promoted = copy.copy(source)
    promoted.region, promoted.arn, promoted.replicas = replica.region, replica.arn, []
    promoted.kms_key_id = None if replica.config["KmsKeyId"] == DEFAULT_KEY else replica.config["KmsKeyId"]
    promoted.versions, promoted.tags = copy.deepcopy(source.versions), copy.deepcopy(source.tags)
    promoted.rotation_requested = promoted.rotation_enabled = False
    promoted.rotation_lambda_arn, promoted.auto_rotate_after_days = "", 0
    promoted.next_rotation_date = promoted.last_rotation_date = None
    _remove(store, replica)
    store[promoted.name] = promoted
    source.replicas = [one for one in source.replicas if one is not replica]
    return json.dumps({"ARN": promoted.arn})


def _replica(secret: FakeSecret, asked: dict[str, str], *, force_overwrite: bool) -> ReplicaSecret:
    region = asked["Region"]
    store = secretsmanager_backends[secret.account_id][region].secrets
    there = store.get(secret.name)
    if there is not None and (not force_overwrite or getattr(there, "replicas", [])):
        message = f"Replication failed: Secret name {secret.name} already exists in region {region}."
        replica = ReplicaSecret(secret, region, "Failed", message)
    else:
        if there is not None:
            _remove(store, there)
        replica = ReplicaSecret(secret, region)
        store[replica.arn] = replica
    # moto says aws/secretsmanager for all, and Terraform sees drift.
    replica.config["KmsKeyId"] = asked.get("KmsKeyId") or DEFAULT_KEY
    return replica


def _remove(store: SecretsStore, secret: FakeSecret | ReplicaSecret) -> None:
    """Take a secret out, under its name or its ARN; a replica out of those of its source too."""
    for key in [key for key, value in dict.items(store) if value is secret]:
        dict.pop(store, key)
    if isinstance(secret, ReplicaSecret):
        secret.source.replicas = [one for one in secret.source.replicas if one is not secret]


def apply() -> None:
    """Apply the patch."""
    wrap(ReplicaSecret, "__init__", make_replica)
    wrap(ReplicaSecret, "to_dict", describe_replica)
    replace(FakeSecret, "create_replicas", create_replicas)
    wrap(FakeSecret, "to_dict", describe_primary)
    wrap(SecretsManagerBackend, "update_secret", update_secret)
    replace(SecretsManagerResponse, "stop_replication_to_replica", stop_replication_to_replica)
