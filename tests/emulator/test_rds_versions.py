"""Versions of PostgreSQL: an upgrade takes a while, or waits for the maintenance window."""

from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator
REGION = "eu-central-1"


def create(emulator: Emulator, version: str) -> str:
    name = f"db-{uuid4().hex[:8]}"
    emulator.client("rds", REGION).create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.medium",
        Engine="postgres",
        EngineVersion=version,
        AllocatedStorage=20,
        MasterUsername="root",
        MasterUserPassword="not-a-secret",
        BackupRetentionPeriod=7,
    )
    return name


def looks(emulator: Emulator, name: str, count: int) -> list[tuple[str, str, dict[str, Any]]]:
    rds = emulator.client("rds", REGION)
    found = [rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0] for _ in range(count)]
    return [(one["DBInstanceStatus"], one["EngineVersion"], one.get("PendingModifiedValues", {})) for one in found]


def test_a_major_version_alone_means_a_minor_one(emulator: Emulator) -> None:
    assert looks(emulator, create(emulator, "17"), 1) == [("available", "17.11", {})]
    assert looks(emulator, create(emulator, "17.5"), 1) == [("available", "17.5", {})]


def test_an_upgrade_takes_a_while_and_nothing_else_is_modified_meanwhile(emulator: Emulator) -> None:
    rds, name = emulator.client("rds", REGION), create(emulator, "17.5")
    rds.modify_db_instance(DBInstanceIdentifier=name, EngineVersion="17.6", ApplyImmediately=True)
    with pytest.raises(ClientError, match="InvalidDBInstanceState"):
        rds.modify_db_instance(DBInstanceIdentifier=name, BackupRetentionPeriod=8, ApplyImmediately=True)
    assert looks(emulator, name, 2) == [("upgrading", "17.5", {}), ("available", "17.6", {})]
    rds.modify_db_instance(DBInstanceIdentifier=name, BackupRetentionPeriod=8, ApplyImmediately=True)


def test_a_version_that_is_not_applied_at_once_waits(emulator: Emulator) -> None:
    rds, name = emulator.client("rds", REGION), create(emulator, "17.5")
    rds.modify_db_instance(DBInstanceIdentifier=name, EngineVersion="17.6")
    assert looks(emulator, name, 2) == [("available", "17.5", {"EngineVersion": "17.6"})] * 2
    rds.modify_db_instance(DBInstanceIdentifier=name, EngineVersion="17.6", ApplyImmediately=True)
    assert looks(emulator, name, 2)[1] == ("available", "17.6", {})


def test_the_version_that_runs_changes_nothing(emulator: Emulator) -> None:
    rds, name = emulator.client("rds", REGION), create(emulator, "17.5")
    rds.modify_db_instance(DBInstanceIdentifier=name, EngineVersion="17", ApplyImmediately=True)
    assert looks(emulator, name, 1) == [("available", "17.5", {})]


def test_what_a_version_can_be_upgraded_to_is_told(emulator: Emulator) -> None:
    answer = emulator.client("rds", REGION).describe_db_engine_versions(Engine="postgres", EngineVersion="17.10")
    (found,) = answer["DBEngineVersions"]
    targets = {one["EngineVersion"]: one["IsMajorVersionUpgrade"] for one in found["ValidUpgradeTarget"]}
    assert (targets["17.11"], targets["18.1"]) == (False, True)
    assert {"17.9", "16.10", "17.10"}.isdisjoint(targets)
