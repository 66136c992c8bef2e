"""The table of sessions on the embedded AWS."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.support.lives import Applied
from tests.support.region_sets import EIGHT_KEYS, THREE

pytestmark = pytest.mark.emulator
HOME = THREE[0]
NAME = f"PROD-dynamodb-test-sessions-{HOME}"
REGIONS = pytest.mark.parametrize("region", THREE)


def table(life: Applied, region: str) -> dict[str, Any]:
    return dict(life.client("dynamodb", region).describe_table(TableName=NAME)["Table"])


@REGIONS
def test_every_region_has_a_copy_that_knows_the_others(life: Applied, region: str) -> None:
    found = table(life, region)
    assert {one["RegionName"] for one in found["Replicas"]} == set(THREE) - {region}
    assert {one["ReplicaStatus"] for one in found["Replicas"]} == {"ACTIVE"}
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


@REGIONS
def test_every_copy_is_encrypted_with_the_data_key_of_its_region(life: Applied, region: str) -> None:
    key = life.client("kms", region).describe_key(KeyId=f"alias/PROD-kms-test-data-{region}")["KeyMetadata"]["Arn"]
    encryption = table(life, region)["SSEDescription"]
    assert (encryption["SSEType"], encryption["KMSMasterKeyArn"]) == ("KMS", key)


@REGIONS
def test_every_copy_can_be_restored_expires_its_items_and_bears_the_tags(life: Applied, region: str) -> None:
    dynamodb = life.client("dynamodb", region)
    backups = dynamodb.describe_continuous_backups(TableName=NAME)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    expiry = dynamodb.describe_time_to_live(TableName=NAME)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    tags = dynamodb.list_tags_of_resource(ResourceArn=table(life, region)["TableArn"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {
        "Name": NAME,
        "Environment": EIGHT_KEYS["environment"],
        "Owner": EIGHT_KEYS["owner"],
        "CostCenter": EIGHT_KEYS["cost_center"],
        "Project": EIGHT_KEYS["project"],
        # DynamoDB hands the tags on to its replicas; the plan of the home region alone backs up by this one.
        "Backup": f"PROD-backup-test-plan-{THREE[0]}",
    }


@REGIONS
def test_a_session_that_is_begun_in_one_region_is_found_in_every_other(life: Applied, region: str) -> None:
    item = {"session_id": {"S": f"begun-in-{region}"}, "expires_at": {"N": str(int(time.time()) + 3600)}}
    life.client("dynamodb", region).put_item(TableName=NAME, Item=item)
    key = {"session_id": item["session_id"]}
    found = [life.client("dynamodb", other).get_item(TableName=NAME, Key=key).get("Item") for other in THREE]
    assert found == [item] * len(THREE)
    life.client("dynamodb", region).delete_item(TableName=NAME, Key=key)
