"""The function that rotates the passwords, and the rotations."""

import json
import re
from pathlib import Path

import pytest

from modules.areas.rotation.runtime.credentials import Credentials
from modules.areas.secrets.application import TOKEN_USERNAME, USERNAME
from modules.settings import SettingsError, load_settings
from tests.support.otherwise import OTHERWISE, TWO_OTHERWISE
from tests.support.region_sets import FIVE, ONE, TAKEN_OVER, THREE, TWO, settings_of, write_settings
from tests.support.rotation import APPLICATION, MASTER, assert_copy_of_secret, conditions, function, of_secret, secret
from tests.support.synthesized import platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)


@SETS
def test_every_region_has_the_function_in_its_private_subnets_in_a_group_of_its_own(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        vpc = function(stack, region).body["vpc_config"]
        subnets = [stack.at(one) for one in vpc["subnet_ids"]]
        assert {(one.region, one.body["tags"]["Tier"]) for one in subnets} == {(region, "private")}
        assert len({one.address for one in subnets}) == len(subnets) >= 2
        (group,) = vpc["security_group_ids"]
        assert stack.at(group).name_tag == f"PROD-sg-test-rotation-{region}"


@SETS
def test_function_is_encrypted_traced_and_loses_no_failed_call(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        body = function(stack, region).body
        assert stack.at(body["kms_key_arn"]).name_tag == f"PROD-kms-test-functions-{region}"
        # Without a variable AWS forgets the key.
        assert body["environment"]["variables"] == {"PASSWORD_LENGTH": "32", "APPLICATION_AUTHENTICATION": "password"}
        assert body["tracing_config"] == {"mode": "Active"}
        assert body["timeout"] == 60
        queue = stack.at(body["dead_letter_config"]["target_arn"])
        assert queue.body["name"] == f"PROD-sqs-test-rotation-dead-letters-{region}"
        assert stack.at(queue.body["kms_master_key_id"]).name_tag == f"PROD-kms-test-functions-{region}"


@SETS
def test_logs_are_json_in_a_group_of_ours_with_key_and_retention(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        logging = function(stack, region).body["logging_config"]
        assert logging["log_format"] == "JSON"
        group = stack.at(logging["log_group"])
        assert group.body["name"] == f"PROD-logs-test-rotation-{region}"
        assert group.body["retention_in_days"] == 365
        assert stack.at(group.body["kms_key_id"]).name_tag == f"PROD-kms-test-logs-{region}"


@SETS
def test_dead_letters_travel_over_tls_only(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        queue = stack.at(function(stack, region).body["dead_letter_config"]["target_arn"])
        (policy,) = (
            one
            for one in stack.resources("aws_sqs_queue_policy", region)
            if stack.at(one.body["queue_url"]).address == queue.address
        )
        (statement,) = stack.at(policy.body["policy"]).body["statement"]
        assert (statement["effect"], statement["actions"]) == ("Deny", ["sqs:*"])
        assert statement["principals"] == [{"identifiers": ["*"], "type": "*"}]
        assert conditions(statement) == {"aws:SecureTransport": ("Bool", ["false"])}


@SETS
def test_secrets_manager_calls_it_for_this_account_and_these_secrets_alone(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        permissions = [
            one
            for one in stack.resources("aws_lambda_permission", region)
            if stack.at(one.body["function_name"]).address == function(stack, region).address
        ]
        for one in permissions:
            assert one.body["action"] == "lambda:InvokeFunction"
            assert one.body["principal"] == "secretsmanager.amazonaws.com"
            assert re.fullmatch(r"\$\{data\.aws_caller_identity\.\S+\.account_id\}", one.body["source_account"])
        sources = {one.body["statement_id"]: one.body["source_arn"] for one in permissions}
        assert len(sources) == len(permissions) == 2
        assert_copy_of_secret(stack, sources["SecretsManager"], region, MASTER)
        assert_copy_of_secret(stack, sources["SecretsManagerForTheApplication"], region, APPLICATION)


@SETS
@pytest.mark.parametrize("identifier", [MASTER, APPLICATION])
def test_every_secret_rotates_at_home_with_the_function_there(regions: tuple[str, ...], identifier: str) -> None:
    stack = platform(*regions)
    found = secret(stack, identifier)
    (rotation,) = of_secret(stack, "aws_secretsmanager_secret_rotation", found)
    assert rotation.region == found.region == regions[0]
    assert stack.at(rotation.body["rotation_lambda_arn"]).address == function(stack, regions[0]).address
    assert rotation.body["rotate_immediately"] is True
    assert rotation.body["rotation_rules"] == {"automatically_after_days": 30}


@SETS
@pytest.mark.parametrize("identifier", [MASTER, APPLICATION])
def test_rotation_waits_for_the_value_and_for_the_permission_to_call(regions: tuple[str, ...], identifier: str) -> None:
    stack = platform(*regions)
    found = secret(stack, identifier)
    (rotation,) = of_secret(stack, "aws_secretsmanager_secret_rotation", found)
    awaited = set(rotation.body["depends_on"])
    assert {one.address for one in of_secret(stack, "aws_secretsmanager_secret_version", found)} <= awaited
    assert "aws_lambda_permission" in {one.partition(".")[0] for one in awaited}
    assert "aws_vpc_security_group_ingress_rule" in {one.partition(".")[0] for one in awaited}


@SETS
def test_the_application_s_rotation_comes_after_that_of_the_user_that_makes_its_own(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    master, application = (
        of_secret(stack, "aws_secretsmanager_secret_rotation", secret(stack, one))[0] for one in (MASTER, APPLICATION)
    )
    assert master.address in application.body["depends_on"]


def test_rotation_stays_at_home_when_another_region_becomes_the_primary() -> None:
    before, after = platform(*THREE), platform(*THREE, **TAKEN_OVER)
    for kind in ("aws_secretsmanager_secret_rotation", "aws_lambda_function"):
        for name, body in before.json["resource"][kind].items():
            found = after.json["resource"][kind][name]
            assert {**found, "depends_on": ...} == {**body, "depends_on": ...}


@SETS
def test_no_function_takes_of_what_an_account_may_run_at_a_time(regions: tuple[str, ...]) -> None:
    # A new account may run 10, and Lambda keeps as many unreserved: each reservation would be refused.
    functions = platform(*regions).resources("aws_lambda_function")
    assert functions
    assert not [one.address for one in functions if "reserved_concurrent_executions" in one.body]


def test_with_tokens_of_iam_the_application_may_make_them_for_one_user_of_every_database() -> None:
    for authentication, allowed, more in (("password", 0, {}), ("iam", len(TWO), TWO_OTHERWISE)):
        stack = platform(*TWO, **more)
        found = [
            (policy, statement)
            for policy in stack.resources("aws_iam_role_policy")
            for statement in stack.at(policy.body["policy"]).body["statement"]
            if "rds-db:connect" in statement["actions"]
        ]
        assert len(found) == allowed
        for policy, statement in found:
            assert stack.at(policy.body["role"]).body["name"] == f"PROD-role-test-application-{policy.region}"
            databases = {one.region: one.address for one in stack.resources("aws_db_instance")}
            users = [re.sub(r"\$\{data[^}]+\}", "ACCOUNT", one) for one in statement["resources"]]
            assert sorted(users) == sorted(
                f"arn:aws:rds-db:{region}:ACCOUNT:dbuser:${{{address}.resource_id}}/app_iam"
                for region, address in databases.items()
            )
        for region in TWO:
            told = function(stack, region).body["environment"]["variables"]["APPLICATION_AUTHENTICATION"]
            assert told == authentication


def test_the_users_that_terraform_and_rotation_name_are_the_same() -> None:
    value = {"engine": "postgres", "host": "x", "username": USERNAME, "masterarn": "x"}
    first = Credentials.parse(json.dumps(value))
    assert (first.owner, first.successor("x").username) == (USERNAME, USERNAME)
    assert first.successor(None).username == TOKEN_USERNAME


def test_schedule_and_concurrency_are_settings() -> None:
    stack = platform(*ONE, **OTHERWISE)
    for identifier, immediately in ((MASTER, False), (APPLICATION, True)):
        (rotation,) = of_secret(stack, "aws_secretsmanager_secret_rotation", secret(stack, identifier))
        # The first rotation makes the application's user.
        assert rotation.body["rotate_immediately"] is immediately
        assert rotation.body["rotation_rules"] == {"automatically_after_days": 7}
    assert function(stack, ONE[0]).body["reserved_concurrent_executions"] == 5


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"after_days": "0"}, r"database\.rotation\.after_days: not allowed, got '0'"),
        ({"after_days": "91"}, r"database\.rotation\.after_days: not allowed, got '91'"),
        ({"immediately": "soon"}, r"database\.rotation\.immediately: "),
        ({"reserved_concurrency": "0"}, r"database\.rotation\.reserved_concurrency: not allowed, got '0'"),
    ],
)
def test_rejects_a_rotation_that_cannot_be(tmp_path: Path, keys: dict[str, str], fault: str) -> None:
    path = write_settings(tmp_path, settings_of(*ONE, database={"rotation": keys}))
    with pytest.raises(SettingsError, match=fault):
        load_settings(path, {})


def test_rejects_an_authentication_that_there_is_not(tmp_path: Path) -> None:
    path = write_settings(tmp_path, settings_of(*ONE, database={"application": {"authentication": "kerberos"}}))
    fault = r"database\.application\.authentication: not one of the choices, got 'kerberos'.*password.*iam"
    with pytest.raises(SettingsError, match=fault):
        load_settings(path, {})
