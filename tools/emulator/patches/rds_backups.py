"""RDS: automated backups that are replicated to another region."""

from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from moto.core.responses import ActionResult
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, DBInstanceAutomatedBackup, RDSBackend, rds_backends
from moto.rds.responses import RDSResponse

from tools.emulator.helpers.replacing import replace, wrap

DEFAULT_RETENTION_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class ReplicatedBackup:
    """The backups of an instance of another region, in the words of AWS's answers."""

    source: DBInstance
    db_instance_automated_backups_arn: str
    backup_retention_period: int
    kms_key_id: str | None

    @property
    def db_instance_arn(self) -> str:
        """The instance that is backed up."""
        return self.source.db_instance_arn

    @property
    def db_instance_identifier(self) -> str:
        """The instance's name."""
        return str(self.source.db_instance_identifier)

    @property
    def dbi_resource_id(self) -> str:
        """What tells the instance from a later one of its name."""
        return str(self.source.dbi_resource_id)

    @property
    def region(self) -> str:
        """The region that the backups come from."""
        return self.source.region

    @property
    def status(self) -> str:
        """Whether the instance is still there to be backed up."""
        current = self.source.backend.databases.get(self.source.db_instance_identifier)
        return "replicating" if current is self.source else "retained"


def start_replication(response: RDSResponse) -> ActionResult:
    """Begin to replicate an instance's backups to the region that is asked; moto has no such operation."""
    backend, parameters = response.backend, response.params
    source = backend.find_db_from_id(parameters["SourceDBInstanceArn"])
    if source.region == backend.region_name:
        raise RDSClientError("InvalidParameterValue", "the source must be in another region")
    if not source.backup_retention_period:
        raise RDSClientError("InvalidDBInstanceState", f"{source.db_instance_identifier} has no automated backups")
    name = "ab-" + b32encode(uuid4().bytes).decode().rstrip("=").lower()
    backup = ReplicatedBackup(
        source=source,
        db_instance_automated_backups_arn=f"arn:aws:rds:{backend.region_name}:{backend.account_id}:auto-backup:{name}",
        backup_retention_period=int(parameters.get("BackupRetentionPeriod") or DEFAULT_RETENTION_DAYS),
        kms_key_id=parameters.get("KmsKeyId"),
    )
    _kept(backend).append(backup)
    return ActionResult({"DBInstanceAutomatedBackup": backup})


def stop_replication(response: RDSResponse) -> ActionResult:
    """End it. What was replicated goes at once here; AWS keeps it until its retention ends."""
    kept, source_arn = _kept(response.backend), response.params["SourceDBInstanceArn"]
    for backup in kept:
        if backup.db_instance_arn == source_arn and backup.status == "replicating":
            kept.remove(backup)
            return ActionResult({"DBInstanceAutomatedBackup": backup})
    raise RDSClientError("InvalidDBInstanceState", f"the backups of {source_arn} are not replicated to this region")


def describe_backups(
    original: Callable[..., list[DBInstanceAutomatedBackup]],
    backend: RDSBackend,
    *,
    db_instance_automated_backups_arn: str | None = None,
    **filters: Any,  # noqa: ANN401 - as moto passes them
) -> list[DBInstanceAutomatedBackup | ReplicatedBackup]:
    """Tell those from other regions too, and only the one whose ARN is asked for."""
    replicated = _kept(backend)
    if db_instance_automated_backups_arn:
        asked_for = db_instance_automated_backups_arn
        return [each for each in replicated if each.db_instance_automated_backups_arn == asked_for]
    identifier = filters.get("db_instance_identifier")
    return [
        *original(backend, **filters),
        *(each for each in replicated if identifier in {None, each.db_instance_identifier}),
    ]


def replications(database: DBInstance) -> list[ReplicatedBackup]:
    """Tell where an instance's backups are replicated to; Terraform reads it to see the end of a replication."""
    return [
        backup
        for backend in rds_backends[database.account_id].values()
        for backup in _kept(backend)
        if backup.source is database
    ]


def _kept(backend: RDSBackend) -> list[ReplicatedBackup]:
    kept: list[ReplicatedBackup] = backend.__dict__.setdefault("replicated_backups", [])
    return kept


def apply() -> None:
    """Apply the patches."""
    replace(RDSResponse, "start_db_instance_automated_backups_replication", start_replication)
    replace(RDSResponse, "stop_db_instance_automated_backups_replication", stop_replication)
    wrap(RDSBackend, "describe_db_instance_automated_backups", describe_backups)
    replace(DBInstance, "db_instance_automated_backups_replications", property(replications))
