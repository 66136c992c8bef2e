import json

import pytest
from support.region_sets import FIVE, ONE, TAKEN_OVER, THREE, TWO
from support.synthesized import platform, stacks, state_backend

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)


@SETS
def test_both_stacks_keep_their_state_in_the_backend_with_both_locks(regions: tuple[str, ...]) -> None:
    for name, stack in stacks(*regions).items():
        backend = stack.json["terraform"]["backend"]["s3"]
        assert backend["key"] == f"{name}/terraform.tfstate"
        assert backend["region"] == regions[0]
        assert backend["use_lockfile"] is True
        assert backend["encrypt"] is True
        (table,) = state_backend(*regions).resources("aws_dynamodb_table")
        assert backend["dynamodb_table"] == table.body["name"]
        aliases = [alias.body["name"] for alias in state_backend(*regions).resources("aws_kms_alias")]
        assert backend["kms_key_id"] in aliases


def test_bucket_of_the_backend_is_named_if_the_account_is() -> None:
    backend = platform(*THREE, account_id="123456789012").json["terraform"]["backend"]["s3"]
    assert backend["bucket"] == "prod-s3-test-state-123456789012-us-east-1"
    assert "bucket" not in platform(*THREE).json["terraform"]["backend"]["s3"]


def test_state_stays_where_it_is_when_another_region_becomes_the_primary() -> None:
    before, after = stacks(*THREE), stacks(*THREE, more=json.dumps(TAKEN_OVER))
    assert after["state-backend"].json["resource"] == before["state-backend"].json["resource"]
    for name in before:
        assert after[name].json["terraform"]["backend"] == before[name].json["terraform"]["backend"]


def test_dynamodb_lock_can_be_dropped() -> None:
    backend = platform(*ONE, state={"dynamodb_lock": "false"}).json["terraform"]["backend"]["s3"]
    assert "dynamodb_table" not in backend
    assert backend["use_lockfile"] is True


@SETS
def test_lock_table_is_encrypted_and_protected(regions: tuple[str, ...]) -> None:
    (table,) = state_backend(*regions).resources("aws_dynamodb_table")
    assert table.body["hash_key"] == "LockID"
    assert table.body["server_side_encryption"]["enabled"]
    assert table.body["point_in_time_recovery"]["enabled"]
    assert table.body["deletion_protection_enabled"]


@SETS
def test_every_bucket_is_private_versioned_encrypted_and_bound_to_tls(regions: tuple[str, ...]) -> None:
    stack = state_backend(*regions)
    buckets = {bucket.address for bucket in stack.resources("aws_s3_bucket")}
    for kind in (
        "aws_s3_bucket_versioning",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_lifecycle_configuration",
    ):
        assert {stack.at(one.body["bucket"]).address for one in stack.resources(kind)} == buckets
    for policy in stack.resources("aws_s3_bucket_policy"):
        statements = stack.at(policy.body["policy"]).body["statement"]
        denied = {one["condition"][0]["variable"] for one in statements if one.get("effect") == "Deny"}
        assert {"aws:SecureTransport", "s3:TlsVersion"} <= denied
    for block in stack.resources("aws_s3_bucket_public_access_block"):
        assert all(
            value is True for key, value in block.body.items() if key.startswith(("block", "ignore", "restrict"))
        )


@pytest.mark.parametrize("regions", [TWO, THREE, FIVE], ids=len)
def test_state_is_replicated_to_the_second_region_with_its_key(regions: tuple[str, ...]) -> None:
    stack = state_backend(*regions)
    (replication,) = stack.resources("aws_s3_bucket_replication_configuration")
    (rule,) = replication.body["rule"]
    target = stack.at(rule["destination"]["bucket"])
    key = stack.at(rule["destination"]["encryption_configuration"]["replica_kms_key_id"])
    assert replication.region == regions[0]
    assert target.region == key.region == regions[1]


def test_one_region_alone_keeps_its_state_without_a_replica() -> None:
    assert not state_backend(*ONE).resources("aws_s3_bucket_replication_configuration")


def test_one_region_alone_can_have_a_replica_elsewhere() -> None:
    stack = state_backend(*ONE, state={"replica_region": "eu-central-1"})
    assert {bucket.region for bucket in stack.resources("aws_s3_bucket")} == {"eu-west-1", "eu-central-1"}


def test_state_buckets_cannot_be_destroyed_by_a_slip() -> None:
    stack = state_backend(*THREE)
    protected = [
        one for one in stack.resources("aws_s3_bucket") if one.body.get("lifecycle") == {"prevent_destroy": True}
    ]
    assert len(protected) == 2
