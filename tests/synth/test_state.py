import json
from pathlib import Path

import pytest

from modules.settings import SettingsError, load_settings
from modules.settings.companions import companion
from tests.support.otherwise import OTHERWISE, THREE_OTHERWISE
from tests.support.region_sets import FIVE, ONE, TAKEN_OVER, THREE, TWO, settings_of, write_settings
from tests.support.synthesized import Stack, platform, stacks, state_backend

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
    backend = platform(*THREE, **THREE_OTHERWISE).json["terraform"]["backend"]["s3"]
    assert backend["bucket"] == "prod-s3-test-state-123456789012-us-east-1"
    assert backend["allowed_account_ids"] == ["123456789012"]
    assert not {"bucket", "allowed_account_ids"} & platform(*THREE).json["terraform"]["backend"]["s3"].keys()


def test_state_stays_where_it_is_when_another_region_becomes_the_primary() -> None:
    before, after = stacks(*THREE), stacks(*THREE, more=json.dumps(TAKEN_OVER))
    assert after["state-backend"].json["resource"] == before["state-backend"].json["resource"]
    for name in before:
        assert after[name].json["terraform"]["backend"] == before[name].json["terraform"]["backend"]


def test_dynamodb_lock_can_be_dropped() -> None:
    backend = platform(*ONE, **OTHERWISE).json["terraform"]["backend"]["s3"]
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


@pytest.mark.parametrize(
    ("regions", "nearest"), [(TWO, "us-east-1"), (THREE, "us-west-2"), (FIVE, "eu-central-1")], ids=["2", "3", "5"]
)
def test_state_is_replicated_to_the_companion_with_its_key(regions: tuple[str, ...], nearest: str) -> None:
    stack = state_backend(*regions)
    (replication,) = stack.resources("aws_s3_bucket_replication_configuration")
    (rule,) = replication.body["rule"]
    target = stack.at(rule["destination"]["bucket"])
    key = stack.at(rule["destination"]["encryption_configuration"]["replica_kms_key_id"])
    assert replication.region == regions[0]
    assert target.region == key.region == nearest


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


ADMINISTRATORS = ["arn:aws:iam::123456789012:role/bootstrap", "arn:aws:iam::123456789012:role/ci/deploy-*"]


def refusals(stack: Stack) -> dict[str, tuple[list[str], bool]]:
    """By the name of each bucket whom it does not refuse, and whether services may deliver."""
    found = {}
    for policy in stack.resources("aws_s3_bucket_policy"):
        (one,) = [one for one in stack.at(policy.body["policy"]).body["statement"] if one["sid"] == "DenyEveryoneElse"]
        assert (one["effect"], one["actions"]) == ("Deny", ["s3:*"])
        assert len(one["resources"]) == 2
        who, *services = one["condition"]
        assert (who["test"], who["variable"]) == ("ArnNotLike", "aws:PrincipalArn")
        found[stack.at(policy.body["bucket"]).name_tag] = (who["values"], bool(services))
    return found


@SETS
def test_buckets_of_the_state_refuse_everyone_but_whoever_makes_them_and_replication(regions: tuple[str, ...]) -> None:
    stack = state_backend(*regions)
    found = refusals(stack)
    assert len(found) == len(stack.resources("aws_s3_bucket"))
    for name, (values, services) in found.items():
        root, *others = [one for one in values if "aws-service-role" not in one]
        assert root.endswith(":root")
        *replication, administrator = others
        assert stack.at(administrator).address == stack.data("aws_iam_session_context")[0].address
        logs = "-state-logs-" in name
        # Access logs are delivered by S3 itself, and copied nowhere.
        assert services is logs
        assert len(replication) == int(len(regions) > 1 and not logs)


@pytest.mark.parametrize("section", ["state", "storage"])
def test_administrators_of_the_state_are_those_of_its_own_setting_or_of_storage(section: str) -> None:
    stack = state_backend(*TWO, **{section: {"administrators": ADMINISTRATORS}})
    for values, _ in refusals(stack).values():
        assert values[-2:] == ADMINISTRATORS
    (context,) = stack.data("aws_iam_session_context")
    (condition,) = context.body["lifecycle"]["postcondition"]
    assert condition["error_message"].startswith(f"{section}.administrators does not name ")


def test_state_has_administrators_of_its_own_beside_those_of_storage() -> None:
    both = {"state": {"administrators": ADMINISTRATORS[:1]}, "storage": {"administrators": ADMINISTRATORS[1:]}}
    for values, _ in refusals(state_backend(*TWO, **both)).values():
        assert ADMINISTRATORS[0] in values
        assert ADMINISTRATORS[1] not in values


@SETS
def test_keys_of_the_state_are_for_the_same_principals(regions: tuple[str, ...]) -> None:
    stack = state_backend(*regions)
    keys = stack.resources("aws_kms_key")
    nearest = companion(regions[0], regions)
    assert {key.region for key in keys} == {regions[0], nearest} - {None}
    for key in keys:
        _, *uses = stack.at(key.body["policy"]).body["statement"]
        assert len(uses) == 2
        for use in uses:
            (who,) = [one for one in use["condition"] if one["variable"] == "aws:PrincipalArn"]
            assert who["test"] == "ArnLike"
            assert len(who["values"]) == min(len(regions), 2)


@pytest.mark.parametrize("section", ["state", "storage"])
def test_rejects_administrators_of_another_account(tmp_path: Path, section: str) -> None:
    keys = {"account_id": "111122223333", section: {"administrators": ADMINISTRATORS}}
    with pytest.raises(SettingsError, match=rf"{section}\.administrators\[0\]: of another account") as fault:
        load_settings(write_settings(tmp_path, settings_of(*ONE, **keys)), {})
    assert "111122223333" in str(fault.value)


def test_rejects_more_administrators_of_the_state_than_its_signals_can_name(tmp_path: Path) -> None:
    many = [f"arn:aws:iam::123456789012:role/administrator-{number}" for number in range(9)]
    with pytest.raises(SettingsError, match=r"storage\.administrators: too many"):
        load_settings(write_settings(tmp_path, settings_of(*ONE, storage={"administrators": many})), {})
    few = {"state": {"administrators": many[:3]}, "storage": {"administrators": many}}
    assert load_settings(write_settings(tmp_path, settings_of(*ONE, **few)), {}).state_administrators == tuple(many[:3])
