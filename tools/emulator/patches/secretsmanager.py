"""Secrets Manager: labels of versions, and rotation without a function that runs."""

from collections.abc import Callable
from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from tools.emulator.helpers.replacing import wrap


def rotate_secret(
    original: Callable[..., str],
    backend: SecretsManagerBackend,
    secret_id: str,
    *args: object,
    **kwargs: Any,  # noqa: ANN401 - as moto passes them
) -> str:
    """Leave a secret that has a value, with the function and the days that it had unless others are given.

    A rotation function sets the new version's value and moves the labels. No rotation function runs here, as there is
    no database to log in to, and moto then makes a version without value the current one, so the secret can no longer
    be read. Here the value is kept.

    Where the rotation is not to begin at once, AWS makes a pending version, tests it, and removes it; moto leaves it.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
    """
    secret = backend.secrets.get(secret_id)
    if not isinstance(secret, FakeSecret):
        return original(backend, secret_id, *args, **kwargs)
    kwargs["rotation_lambda_arn"] = kwargs.get("rotation_lambda_arn") or secret.rotation_lambda_arn
    before, kept = _current(secret), {id_: list(one["version_stages"]) for id_, one in secret.versions.items()}
    rotated, current_id = secret.last_rotation_date, secret.default_version_id
    answer = original(backend, secret_id, *args, **kwargs)
    if kwargs.get("rotate_immediately") is False:
        secret.versions = {
            id_: one | {"version_stages": kept[id_]} for id_, one in secret.versions.items() if id_ in kept
        }
        secret.last_rotation_date, secret.default_version_id = rotated, current_id
        return secret.to_short_dict()
    pending = next((version for version in secret.versions.values() if _is_empty(version)), None)
    if before is not None and pending is not None:
        pending |= {name: before[name] for name in ("secret_string", "secret_binary") if name in before}
        secret.remove_version_stages_from_old_versions(["AWSPENDING", "AWSPREVIOUS", "AWSCURRENT"])
        before["version_stages"].append("AWSPREVIOUS")
        pending["version_stages"].append("AWSCURRENT")
        _delete_deprecated(secret)
    return answer


def cancel_rotate_secret(original: Callable[..., str], backend: SecretsManagerBackend, secret_id: str) -> str:
    """Turn rotation off, and tell no date of a next one any more; the function and the days stay.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html
    """
    answer = original(backend, secret_id)
    secret = backend.secrets[secret_id]
    if isinstance(secret, FakeSecret):
        secret.next_rotation_date = None
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


def _current(secret: FakeSecret) -> dict[str, Any] | None:
    return next((version for version in secret.versions.values() if "AWSCURRENT" in version["version_stages"]), None)


def _is_empty(version: dict[str, Any]) -> bool:
    return "secret_string" not in version and "secret_binary" not in version


def apply() -> None:
    """Apply the patches."""
    wrap(FakeSecret, "reset_default_version", reset_default_version)
    wrap(SecretsManagerBackend, "rotate_secret", rotate_secret)
    wrap(SecretsManagerBackend, "cancel_rotate_secret", cancel_rotate_secret)
    wrap(SecretsManagerBackend, "put_secret_value", collect)
    wrap(SecretsManagerBackend, "update_secret_version_stage", collect)
