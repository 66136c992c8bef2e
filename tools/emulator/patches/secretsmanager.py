"""Secrets Manager: the key of a replica, labels of versions, and rotation without a function that runs."""

from collections.abc import Callable, Sequence
from typing import Any

from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend

from tools.emulator.helpers.replacing import wrap


def create_replicas(
    original: Callable[..., list[ReplicaSecret]],
    secret: FakeSecret,
    replica_regions: Sequence[dict[str, str]],
    force_overwrite: bool,  # noqa: FBT001 - moto passes it by position
) -> list[ReplicaSecret]:
    """Keep the key that a replica was given; moto says ``aws/secretsmanager`` for all, and Terraform sees drift."""
    replicas = original(secret, replica_regions, force_overwrite)
    for configuration, replica in zip(replica_regions, replicas, strict=True):
        if key_id := configuration.get("KmsKeyId"):
            replica.config["KmsKeyId"] = key_id
    return replicas


def make_replica(
    original: Callable[..., None], replica: ReplicaSecret, source: FakeSecret, region: str, *args: object
) -> None:
    """Give a replica the ARN of its source in another Region; moto also replaces the region that the name has.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/create-manage-multi-region-secrets.html
    """
    original(replica, source, region, *args)
    replica.arn = source.arn.replace(f":{source.region}:", f":{region}:", 1)


def rotate_secret(
    original: Callable[..., str], backend: SecretsManagerBackend, secret_id: str, *args: object, **kwargs: object
) -> str:
    """Leave a secret that has a value.

    A rotation function sets the new version's value and moves the labels. Functions do not run here, and moto then
    makes a version without value the current one, so the secret can no longer be read. Here the value is kept.
    """
    before = _current(backend, secret_id)
    answer = original(backend, secret_id, *args, **kwargs)
    secret = backend.secrets[secret_id]
    pending = next((version for version in secret.versions.values() if _is_empty(version)), None)
    if isinstance(secret, FakeSecret) and before is not None and pending is not None:
        pending |= {name: before[name] for name in ("secret_string", "secret_binary") if name in before}
        secret.remove_version_stages_from_old_versions(["AWSPENDING", "AWSPREVIOUS", "AWSCURRENT"])
        before["version_stages"].append("AWSPREVIOUS")
        pending["version_stages"].append("AWSCURRENT")
        _delete_deprecated(secret)
    return answer


def reset_default_version(
    _: Callable[..., None], secret: FakeSecret, secret_version: dict[str, Any], version_id: str
) -> None:
    """Make a version the current one, and leave the labels of others that it does not take.

    moto takes every label but ``AWSPREVIOUS`` from the version that was current before.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
    """
    before = next((one for one in secret.versions.values() if "AWSCURRENT" in one["version_stages"]), None)
    secret.remove_version_stages_from_old_versions(["AWSPREVIOUS", *secret_version["version_stages"]])
    if before is not None:
        before["version_stages"].append("AWSPREVIOUS")
    secret.versions[version_id] = secret_version
    secret.default_version_id = version_id


def collect(original: Callable[..., Any], backend: SecretsManagerBackend, *args: object, **kwargs: object) -> Any:  # noqa: ANN401 - whatever the call answers
    """Delete the versions that a call leaves without a label.

    Secrets Manager calls them deprecated and may delete them at any time, so here they are gone at once. moto keeps
    them for good, and nobody would notice what relies on one.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
    """
    answer = original(backend, *args, **kwargs)
    for secret in list(backend.secrets.values()):
        if isinstance(secret, FakeSecret):
            _delete_deprecated(secret)
    return answer


def _delete_deprecated(secret: FakeSecret) -> None:
    for version_id, version in list(secret.versions.items()):
        if not version["version_stages"]:
            del secret.versions[version_id]


def _current(backend: SecretsManagerBackend, secret_id: str) -> dict[str, Any] | None:
    secret = backend.secrets.get(secret_id)
    if secret is None:
        return None
    return next((version for version in secret.versions.values() if "AWSCURRENT" in version["version_stages"]), None)


def _is_empty(version: dict[str, Any]) -> bool:
    return "secret_string" not in version and "secret_binary" not in version


def apply() -> None:
    """Apply the patches."""
    wrap(FakeSecret, "create_replicas", create_replicas)
    wrap(ReplicaSecret, "__init__", make_replica)
    wrap(FakeSecret, "reset_default_version", reset_default_version)
    wrap(SecretsManagerBackend, "rotate_secret", rotate_secret)
    wrap(SecretsManagerBackend, "put_secret_value", collect)
    wrap(SecretsManagerBackend, "update_secret_version_stage", collect)
