"""DynamoDB: global tables, that is replicas made by ``ReplicaUpdates``."""

from collections.abc import Callable
from copy import copy, deepcopy
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from tools.emulator.helpers.replacing import wrap

GLOBAL_TABLE_VERSION = "2019.11.21"


def update_table(original: Callable[..., ActionResult], response: DynamoHandler) -> ActionResult:
    """Make, change and remove replicas.

    moto ignores ``ReplicaUpdates``, and Terraform waits for a replica that never comes.
    """
    answer = original(response)
    updates = response.body.get("ReplicaUpdates") or []
    if not updates:
        return answer
    table = response.dynamodb_backend.get_table(response.body["TableName"])
    for update in updates:
        ((action, settings),) = update.items()
        REPLICA_ACTIONS[action](table, settings)
    return DynamoResult(table.describe())


def describe(
    original: Callable[..., dict[str, Any]], table: Table, base_key: str = "TableDescription"
) -> dict[str, Any]:
    """List the replicas in the other regions, as seen from the region that was asked."""
    description = original(table, base_key)
    if others := [replica for region, replica in _members(table).items() if region != table.region_name]:
        description[base_key]["GlobalTableVersion"] = GLOBAL_TABLE_VERSION
        description[base_key]["Replicas"] = [_describe_replica(replica) for replica in others]
    return description


def delete_table(original: Callable[..., Table], backend: DynamoDBBackend, name: str) -> Table:
    """Take a deleted table out of its global table; the replicas elsewhere stay."""
    table = original(backend, name)
    _members(table).pop(table.region_name, None)
    return table


def _create(table: Table, settings: dict[str, Any]) -> None:
    region = settings["RegionName"]
    # Its items are the same objects: what is written in one region is read in all, at once instead of in a second.
    replica = copy(table)
    replica.region_name = region
    replica.table_arn = table.table_arn.replace(f":{table.region_name}:", f":{region}:")
    # These are each replica's own, and AWS copies none of them.
    replica.tags = []
    replica.deletion_protection_enabled = False
    replica.continuous_backups = deepcopy(table.continuous_backups)
    replica.continuous_backups["PointInTimeRecoveryDescription"] = {"PointInTimeRecoveryStatus": "DISABLED"}
    members = _members(table)
    members.setdefault(table.region_name, table)
    members[region] = replica
    table.__dict__["members"] = replica.__dict__["members"] = members
    dynamodb_backends[table.account_id][region].tables[table.name] = replica
    _update(table, settings)


def _update(table: Table, settings: dict[str, Any]) -> None:
    if key_id := settings.get("KMSMasterKeyId"):
        replica = _members(table)[settings["RegionName"]]
        replica.sse_specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_id}


def _delete(table: Table, settings: dict[str, Any]) -> None:
    region = settings["RegionName"]
    _members(table).pop(region, None)
    dynamodb_backends[table.account_id][region].tables.pop(table.name, None)


def _describe_replica(replica: Table) -> dict[str, Any]:
    description = {"RegionName": replica.region_name, "ReplicaStatus": "ACTIVE"}
    if replica.sse_specification:
        description["KMSMasterKeyId"] = replica.sse_specification["KMSMasterKeyId"]
    return description


def _members(table: Table) -> dict[str, Table]:
    """Return the tables that make up the global table by region: the same dictionary for each of them."""
    members: dict[str, Table] = table.__dict__.get("members", {})
    return members


REPLICA_ACTIONS: dict[str, Callable[[Table, dict[str, Any]], None]] = {
    "Create": _create,
    "Update": _update,
    "Delete": _delete,
}


def apply() -> None:
    """Apply the patches."""
    wrap(DynamoHandler, "update_table", update_table)
    wrap(Table, "describe", describe)
    wrap(DynamoDBBackend, "delete_table", delete_table)
