import json
from uuid import uuid4

import pytest

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

HOME, AWAY, FAR = "eu-central-1", "eu-west-1", "us-east-1"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"


@pytest.fixture
def table(emulator: Emulator) -> str:
    name = f"table-{uuid4().hex[:8]}"
    emulator.client("dynamodb", HOME).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        DeletionProtectionEnabled=True,
        Tags=[{"Key": "Owner", "Value": "platform"}],
    )
    return name


def replicate(emulator: Emulator, table: str, action: str, **settings: str) -> None:
    emulator.client("dynamodb", HOME).update_table(TableName=table, ReplicaUpdates=[{action: settings}])


def replicas(emulator: Emulator, table: str, region: str) -> dict[str, str | None]:
    described = emulator.client("dynamodb", region).describe_table(TableName=table)["Table"]
    found = described.get("Replicas", [])
    assert {replica["ReplicaStatus"] for replica in found} <= {"ACTIVE"}
    return {replica["RegionName"]: replica.get("KMSMasterKeyId") for replica in found}


def test_every_region_lists_the_replicas_in_the_others(emulator: Emulator, table: str) -> None:
    replicate(emulator, table, "Create", RegionName=AWAY, KMSMasterKeyId=KEY)
    replicate(emulator, table, "Create", RegionName=FAR)
    assert replicas(emulator, table, HOME) == {AWAY: KEY, FAR: None}
    assert replicas(emulator, table, AWAY) == {HOME: None, FAR: None}
    away = emulator.client("dynamodb", AWAY).describe_table(TableName=table)["Table"]
    assert away["TableArn"] == f"arn:aws:dynamodb:{AWAY}:123456789012:table/{table}"
    assert f":{AWAY}:" in away["LatestStreamArn"]
    assert away["SSEDescription"]["KMSMasterKeyArn"] == KEY
    assert away["GlobalTableVersion"] == "2019.11.21"


def test_the_key_of_a_replica_can_be_changed(emulator: Emulator, table: str) -> None:
    replicate(emulator, table, "Create", RegionName=AWAY)
    replicate(emulator, table, "Update", RegionName=AWAY, KMSMasterKeyId=KEY)
    assert replicas(emulator, table, HOME) == {AWAY: KEY}


def test_a_replica_has_recovery_protection_and_tags_of_its_own(emulator: Emulator, table: str) -> None:
    home, away = emulator.client("dynamodb", HOME), emulator.client("dynamodb", AWAY)
    home.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    replicate(emulator, table, "Create", RegionName=AWAY)

    def recovery(region: str) -> str:
        answer = emulator.client("dynamodb", region).describe_continuous_backups(TableName=table)
        description = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        return str(description["PointInTimeRecoveryStatus"])

    assert (recovery(HOME), recovery(AWAY)) == ("ENABLED", "DISABLED")
    away.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    home.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    assert (recovery(HOME), recovery(AWAY)) == ("DISABLED", "ENABLED")

    described = away.describe_table(TableName=table)["Table"]
    assert described["DeletionProtectionEnabled"] is False
    away.update_table(TableName=table, DeletionProtectionEnabled=True)
    home.update_table(TableName=table, DeletionProtectionEnabled=False)
    assert away.describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"] is True

    arn = described["TableArn"]
    assert away.list_tags_of_resource(ResourceArn=arn)["Tags"] == []
    away.tag_resource(ResourceArn=arn, Tags=[{"Key": "Stage", "Value": "test"}])
    home_arn = home.describe_table(TableName=table)["Table"]["TableArn"]
    assert home.list_tags_of_resource(ResourceArn=home_arn)["Tags"] == [{"Key": "Owner", "Value": "platform"}]


def test_what_is_written_in_one_region_is_read_in_the_other(emulator: Emulator, table: str) -> None:
    home, away = emulator.client("dynamodb", HOME), emulator.client("dynamodb", AWAY)
    home.put_item(TableName=table, Item={"id": {"S": "before"}})
    replicate(emulator, table, "Create", RegionName=AWAY)
    away.put_item(TableName=table, Item={"id": {"S": "after"}})
    found = {item["id"]["S"] for item in home.scan(TableName=table)["Items"]}
    assert found == {item["id"]["S"] for item in away.scan(TableName=table)["Items"]} == {"before", "after"}


def test_a_removed_replica_is_gone_and_can_come_back(emulator: Emulator, table: str) -> None:
    away = emulator.client("dynamodb", AWAY)
    replicate(emulator, table, "Create", RegionName=AWAY)
    replicate(emulator, table, "Delete", RegionName=AWAY)
    assert replicas(emulator, table, HOME) == {}
    assert table not in away.list_tables()["TableNames"]
    replicate(emulator, table, "Create", RegionName=AWAY)
    away.delete_table(TableName=table)
    assert replicas(emulator, table, HOME) == {}
    assert json.dumps(emulator.client("dynamodb", HOME).scan(TableName=table)["Items"]) == "[]"
