"""RDS and DynamoDB: what is restored to a point in time, with the settings that AWS gives it.

The point is always now: the emulator keeps no history, and no rows of a database.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import unix_time
from moto.dynamodb.exceptions import PointInTimeRecoveryUnavailable
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler, DynamoResult
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, RDSBackend

from tools.emulator.helpers.replacing import wrap

#: By moto's attribute, the parameter of the request, and what a restored instance gets where that says nothing.
#: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html
UNLESS_SAID: dict[str, tuple[str, Any]] = {
    "deletion_protection": ("deletion_protection", False),
    "enable_iam_database_authentication": ("enable_iam_database_authentication", False),
    "multi_az": ("multi_az", False),
    "publicly_accessible": ("publicly_accessible", False),
}


def restore_instance(
    original: Callable[..., DBInstance], backend: RDSBackend, source: str, target: str, overrides: dict[str, Any]
) -> DBInstance:
    """Restore an instance that stands alone; moto makes it a replica of its source.

    Security groups and parameter group are those of the source only if the request names them.
    """
    database = backend.find_db_from_id(source)
    if not database.backup_retention_period:
        message = f"DB instance {source} has no automated backups"
        raise RDSClientError("PointInTimeRestoreNotEnabled", message)
    made = original(backend, source, target, {"tags": [], **overrides})
    made.is_replica, made.source_db_instance_identifier, made.replicas = False, None, []
    for name, (parameter, value) in UNLESS_SAID.items():
        setattr(made, name, overrides.get(parameter, value))
    if not overrides.get("vpc_security_group_ids"):
        made.vpc_security_group_ids = []
    if not overrides.get("db_parameter_group_name"):
        made.db_parameter_group_name = f"default.{made.engine}{str(made.engine_version).partition('.')[0]}"
    return made


def restore_table(original: Callable[..., ActionResult], response: DynamoHandler) -> ActionResult:
    """Restore a table with the key and the billing of its source, unless others are asked for; moto has neither.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
    """
    body, backend = response.body, response.dynamodb_backend
    source = backend.get_table(body["SourceTableName"])
    if source.continuous_backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] != "ENABLED":
        raise PointInTimeRecoveryUnavailable(body["SourceTableName"])
    original(response)
    made = backend.get_table(body["TargetTableName"])
    made.sse_specification = body.get("SSESpecificationOverride") or deepcopy(source.sse_specification)
    made.billing_mode = body.get("BillingModeOverride") or source.billing_mode
    return DynamoResult(made.describe())


def describe_backups(
    original: Callable[..., dict[str, Any]], backend: DynamoDBBackend, table_name: str
) -> dict[str, Any]:
    """Move on the latest moment to restore; moto leaves it where backups were turned on. AWS is five minutes behind."""
    found = original(backend, table_name)
    points = found["PointInTimeRecoveryDescription"]
    if points["PointInTimeRecoveryStatus"] == "ENABLED":
        points["LatestRestorableDateTime"] = unix_time()
    return found


def apply() -> None:
    """Apply the patches."""
    wrap(RDSBackend, "restore_db_instance_to_point_in_time", restore_instance)
    wrap(DynamoHandler, "restore_table_to_point_in_time", restore_table)
    wrap(DynamoDBBackend, "describe_continuous_backups", describe_backups)
