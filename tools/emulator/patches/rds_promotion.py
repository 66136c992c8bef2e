"""RDS: the promotion of a read replica takes its time, and is refused where AWS refuses it.

In moto it is done at once, a second time too, and the replica and its source go on naming each other. In AWS the
instance is ``modifying``, then it reboots, and it is available when it stands alone. Here it goes on with each
description of it, and by itself after half a minute: Terraform's provider looks for the first time after one.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.Promote.html
"""

from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from moto.rds.exceptions import DBInstanceNotFoundError, RDSClientError
from moto.rds.models import DBInstance, DBSnapshot, RDSBackend
from moto.rds.responses import RDSResponse
from moto.rds.utils import valid_preferred_maintenance_window

from tools.emulator.helpers.replacing import Method, replace, wrap
from tools.emulator.patches.rds_replicas import leave_source, stand_alone

SECONDS = 30
#: What the descriptions tell one after another; it stands alone from the reboot on.
PROMOTION = ("modifying", "rebooting", "available")
BACKUP = ("backing-up", "available")
MOST_DAYS = 35


@dataclass(kw_only=True)
class Change:
    """A change of an instance that is under way: what is still to be told, and what a promotion was asked with."""

    states: list[str]
    promotion: dict[str, Any] | None = None
    began: float = field(default_factory=monotonic)


def promote_read_replica(backend: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
    """Begin to promote a replica that is available; refuse it of what is none, or is being backed up or promoted.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_PromoteReadReplica.html
    """
    identifier = db_kwargs["db_instance_identifier"]
    database = backend.databases.get(identifier)
    if database is None:
        raise DBInstanceNotFoundError(identifier)
    if _change(database) or database.status != "available":
        raise RDSClientError("InvalidDBInstanceState", f"DB instance {identifier} is not in available state.")
    if not database.is_replica:
        raise RDSClientError("InvalidDBInstanceState", f"DB instance {identifier} is not a read replica.")
    _refuse_backups(database, db_kwargs)
    database.__dict__["change"] = Change(states=list(PROMOTION), promotion=db_kwargs)
    database.status = PROMOTION[0]
    return database


def create_db_snapshot(
    original: Method, backend: RDSBackend, db_instance_identifier: str, *arguments: object, **named: object
) -> DBSnapshot:
    """Take a snapshot, and have a replica be backed up meanwhile, when it cannot be promoted."""
    snapshot: DBSnapshot = original(backend, db_instance_identifier, *arguments, **named)
    database = backend.databases[db_instance_identifier]
    if database.is_replica and _change(database) is None:
        database.__dict__["change"] = Change(states=list(BACKUP))
        database.status = BACKUP[0]
    return snapshot


def describe_db_instances(original: Method, response: RDSResponse) -> object:
    """Describe instances, and have what is under way at those that are described go on."""
    named = response.params.get("DBInstanceIdentifier")
    for database in list(response.backend.databases.values()):
        if "change" in database.__dict__ and named in {None, database.db_instance_identifier, database.db_instance_arn}:
            _go_on(database)
    return original(response)


def _change(database: DBInstance) -> Change | None:
    """Return what is under way, after it has gone on if its time is over."""
    change: Change | None = database.__dict__.get("change")
    if change is not None and monotonic() - change.began > SECONDS:
        while "change" in database.__dict__:
            _go_on(database)
        return None
    return change


def _go_on(database: DBInstance) -> None:
    change: Change = database.__dict__["change"]
    if monotonic() - change.began > SECONDS:
        change.states = change.states[-1:]
    database.status = change.states.pop(0)
    if change.promotion is not None and database.status != PROMOTION[0]:
        leave_source(database)
        backups = ("backup_retention_period", "preferred_backup_window")
        database.update(**{name: change.promotion[name] for name in backups if name in change.promotion})
        stand_alone(database)
        change.promotion = None
    if not change.states:
        del database.__dict__["change"]


def _refuse_backups(database: DBInstance, asked: dict[str, Any]) -> None:
    """Refuse what cannot be said of backups: too many days, none for a source, a window in which it is maintained."""
    days = asked.get("backup_retention_period")
    if days is not None and not 0 <= int(days) <= MOST_DAYS:
        raise RDSClientError(
            "InvalidParameterValue", f"Invalid backup retention period: {days}. Must be 0 to {MOST_DAYS}."
        )
    if days is not None and not int(days) and database.replicas:
        raise RDSClientError(
            "InvalidParameterValue", "The backup retention period of a source of replicas cannot be 0."
        )
    window = asked.get("preferred_backup_window")
    if window and (fault := valid_preferred_maintenance_window(database.preferred_maintenance_window, window)):
        raise RDSClientError("InvalidParameterValue", fault)


def apply() -> None:
    """Apply the patch."""
    replace(RDSBackend, "promote_read_replica", promote_read_replica)
    wrap(RDSBackend, "create_db_snapshot", create_db_snapshot)
    wrap(RDSResponse, "describe_db_instances", describe_db_instances)
