import json
import re
from typing import Any

import pytest

from tests.support.otherwise import OTHERWISE
from tests.support.region_sets import FIVE, ONE, THREE, TWO
from tests.support.synthesized import Block, Stack, platform, state_backend

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
#: Of a resource or data source, wherever it is written in a body.
ADDRESS = re.compile(r"\b(?:data\.)?aws_\w+\.[\w-]+")
PURPOSES = {"alerts", "backup", "data", "functions", "logs", "secrets", "storage", "volumes"}


def both(*regions: str) -> list[Stack]:
    return [platform(*regions), state_backend(*regions)]


def purpose(key: Block) -> str:
    return key.name_tag.removesuffix(f"-{key.region}").rpartition("-")[2]


def statements(stack: Stack, key: Block) -> dict[str, dict[str, Any]]:
    return {one["sid"]: one for one in stack.at(key.body["policy"]).body["statement"]}


def values(statement: dict[str, Any], variable: str) -> list[str]:
    return [value for one in statement["condition"] if one["variable"] == variable for value in one["values"]]


@SETS
def test_every_region_has_a_key_for_each_purpose(regions: tuple[str, ...]) -> None:
    for region in regions:
        keys = platform(*regions).resources("aws_kms_key", region)
        assert sorted(purpose(key) for key in keys) == sorted(PURPOSES)


@SETS
def test_every_key_rotates_has_an_alias_of_its_name_and_the_longest_deletion_window(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        keys = stack.resources("aws_kms_key")
        aliases = {
            stack.at(one.body["target_key_id"]).address: one.body["name"] for one in stack.resources("aws_kms_alias")
        }
        assert {key.address: f"alias/{key.name_tag}" for key in keys} == aliases
        assert all(key.body["enable_key_rotation"] is True for key in keys)
        assert {key.body["deletion_window_in_days"] for key in keys} == {30}


@SETS
def test_only_the_account_root_may_do_everything_with_a_key(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        for key in stack.resources("aws_kms_key"):
            administration, *uses = stack.at(key.body["policy"]).body["statement"]
            assert administration["actions"] == ["kms:*"]
            (root,) = administration["principals"][0]["identifiers"]
            assert root.startswith("arn:aws:iam::${data.aws_caller_identity.")
            assert root.endswith(":root")
            assert uses
            assert not [action for use in uses for action in use["actions"] if action in ("kms:*", "*", "kms:Put*")]


@SETS
def test_every_use_of_a_key_is_bound_to_a_way_or_a_source(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        for key in stack.resources("aws_kms_key"):
            for sid, use in statements(stack, key).items():
                if sid == "AccountAdministersTheKey":
                    continue
                if sid == "AutoScalingOfThisAccount":
                    # It comes by no other service: what binds it is that nobody but AWS can take this role on.
                    (role,) = values(use, "aws:PrincipalArn")
                    assert role.endswith(
                        ":role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
                    )
                    assert purpose(key) == "volumes"
                    continue
                variables = {one["variable"] for one in use["condition"]}
                (principal,) = use["principals"]
                if principal["type"] == "AWS":
                    assert {"kms:ViaService", "kms:CallerAccount"} <= variables, (key.address, sid)
                    (way,) = values(use, "kms:ViaService")
                    assert way.endswith(f".{key.region}.amazonaws.com")
                else:
                    bound = {"aws:SourceAccount", "aws:SourceArn", "kms:EncryptionContext:aws:logs:arn"}
                    bound.add("kms:EncryptionContext:aws:sns:topicArn")
                    assert variables & bound, (key.address, sid)


@SETS
def test_grants_are_for_aws_services_only(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        for key in stack.resources("aws_kms_key"):
            for use in statements(stack, key).values():
                if "kms:CreateGrant" in use["actions"]:
                    assert values(use, "kms:GrantIsForAWSResource") == ["true"]


@SETS
def test_storage_key_is_for_the_named_roles_alone(regions: tuple[str, ...]) -> None:
    stack, primary = platform(*regions), regions[0]
    for key in stack.resources("aws_kms_key"):
        if purpose(key) == "storage":
            _, use = statements(stack, key).values()
            roles = {arn.partition(":role/")[2] for arn in values(use, "aws:PrincipalArn")}
            copiers = set(regions) if key.region == primary else {primary, key.region}
            expected = {f"PROD-role-test-replicate-data-{one}" for one in copiers if len(regions) > 1}
            assert roles == expected | {f"PROD-role-test-application-{key.region}"}


@SETS
def test_secrets_manager_may_try_the_key_before_it_encrypts_with_it(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for key in stack.resources("aws_kms_key"):
        if purpose(key) == "secrets":
            tries = statements(stack, key)["SecretsManagerTriesTheKey"]
            assert tries["actions"] == ["kms:Decrypt", "kms:GenerateDataKey"]
            # It says neither a version nor, as some report, the secret.
            assert values(tries, "kms:EncryptionContext:SecretVersionId") == ["RequestToValidateKeyAccess"]
            assert not values(tries, "kms:EncryptionContext:SecretARN")


@SETS
def test_everything_is_encrypted_with_the_key_of_its_own_region_and_purpose(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for kind, attribute, expected in (
        ("aws_cloudwatch_log_group", "kms_key_id", "logs"),
        ("aws_ebs_default_kms_key", "key_arn", "volumes"),
        ("aws_secretsmanager_secret", "kms_key_id", "secrets"),
    ):
        users = stack.resources(kind)
        assert users
        for user in users:
            key = stack.at(user.body[attribute])
            assert (key.region, purpose(key)) == (user.region, expected)


def test_deletion_window_is_a_setting() -> None:
    stack = platform(*ONE, **OTHERWISE)
    assert {key.body["deletion_window_in_days"] for key in stack.resources("aws_kms_key")} == {7}


@SETS
def test_what_is_encrypted_goes_before_its_key(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        keys = {key.address for key in stack.resources("aws_kms_key")}
        for bucket, key in encryption(stack):
            assert key in keys
            assert key in reached(stack, bucket)
        for kind in ("aws_backup_vault", "aws_cloudwatch_log_group", "aws_db_instance", "aws_dynamodb_table"):
            for one in stack.resources(kind):
                assert reached(stack, one.address) & keys, one.address


@SETS
def test_a_vault_goes_before_the_keys_of_what_is_backed_up_into_it(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for vault in stack.resources("aws_backup_vault"):
        needed = {
            purpose(key) for key in stack.resources("aws_kms_key") if key.address in reached(stack, vault.address)
        }
        assert needed >= {"backup", "data"}


@SETS
def test_what_forbids_to_empty_a_vault_goes_before_it(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    vaults = {vault.address for vault in stack.resources("aws_backup_vault")}
    for kind in ("aws_backup_vault_policy", "aws_backup_vault_lock_configuration"):
        held = [reached(stack, one.address) & vaults for one in stack.resources(kind)]
        assert len(held) == len(regions)
        assert all(held)


@SETS
def test_who_delivers_to_a_bucket_goes_before_it(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for kind in ("aws_s3_bucket_logging", "aws_cloudtrail", "aws_config_delivery_channel", "aws_lb"):
        for one in stack.resources(kind):
            assert any(address.startswith("aws_s3_bucket.") for address in reached(stack, one.address)), one.address


def encryption(stack: Stack) -> list[tuple[str, str]]:
    """Each bucket with a key of the platform's, and the key."""
    return [
        (stack.at(one.body["bucket"]).address, stack.at(default["kms_master_key_id"]).address)
        for one in stack.resources("aws_s3_bucket_server_side_encryption_configuration")
        for rule in one.body["rule"]
        if "kms_master_key_id" in (default := rule["apply_server_side_encryption_by_default"])
    ]


def reached(stack: Stack, address: str) -> set[str]:
    """What a resource or data source refers to or depends on, and what that does, and so on."""
    found: set[str] = set()
    ahead = [address]
    while ahead:
        for one in set(ADDRESS.findall(json.dumps(body_of(stack, ahead.pop())))) - found:
            found.add(one)
            ahead.append(one)
    return found


def body_of(stack: Stack, address: str) -> Any:
    category = "data" if address.startswith("data.") else "resource"
    kind, _, name = address.removeprefix("data.").partition(".")
    return stack.json.get(category, {}).get(kind, {}).get(name, {})
