"""RDS: read replicas, in the region of their source and in others, and what becomes of them."""

from collections.abc import Callable
from copy import copy
from typing import Any

from moto.ec2.models import ec2_backends
from moto.rds.exceptions import DBInstanceNotFoundError, InvalidParameterCombination, RDSClientError
from moto.rds.models import DBInstance, RDSBackend

from tools.emulator.helpers.replacing import replace, wrap
from tools.emulator.patches.rds import resource_id

# What a replica does not take over from its source unless it is told to.
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstanceReadReplica.html
NOT_INHERITED: dict[str, Any] = {
    "backup_retention_period": 0,
    "deletion_protection": False,
    "enable_iam_database_authentication": False,
    "enable_performance_insights": False,
    "monitoring_interval": 0,
    "monitoring_role_arn": None,
    "multi_az": False,
    "performance_insights_kms_key_id": None,
    "performance_insights_retention_period": None,
}
DEFAULT_BACKUP_RETENTION_DAYS = 1


def create_db_instance_read_replica(backend: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
    """Make a replica that is an instance of its own.

    moto copies the source with everything it has: its resource id, tags, IAM authentication, backups and zone, and it
    looks for the subnet group in the source's region. Terraform sees drift in what was not asked for.
    A source without automated backups, which AWS cannot replicate, is refused; moto takes it.
    """
    source = backend.find_db_from_id(db_kwargs["source_db_instance_identifier"])
    if not source.backup_retention_period:
        raise RDSClientError("InvalidDBInstanceState", f"{source.db_instance_identifier} has no automated backups")
    replica = copy(source)
    replica.backend = backend
    replica.dbi_resource_id = resource_id()
    for name, value in NOT_INHERITED.items():
        setattr(replica, name, value)
    replica.max_allocated_storage = replica.allocated_storage
    replica.tags = []
    replica.enabled_cloudwatch_logs_exports = list(db_kwargs.get("enable_cloudwatch_logs_exports") or [])
    if source.region != backend.region_name:
        _settle(replica, backend)
    replica.update(**db_kwargs)
    replica.set_as_replica()
    backend.databases[replica.db_instance_identifier] = replica
    source.add_replica(replica)
    return replica


def remove_replica(source: DBInstance, replica: DBInstance) -> None:
    """Forget a replica by whichever name it was known; moto fails on those in other regions, known by their ARN."""
    names = {replica.db_instance_identifier, replica.db_instance_arn}
    source.replicas = [name for name in source.replicas if name not in names]


def delete_db_instance(
    original: Callable[..., DBInstance], backend: RDSBackend, db_instance_identifier: str, **kwargs: object
) -> DBInstance:
    """Delete a replica whose source is gone; let replicas of a deleted source stand alone. moto fails at both.

    Of a replica AWS takes no final snapshot, and refuses to delete one with the name for it.
    """
    database = backend.databases.get(db_instance_identifier)
    if database is not None and database.is_replica and kwargs.get("final_db_snapshot_identifier"):
        raise InvalidParameterCombination("a final snapshot cannot be taken when a read replica is deleted")
    if database is not None and database.is_replica and _source(database) is None:
        database.is_replica = False
    deleted = original(backend, db_instance_identifier=db_instance_identifier, **kwargs)
    for name in deleted.replicas:
        stand_alone(backend.find_db_from_id(name))
    return deleted


def leave_source(replica: DBInstance) -> None:
    """Have its source forget a replica."""
    source = _source(replica)
    if source is not None:
        source.remove_replica(replica)


def stand_alone(database: DBInstance) -> None:
    """Make an instance none that follows another."""
    database.is_replica = False
    database.source_db_instance_identifier = None
    # An instance that stands alone has backups unless it is told not to.
    database.backup_retention_period = database.backup_retention_period or DEFAULT_BACKUP_RETENTION_DAYS


def _settle(replica: DBInstance, backend: RDSBackend) -> None:
    """Replace what exists only in the source's region by the defaults of the replica's own."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    replica.availability_zone = f"{backend.region_name}a"
    replica.db_parameter_group_name = None
    default_group = ec2.get_default_security_group(ec2.default_vpc.id)
    replica.vpc_security_group_ids = [default_group.id] if default_group else []


def _source(replica: DBInstance) -> DBInstance | None:
    try:
        return replica.backend.find_db_from_id(replica.source_db_instance_identifier or "")
    except DBInstanceNotFoundError:
        return None


def apply() -> None:
    """Apply the patches."""
    replace(RDSBackend, "create_db_instance_read_replica", create_db_instance_read_replica)
    replace(DBInstance, "remove_replica", remove_replica)
    wrap(RDSBackend, "delete_db_instance", delete_db_instance)
