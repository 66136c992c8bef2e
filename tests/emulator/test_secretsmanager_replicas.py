"""Replicas of secrets, and what becomes of them when their primary is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.test_secretsmanager import rotation_function
from tests.support.refusals import fresh_name, refused
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION, OTHER, THIRD = "eu-central-1", "eu-west-1", "eu-north-1"


def secrets_in(emulator: Emulator, region: str) -> Any:
    return emulator.client("secretsmanager", region)


def replicated(emulator: Emulator, *regions: str) -> str:
    name = fresh_name(f"secret-{REGION}")
    replicas = {"AddReplicaRegions": [{"Region": region} for region in regions]} if regions else {}
    secrets_in(emulator, REGION).create_secret(
        Name=name, SecretString="1", Tags=[{"Key": "a", "Value": "b"}], **replicas
    )
    return name


def value(emulator: Emulator, region: str, name: str) -> str:
    return str(secrets_in(emulator, region).get_secret_value(SecretId=name)["SecretString"])


def statuses(emulator: Emulator, region: str, name: str) -> dict[str, str]:
    found = secrets_in(emulator, region).describe_secret(SecretId=name)
    return {one["Region"]: one["Status"] for one in found.get("ReplicationStatus", [])}


def test_a_replica_keeps_the_key_that_it_was_given(emulator: Emulator) -> None:
    secrets = emulator.client("secretsmanager", REGION)
    key = "arn:aws:kms:eu-west-1:123456789012:key/1"
    replicas = [{"Region": OTHER, "KmsKeyId": key}, {"Region": THIRD}]
    name = secrets.create_secret(Name="replicated", AddReplicaRegions=replicas)["Name"]
    status = secrets.describe_secret(SecretId=name)["ReplicationStatus"]
    assert {entry["Region"]: entry["KmsKeyId"] for entry in status} == {
        OTHER: key,
        THIRD: "alias/aws/secretsmanager",
    }


def test_arn_of_a_replica_differs_in_its_region_alone(emulator: Emulator) -> None:
    home = emulator.client("secretsmanager", REGION)
    made = home.create_secret(Name=f"copied-{REGION}", SecretString="x", AddReplicaRegions=[{"Region": OTHER}])
    arn = made["ARN"].replace(f":{REGION}:", f":{OTHER}:")
    assert arn.count(REGION) == 1
    found = emulator.client("secretsmanager", OTHER).get_secret_value(SecretId=arn)
    assert (found["ARN"], found["SecretString"]) == (arn, "x")
    home.remove_regions_from_replication(SecretId=made["ARN"], RemoveReplicaRegions=[OTHER])
    home.delete_secret(SecretId=made["ARN"], ForceDeleteWithoutRecovery=True)


def test_each_region_says_where_the_primary_is(emulator: Emulator) -> None:
    name = replicated(emulator, OTHER)
    for region in (REGION, OTHER):
        assert secrets_in(emulator, region).describe_secret(SecretId=name)["PrimaryRegion"] == REGION
    alone = replicated(emulator)
    assert "PrimaryRegion" not in secrets_in(emulator, REGION).describe_secret(SecretId=alone)


@pytest.mark.parametrize(
    "change",
    [
        lambda secrets, name: secrets.put_secret_value(SecretId=name, SecretString="2"),
        lambda secrets, name: secrets.update_secret(SecretId=name, SecretString="2"),
        lambda secrets, name: secrets.update_secret(SecretId=name, Description="2", KmsKeyId="alias/a"),
        lambda secrets, name: secrets.tag_resource(SecretId=name, Tags=[{"Key": "c", "Value": "d"}]),
        lambda secrets, name: secrets.rotate_secret(SecretId=name, RotateImmediately=False),
        lambda secrets, name: secrets.cancel_rotate_secret(SecretId=name),
        lambda secrets, name: secrets.delete_secret(SecretId=name),
        lambda secrets, name: secrets.replicate_secret_to_regions(SecretId=name, AddReplicaRegions=[{"Region": THIRD}]),
        lambda secrets, name: secrets.update_secret_version_stage(
            SecretId=name,
            VersionStage="NEW",
            MoveToVersionId=secrets.get_secret_value(SecretId=name)["VersionId"],
        ),
    ],
)
def test_a_replica_is_read_and_never_changed(emulator: Emulator, change: Callable[[Any, str], Any]) -> None:
    name = replicated(emulator, OTHER)
    with refused("InvalidParameterException"):
        change(secrets_in(emulator, OTHER), name)
    with refused("ResourceExistsException"):
        secrets_in(emulator, OTHER).create_secret(Name=name, SecretString="2")
    assert value(emulator, OTHER, name) == value(emulator, REGION, name) == "1"
    secrets_in(emulator, REGION).put_secret_value(SecretId=name, SecretString="3")
    assert value(emulator, OTHER, name) == "3"


def test_a_replica_can_be_given_another_key(emulator: Emulator) -> None:
    name = replicated(emulator, OTHER)
    secrets_in(emulator, OTHER).update_secret(SecretId=name, KmsKeyId="alias/mine")
    assert secrets_in(emulator, OTHER).describe_secret(SecretId=name)["KmsKeyId"] == "alias/mine"
    assert "KmsKeyId" not in secrets_in(emulator, REGION).describe_secret(SecretId=name)


def test_a_promoted_replica_stands_alone_with_all_it_had_but_rotation(emulator: Emulator) -> None:
    name, home, other = replicated(emulator, OTHER, THIRD), secrets_in(emulator, REGION), secrets_in(emulator, OTHER)
    home.rotate_secret(
        SecretId=name, RotationLambdaARN=rotation_function(emulator), RotationRules={"AutomaticallyAfterDays": 9}
    )
    before = other.describe_secret(SecretId=name)
    assert before["RotationEnabled"]
    assert other.stop_replication_to_replica(SecretId=name)["ARN"] == before["ARN"]
    after = other.describe_secret(SecretId=before["ARN"])
    assert (after["ARN"], after["VersionIdsToStages"]) == (before["ARN"], before["VersionIdsToStages"])
    assert after["Tags"] == [{"Key": "a", "Value": "b"}]
    assert not {"PrimaryRegion", "ReplicationStatus", "RotationLambdaARN"} & set(after)
    assert statuses(emulator, REGION, name) == {THIRD: "InSync"}
    other.put_secret_value(SecretId=name, SecretString="2")
    home.put_secret_value(SecretId=name, SecretString="3")
    assert [value(emulator, region, name) for region in (REGION, OTHER, THIRD)] == ["3", "2", "3"]


def test_only_a_replica_can_be_promoted(emulator: Emulator) -> None:
    name = replicated(emulator, OTHER)
    with refused("InvalidParameterException"):
        secrets_in(emulator, REGION).stop_replication_to_replica(SecretId=name)
    with refused("ResourceNotFoundException"):
        secrets_in(emulator, THIRD).stop_replication_to_replica(SecretId=name)


def test_a_secret_in_the_way_fails_the_replica_and_not_the_call(emulator: Emulator) -> None:
    name, home = replicated(emulator, OTHER), secrets_in(emulator, REGION)
    secrets_in(emulator, OTHER).stop_replication_to_replica(SecretId=name)
    home.put_secret_value(SecretId=name, SecretString="2")
    home.replicate_secret_to_regions(SecretId=name, AddReplicaRegions=[{"Region": OTHER}])
    (status,) = home.describe_secret(SecretId=name)["ReplicationStatus"]
    assert status["Status"] == "Failed"
    assert f"Secret name {name} already exists in region {OTHER}" in status["StatusMessage"]
    assert value(emulator, OTHER, name) == "1"
    home.remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=[OTHER])
    assert value(emulator, OTHER, name) == "1"
    assert statuses(emulator, REGION, name) == {}


def test_secrets_are_one_again_after_a_promotion(emulator: Emulator) -> None:
    """The primary is lost and comes back, the promoted replica is the newer one, and the old primary takes over."""
    name, home, other = replicated(emulator, OTHER, THIRD), secrets_in(emulator, REGION), secrets_in(emulator, OTHER)
    other.stop_replication_to_replica(SecretId=name)
    secrets_in(emulator, THIRD).stop_replication_to_replica(SecretId=name)
    other.put_secret_value(SecretId=name, SecretString="new")
    spread = {"AddReplicaRegions": [{"Region": THIRD}], "ForceOverwriteReplicaSecret": True}
    other.replicate_secret_to_regions(SecretId=name, **spread)
    assert value(emulator, THIRD, name) == "new"
    assert secrets_in(emulator, THIRD).describe_secret(SecretId=name)["PrimaryRegion"] == OTHER

    # A secret with replicas is not overwritten, so those are stopped first.
    everywhere = {"AddReplicaRegions": [{"Region": one} for one in (OTHER, THIRD)], "ForceOverwriteReplicaSecret": True}
    home.replicate_secret_to_regions(SecretId=name, **everywhere)
    assert statuses(emulator, REGION, name) == {OTHER: "Failed", THIRD: "InSync"}
    assert statuses(emulator, OTHER, name) == {}
    home.remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=[OTHER, THIRD])
    home.put_secret_value(SecretId=name, SecretString="new")
    home.replicate_secret_to_regions(SecretId=name, **everywhere)
    assert statuses(emulator, REGION, name) == {OTHER: "InSync", THIRD: "InSync"}
    assert [value(emulator, region, name) for region in (REGION, OTHER, THIRD)] == ["new"] * 3


def test_a_region_is_replicated_to_once(emulator: Emulator) -> None:
    name, home = replicated(emulator, OTHER), secrets_in(emulator, REGION)
    for region in (OTHER, REGION):
        with refused("InvalidParameterException"):
            home.replicate_secret_to_regions(SecretId=name, AddReplicaRegions=[{"Region": region}])
