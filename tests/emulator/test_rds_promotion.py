"""What a read replica goes through until it stands alone."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.emulator.test_rds import AWAY, HOME, create, describe, replicate
from tests.support.refusals import refused
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_a_promoted_replica_stands_alone(emulator: Emulator, region: str) -> None:
    source = create(emulator, BackupRetentionPeriod=7)
    replica = replicate(emulator, source, region)
    identifier = replica["DBInstanceIdentifier"]
    before = describe(emulator, HOME, source["DBInstanceIdentifier"])["ReadReplicaDBInstanceIdentifiers"]
    assert before == [identifier if region == HOME else replica["DBInstanceArn"]]
    assert describe(emulator, region, identifier)["ReadReplicaSourceDBInstanceIdentifier"]

    rds = emulator.client("rds", region)
    rds.promote_read_replica(DBInstanceIdentifier=identifier, BackupRetentionPeriod=14)
    states = [describe(emulator, region, identifier)["DBInstanceStatus"] for _ in range(3)]
    assert states == ["modifying", "rebooting", "available"]
    promoted = describe(emulator, region, identifier)
    assert "ReadReplicaSourceDBInstanceIdentifier" not in promoted
    assert promoted["BackupRetentionPeriod"] == 14
    after = describe(emulator, HOME, source["DBInstanceIdentifier"])
    assert after["ReadReplicaDBInstanceIdentifiers"] == []
    rds.delete_db_instance(DBInstanceIdentifier=identifier, SkipFinalSnapshot=True)
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        describe(emulator, region, identifier)


def test_rejects_a_final_snapshot_of_a_replica_and_takes_one_of_what_was_promoted(emulator: Emulator) -> None:
    replica = replicate(emulator, create(emulator), AWAY)
    identifier, rds = replica["DBInstanceIdentifier"], emulator.client("rds", AWAY)
    final = {"DBInstanceIdentifier": identifier, "FinalDBSnapshotIdentifier": f"{identifier}-final"}
    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        rds.delete_db_instance(**final)
    rds.promote_read_replica(DBInstanceIdentifier=identifier)
    while describe(emulator, AWAY, identifier)["DBInstanceStatus"] != "available":
        pass
    rds.delete_db_instance(**final)
    (snapshot,) = rds.describe_db_snapshots(DBSnapshotIdentifier=f"{identifier}-final")["DBSnapshots"]
    assert snapshot["DBInstanceIdentifier"] == identifier


def test_it_follows_its_source_until_it_reboots(emulator: Emulator) -> None:
    replica = replicate(emulator, create(emulator), AWAY)
    identifier = replica["DBInstanceIdentifier"]
    asked = emulator.client("rds", AWAY).promote_read_replica(DBInstanceIdentifier=identifier)["DBInstance"]
    assert asked["DBInstanceStatus"] == "modifying"
    sources = [describe(emulator, AWAY, identifier).get("ReadReplicaSourceDBInstanceIdentifier") for _ in range(2)]
    assert sources == [replica["ReadReplicaSourceDBInstanceIdentifier"], None]


def test_a_list_of_instances_counts_as_a_description(emulator: Emulator) -> None:
    identifier = replicate(emulator, create(emulator), AWAY)["DBInstanceIdentifier"]
    rds = emulator.client("rds", AWAY)
    rds.promote_read_replica(DBInstanceIdentifier=identifier)
    for expected in ("modifying", "rebooting", "available", "available"):
        found = {one["DBInstanceIdentifier"]: one for one in rds.describe_db_instances()["DBInstances"]}
        assert found[identifier]["DBInstanceStatus"] == expected


def test_it_is_promoted_once(emulator: Emulator) -> None:
    source = create(emulator)
    identifier, rds = replicate(emulator, source, AWAY)["DBInstanceIdentifier"], emulator.client("rds", AWAY)
    rds.promote_read_replica(DBInstanceIdentifier=identifier)
    for _ in range(4):
        with refused("InvalidDBInstanceState"):
            rds.promote_read_replica(DBInstanceIdentifier=identifier)
        describe(emulator, AWAY, identifier)
    with refused("InvalidDBInstanceState"):
        emulator.client("rds", HOME).promote_read_replica(DBInstanceIdentifier=source["DBInstanceIdentifier"])
    with refused("DBInstanceNotFound"):
        rds.promote_read_replica(DBInstanceIdentifier="absent")


def test_it_is_not_promoted_while_it_is_backed_up(emulator: Emulator) -> None:
    identifier, rds = replicate(emulator, create(emulator), AWAY)["DBInstanceIdentifier"], emulator.client("rds", AWAY)
    rds.create_db_snapshot(DBInstanceIdentifier=identifier, DBSnapshotIdentifier=f"{identifier}-snapshot")
    with refused("InvalidDBInstanceState"):
        rds.promote_read_replica(DBInstanceIdentifier=identifier)
    assert [describe(emulator, AWAY, identifier)["DBInstanceStatus"] for _ in range(2)] == ["backing-up", "available"]
    rds.promote_read_replica(DBInstanceIdentifier=identifier)


@pytest.mark.parametrize(
    "backups",
    [
        {"BackupRetentionPeriod": 36},
        {"BackupRetentionPeriod": -1},
        {"BackupRetentionPeriod": 7, "PreferredBackupWindow": "03:00-03:30"},
    ],
)
def test_backups_that_cannot_be_are_refused(emulator: Emulator, backups: dict[str, object]) -> None:
    replica = replicate(emulator, create(emulator, PreferredMaintenanceWindow="mon:03:00-mon:04:00"), HOME)
    identifier, rds = replica["DBInstanceIdentifier"], emulator.client("rds", HOME)
    with refused("InvalidParameterValue"):
        rds.promote_read_replica(DBInstanceIdentifier=identifier, **backups)
    assert describe(emulator, HOME, identifier)["DBInstanceStatus"] == "available"
