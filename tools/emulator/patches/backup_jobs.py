"""Backup: jobs, and the recovery points that they leave in vaults; moto has neither.

A job is done at once. What it made is a recovery point and no more: nothing is copied, RDS lists no snapshot for it,
and nothing can be restored from it.
"""

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from moto.backup.exceptions import InvalidParameterValueException, InvalidRequestException, ResourceNotFoundException
from moto.backup.models import BackupBackend, Vault
from moto.backup.responses import BackupResponse
from moto.backup.urls import url_paths
from moto.core.utils import unix_time
from moto.dynamodb.models import dynamodb_backends
from moto.rds.models import rds_backends

from tools.emulator.helpers.replacing import replace, wrap

SECONDS_A_DAY = 86_400
JOB = ("BackupJobId", "RecoveryPointArn", "CreationDate")


def start_backup_job(response: BackupResponse) -> str:
    """Make a recovery point of a database or a table in a vault.

    One of RDS is encrypted with the key of its source, one of DynamoDB with that of the vault, as AWS does:
    https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
    """
    body = json.loads(response.body)
    vault, job_id, now = _vault(response, body["BackupVaultName"]), str(uuid4()), unix_time()
    arn = body["ResourceArn"]
    service, region = arn.split(":")[2:4]
    if service == "rds":
        point, kind = f"arn:aws:rds:{region}:{response.current_account}:snapshot:awsbackup:job-{job_id}", "RDS"
        key = rds_backends[response.current_account][region].find_db_from_id(arn).kms_key_id
    elif service == "dynamodb":
        point, kind = f"arn:aws:backup:{region}:{response.current_account}:recovery-point:{job_id}", "DynamoDB"
        dynamodb_backends[response.current_account][region].get_table(arn.rpartition("/")[2])
        key = vault.encryption_key_arn
    else:
        raise InvalidParameterValueException(msg=f"this emulator backs up RDS and DynamoDB, and not {arn}")
    days = body.get("Lifecycle", {}).get("DeleteAfterDays")
    ends = {"CalculatedLifecycle": {"DeleteAt": now + days * SECONDS_A_DAY}} if days else {}
    _points(response.backup_backend, vault)[point] = {
        "RecoveryPointArn": point,
        "BackupVaultName": vault.backup_vault_name,
        "BackupVaultArn": vault.backup_vault_arn,
        "ResourceArn": arn,
        "ResourceType": kind,
        "IamRoleArn": body["IamRoleArn"],
        "Status": "COMPLETED",
        "CreationDate": now,
        "CompletionDate": now,
        "EncryptionKeyArn": key,
        "IsEncrypted": True,
        "Lifecycle": body.get("Lifecycle", {}),
        **ends,
    }
    _count(response.backup_backend, vault)
    job = {"BackupJobId": job_id, "RecoveryPointArn": point, "CreationDate": now, "State": "COMPLETED"}
    _jobs(response.backup_backend)[job_id] = {**job, "ResourceArn": arn, "BackupVaultName": vault.backup_vault_name}
    return json.dumps({name: job[name] for name in JOB})


def describe_backup_job(response: BackupResponse) -> str:
    """Return a job."""
    job_id = unquote(response.path.rpartition("/backup-jobs/")[2])
    if job_id not in _jobs(response.backup_backend):
        raise ResourceNotFoundException(msg=f"Cannot find backup job {job_id}")
    return json.dumps(_jobs(response.backup_backend)[job_id])


def list_recovery_points_by_backup_vault(response: BackupResponse) -> str:
    """List what a vault holds; Terraform empties one before it destroys it by force."""
    vault = _vault(response, _after(response, "/backup-vaults/"))
    return json.dumps({"RecoveryPoints": list(_points(response.backup_backend, vault).values())})


def describe_recovery_point(response: BackupResponse) -> str:
    """Return a recovery point; Terraform waits for its end so."""
    vault, arn = _named(response)
    return json.dumps(_points(response.backup_backend, vault)[arn])


def delete_recovery_point(response: BackupResponse) -> tuple[int, dict[str, str], str]:
    """Delete a recovery point, unless the vault is locked."""
    vault, arn = _named(response)
    if vault.locked:
        raise InvalidRequestException(msg=f"Backup vault {vault.backup_vault_name} is locked")
    del _points(response.backup_backend, vault)[arn]
    _count(response.backup_backend, vault)
    return HTTPStatus.NO_CONTENT, {}, ""


def delete_backup_vault(original: Any, backend: BackupBackend, backup_vault_name: str) -> None:  # noqa: ANN401 - a method of moto's
    """Refuse to delete a vault that holds something, as AWS does.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVault.html
    """
    vault = backend.vaults.get(backup_vault_name)
    if vault is not None and _points(backend, vault):
        raise InvalidRequestException(msg=f"Backup vault {backup_vault_name} cannot be deleted: it is not empty")
    original(backend, backup_vault_name)


def _after(response: BackupResponse, place: str) -> str:
    return unquote(response.path.split(place, 1)[1].split("/", 1)[0])


def _vault(response: BackupResponse, name: str) -> Vault:
    if name not in response.backup_backend.vaults:
        raise ResourceNotFoundException(msg=f"Backup vault {name} not found")
    return response.backup_backend.vaults[name]


def _named(response: BackupResponse) -> tuple[Vault, str]:
    vault = _vault(response, _after(response, "/backup-vaults/"))
    arn = unquote(response.path.split("/recovery-points/", 1)[1])
    if arn not in _points(response.backup_backend, vault):
        raise ResourceNotFoundException(msg=f"Cannot find recovery point {arn}")
    return vault, arn


def _points(backend: BackupBackend, vault: Vault) -> dict[str, dict[str, Any]]:
    # Kept on the backend, so that a reset forgets them.
    points: dict[str, dict[str, dict[str, Any]]] = backend.__dict__.setdefault("recovery_points", {})
    return points.setdefault(vault.backup_vault_arn, {})


def _jobs(backend: BackupBackend) -> dict[str, dict[str, Any]]:
    jobs: dict[str, dict[str, Any]] = backend.__dict__.setdefault("backup_jobs", {})
    return jobs


def _count(backend: BackupBackend, vault: Vault) -> None:
    # By the one name moto lists vaults, by the other it describes them.
    vault.num_of_recovery_points = vault.number_of_recovery_points = len(_points(backend, vault))  # type: ignore[attr-defined]


def apply() -> None:
    """Apply the patches."""
    for operation in (
        start_backup_job,
        describe_backup_job,
        list_recovery_points_by_backup_vault,
        describe_recovery_point,
        delete_recovery_point,
    ):
        replace(BackupResponse, operation.__name__, operation)
    wrap(BackupBackend, "delete_backup_vault", delete_backup_vault)
    points = "backup-vaults/(?P<name>[^/]+)/recovery-points"
    # boto3 puts a slash behind the list, and Terraform's SDK does not.
    for path in ("backup-jobs", "backup-jobs/(?P<job>[^/]+)", points, f"{points}/", f"{points}/(?P<point>.+)"):
        url_paths[f"{{0}}/{path}$"] = BackupResponse.dispatch
