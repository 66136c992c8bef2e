from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

HOME, AWAY = "eu-central-1", "eu-west-1"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"


def create(emulator: Emulator, *, days: int = 7) -> dict[str, Any]:
    created: dict[str, Any] = emulator.client("rds", HOME).create_db_instance(
        DBInstanceIdentifier=f"backed-up-{uuid4().hex[:8]}",
        DBInstanceClass="db.m7g.large",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="root",
        MasterUserPassword=uuid4().hex,
        BackupRetentionPeriod=days,
    )["DBInstance"]
    return created


def replicate(emulator: Emulator, source: dict[str, Any], region: str = AWAY, **settings: object) -> dict[str, Any]:
    client = emulator.client("rds", region)
    started: dict[str, Any] = client.start_db_instance_automated_backups_replication(
        SourceDBInstanceArn=source["DBInstanceArn"], **settings
    )["DBInstanceAutomatedBackup"]
    return started


def find(emulator: Emulator, arn: str) -> list[dict[str, Any]]:
    answer = emulator.client("rds", AWAY).describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=arn)
    return list(answer["DBInstanceAutomatedBackups"])


def replications(emulator: Emulator, source: dict[str, Any]) -> list[str]:
    answer = emulator.client("rds", HOME).describe_db_instances(DBInstanceIdentifier=source["DBInstanceIdentifier"])
    listed = answer["DBInstances"][0].get("DBInstanceAutomatedBackupsReplications", [])
    return [each["DBInstanceAutomatedBackupsArn"] for each in listed]


def test_replicated_backups_read_back_by_their_arn(emulator: Emulator) -> None:
    source = create(emulator)
    arn = replicate(emulator, source, BackupRetentionPeriod=14, KmsKeyId=KEY)["DBInstanceAutomatedBackupsArn"]
    assert arn.startswith(f"arn:aws:rds:{AWAY}:123456789012:auto-backup:ab-")
    (found,) = find(emulator, arn)
    assert found["Status"] == "replicating"
    assert (found["BackupRetentionPeriod"], found["KmsKeyId"], found["Region"]) == (14, KEY, HOME)
    assert (found["DBInstanceArn"], found["DbiResourceId"]) == (source["DBInstanceArn"], source["DbiResourceId"])
    assert replications(emulator, source) == [arn]


def test_replicated_backups_are_kept_seven_days_by_default(emulator: Emulator) -> None:
    assert replicate(emulator, create(emulator))["BackupRetentionPeriod"] == 7


def test_replication_that_was_stopped_is_told_by_neither_side(emulator: Emulator) -> None:
    source = create(emulator)
    arn = replicate(emulator, source)["DBInstanceAutomatedBackupsArn"]
    client = emulator.client("rds", AWAY)
    client.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=source["DBInstanceArn"])
    assert (find(emulator, arn), replications(emulator, source)) == ([], [])
    with pytest.raises(ClientError, match="InvalidDBInstanceState"):
        client.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=source["DBInstanceArn"])


def test_backups_of_an_instance_that_is_gone_are_retained(emulator: Emulator) -> None:
    source = create(emulator)
    arn = replicate(emulator, source)["DBInstanceAutomatedBackupsArn"]
    emulator.client("rds", HOME).delete_db_instance(
        DBInstanceIdentifier=source["DBInstanceIdentifier"], SkipFinalSnapshot=True
    )
    assert [each["Status"] for each in find(emulator, arn)] == ["retained"]


@pytest.mark.parametrize(("days", "region"), [(0, AWAY), (7, HOME)])
def test_rejects_a_source_without_backups_or_in_the_same_region(emulator: Emulator, days: int, region: str) -> None:
    with pytest.raises(ClientError, match="Invalid"):
        replicate(emulator, create(emulator, days=days), region)
