import json

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

PRIMARY, REPLICA = "eu-central-1", "eu-west-1"


def statement(**elements: object) -> str:
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [allow, {"Effect": "Deny", "Resource": "*", **elements}]})


@pytest.fixture
def kms(emulator: Emulator) -> BaseClient:
    return emulator.client("kms", PRIMARY)


@pytest.mark.parametrize(("sent", "expected"), [({"RotationPeriodInDays": 90}, 90), ({}, 365)])
def test_the_rotation_period_reads_back(kms: BaseClient, sent: dict[str, int], expected: int) -> None:
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key_id, **sent)
    status = kms.get_key_rotation_status(KeyId=key_id)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, expected)
    kms.disable_key_rotation(KeyId=key_id)
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key_id)


def test_a_replica_key_is_a_key_of_its_own(emulator: Emulator, kms: BaseClient) -> None:
    other = emulator.client("kms", REPLICA)
    created = kms.create_key(MultiRegion=True, Description="primary", Tags=[{"TagKey": "a", "TagValue": "1"}])
    key_id = created["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/primary-only", TargetKeyId=key_id)
    policy = statement(Principal={"AWS": "999999999999"}, Action="kms:*")
    kms.replicate_key(
        KeyId=key_id,
        ReplicaRegion=REPLICA,
        Description="replica",
        Policy=policy,
        Tags=[{"TagKey": "b", "TagValue": "2"}],
    )
    primary, replica = (client.describe_key(KeyId=key_id)["KeyMetadata"] for client in (kms, other))
    assert (primary["Description"], replica["Description"]) == ("primary", "replica")
    assert primary["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
    assert replica["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA"
    assert replica["MultiRegionConfiguration"]["PrimaryKey"] == {"Arn": primary["Arn"], "Region": PRIMARY}
    assert primary["MultiRegionConfiguration"]["ReplicaKeys"] == [{"Arn": replica["Arn"], "Region": REPLICA}]
    assert other.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"] == policy
    assert other.list_resource_tags(KeyId=key_id)["Tags"] == [{"TagKey": "b", "TagValue": "2"}]
    assert kms.list_resource_tags(KeyId=key_id)["Tags"] == [{"TagKey": "a", "TagValue": "1"}]
    assert other.list_aliases(KeyId=key_id)["Aliases"] == []


def test_a_replica_key_decrypts_what_its_primary_encrypted_and_rotates_with_it(
    emulator: Emulator, kms: BaseClient
) -> None:
    other = emulator.client("kms", REPLICA)
    key_id = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.replicate_key(KeyId=key_id, ReplicaRegion=REPLICA)
    secret = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    assert other.decrypt(KeyId=key_id, CiphertextBlob=secret)["Plaintext"] == b"x"
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=120)
    assert other.get_key_rotation_status(KeyId=key_id)["RotationPeriodInDays"] == 120


def test_a_replica_key_that_is_to_be_deleted_leaves_the_primary_alone(emulator: Emulator, kms: BaseClient) -> None:
    other = emulator.client("kms", REPLICA)
    key_id = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.replicate_key(KeyId=key_id, ReplicaRegion=REPLICA)
    other.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    assert other.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    primary = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert (primary["KeyState"], primary["MultiRegionConfiguration"]["ReplicaKeys"]) == ("Enabled", [])


def test_a_key_policy_denies_only_whom_and_when_it_says(kms: BaseClient) -> None:
    foreign = statement(Principal={"AWS": "999999999999"}, Action="kms:*")
    plain = statement(Principal="*", Action="kms:*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    for policy in (foreign, plain):
        key_id = kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
        kms.describe_key(KeyId=key_id)
    everyone = kms.create_key(Policy=statement(Principal="*", Action="kms:DescribeKey"))["KeyMetadata"]["KeyId"]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        kms.describe_key(KeyId=everyone)


def test_a_key_that_a_service_makes_for_itself_is_managed_by_aws(emulator: Emulator) -> None:
    kms = emulator.client("kms", "eu-north-1")
    table = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "SSESpecification": {"Enabled": True, "SSEType": "KMS"},
    }
    emulator.client("dynamodb", "eu-north-1").create_table(TableName="default-key", **table)
    assert kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["KeyManager"] == "AWS"
    own = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/own", TargetKeyId=own)
    assert kms.describe_key(KeyId="alias/own")["KeyMetadata"]["KeyManager"] == "CUSTOMER"
