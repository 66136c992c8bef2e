import base64
import hashlib
import json
import re
import sysconfig
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cdktf import TerraformStack, Testing
from support.region_sets import FIVE, ONE, THREE, TWO, settings_of, write_settings
from support.synthesized import Block, Stack, platform

from modules.addressing import DATABASE, tier_block
from modules.app import build
from modules.database.rotation import runtime
from modules.database.rotation.bundle import requirements
from modules.database.rotation.code import RotationCode
from modules.functions.archive import BundleError
from modules.settings import SettingsError, load_settings

Testing.__test__ = False
SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)

#: What the databases are once the second region has been promoted.
FAILED_OVER = {"instances": {"us-east-1": {"role": "detached"}, "ap-south-1": {"role": "replica", "of": "us-east-1"}}}


def function(stack: Stack, region: str) -> Block:
    (found,) = (
        one
        for one in stack.resources("aws_lambda_function", region)
        if one.body["function_name"] == f"PROD-lambda-test-rotation-{region}"
    )
    return found


def of_region(stack: Stack, kind: str, region: str, name: str) -> Block:
    """The one resource of a kind and region with this name."""
    (found,) = (one for one in stack.resources(kind, region) if one.body["name"] == name)
    return found


def allowed(stack: Stack, region: str) -> dict[str, dict[str, Any]]:
    """Everything that the function's role may do, by the statement's id."""
    role = stack.at(function(stack, region).body["role"])
    policies = [
        one for one in stack.resources("aws_iam_role_policy", region) if stack.at(one.body["role"]).body == role.body
    ]
    return {one["sid"]: one for policy in policies for one in stack.at(policy.body["policy"]).body["statement"]}


def conditions(statement: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    return {one["variable"]: (one["test"], one["values"]) for one in statement.get("condition", [])}


def assert_copy_of_secret(stack: Stack, arn: str, region: str) -> None:
    """The secret's own ARN in its region, and elsewhere the same with the other region in it."""
    (secret,) = stack.resources("aws_secretsmanager_secret")
    own = f"{secret.address}.arn"
    copy = f'${{replace({own}, ":{secret.region}:", ":{region}:")}}'
    assert arn == (f"${{{own}}}" if region == secret.region else copy)


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
def test_function_is_encrypted_traced_bounded_and_loses_no_failed_call(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        body = function(stack, region).body
        assert stack.at(body["kms_key_arn"]).name_tag == f"PROD-kms-test-functions-{region}"
        # Without a variable AWS forgets the key.
        assert body["environment"]["variables"] == {"PASSWORD_LENGTH": "32"}
        assert body["tracing_config"] == {"mode": "Active"}
        assert body["reserved_concurrent_executions"] == 2
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
def test_role_holds_what_the_function_needs_and_nothing_else(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        assert {sid: sorted(one["actions"]) for sid, one in allowed(stack, region).items()} == {
            "RotateTheSecret": [
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:ListSecretVersionIds",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            "DrawPasswords": ["secretsmanager:GetRandomPassword"],
            "UseTheSecretsKey": ["kms:Decrypt", "kms:GenerateDataKey"],
            "MakeInterfaces": ["ec2:CreateNetworkInterface"],
            "KeepInterfaces": [
                "ec2:AssignPrivateIpAddresses",
                "ec2:DeleteNetworkInterface",
                "ec2:UnassignPrivateIpAddresses",
            ],
            "SeeInterfaces": ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
            "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "SendTraces": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            "SendDeadLetters": ["sqs:SendMessage"],
            "EncryptDeadLetters": ["kms:Decrypt", "kms:GenerateDataKey"],
        }


@SETS
def test_role_reads_and_writes_the_copy_of_the_secret_in_its_region_alone(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        statements = allowed(stack, region)
        (arn,) = statements["RotateTheSecret"]["resources"]
        assert_copy_of_secret(stack, arn, region)
        key = statements["UseTheSecretsKey"]
        assert [stack.at(one).name_tag for one in key["resources"]] == [f"PROD-kms-test-secrets-{region}"]
        assert conditions(key) == {
            "kms:ViaService": ("StringEquals", [f"secretsmanager.{region}.amazonaws.com"]),
            "kms:EncryptionContext:SecretARN": ("StringEquals", [arn]),
        }


@SETS
def test_role_makes_interfaces_in_the_function_s_subnets_and_group_and_only_for_lambda(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    for region in regions:
        statements = allowed(stack, region)
        vpc = function(stack, region).body["vpc_config"]
        interfaces, *places = statements["MakeInterfaces"]["resources"]
        assert interfaces.endswith(":network-interface/*")
        assert {stack.at(one).address for one in places} == {
            stack.at(one).address for one in [*vpc["subnet_ids"], *vpc["security_group_ids"]]
        }
        for sid in ("MakeInterfaces", "KeepInterfaces", "SeeInterfaces"):
            assert conditions(statements[sid]) == {"lambda:SourceFunctionArn": ("Null", ["true"])}


@SETS
def test_role_reports_to_the_function_s_own_log_group_and_queue(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        statements, body = allowed(stack, region), function(stack, region).body
        (logs,) = statements["WriteLogs"]["resources"]
        assert logs == f"${{{stack.at(body['logging_config']['log_group']).address}.arn}}:*"
        assert statements["SendDeadLetters"]["resources"] == [body["dead_letter_config"]["target_arn"]]
        assert conditions(statements["EncryptDeadLetters"]) == {
            "kms:ViaService": ("StringEquals", [f"sqs.{region}.amazonaws.com"]),
            "kms:EncryptionContext:aws:sqs:arn": ("StringEquals", [body["dead_letter_config"]["target_arn"]]),
        }


@SETS
def test_function_waits_for_its_role_s_policies(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        found = function(stack, region)
        role = stack.at(found.body["role"]).address
        policies = stack.resources("aws_iam_role_policy", region)
        of_role = {one.address for one in policies if stack.at(one.body["role"]).address == role}
        assert of_role
        assert of_role <= set(found.body["depends_on"])


@SETS
def test_secrets_manager_calls_it_for_this_account_and_this_secret_alone(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        (permission,) = (
            one
            for one in stack.resources("aws_lambda_permission", region)
            if stack.at(one.body["function_name"]).address == function(stack, region).address
        )
        assert permission.body["action"] == "lambda:InvokeFunction"
        assert permission.body["principal"] == "secretsmanager.amazonaws.com"
        assert re.fullmatch(r"\$\{data\.aws_caller_identity\.\S+\.account_id\}", permission.body["source_account"])
        assert_copy_of_secret(stack, permission.body["source_arn"], region)


def egress(stack: Stack, region: str) -> list[dict[str, Any]]:
    (group,) = function(stack, region).body["vpc_config"]["security_group_ids"]
    rules = [one.body for one in stack.resources("aws_vpc_security_group_egress_rule", region)]
    return [one for one in rules if one["security_group_id"] == group]


@SETS
def test_function_connects_to_the_databases_of_all_regions_and_to_the_endpoints_only(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    for region in regions:
        rules = egress(stack, region)
        assert {one["ip_protocol"] for one in rules} == {"tcp"}
        https = [one for one in rules if one["from_port"] == one["to_port"] == 443]
        assert [stack.at(one["referenced_security_group_id"]).name_tag for one in https] == [
            f"PROD-sg-test-endpoints-{region}"
        ]
        blocks = {one["cidr_ipv4"] for one in rules if one["from_port"] == one["to_port"] == 5432}
        assert len(rules) == len(https) + len(blocks) == 1 + len(regions)
        assert blocks == {database_block(stack, other) for other in regions}


def database_block(stack: Stack, region: str) -> str:
    (vpc,) = stack.resources("aws_vpc", region)
    return str(tier_block(IPv4Network(vpc.body["cidr_block"]), DATABASE))


@SETS
def test_nothing_connects_to_the_function(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        (group,) = function(stack, region).body["vpc_config"]["security_group_ids"]
        rules = stack.resources("aws_vpc_security_group_ingress_rule", region)
        assert not [one.address for one in rules if one.body["security_group_id"] == group]
        assert not {"ingress", "egress"} & stack.at(group).body.keys()


def test_without_an_endpoint_secrets_manager_is_reached_through_nat() -> None:
    rules = egress(platform(*ONE, network={"interface_endpoints": ["kms"]}), ONE[0])
    assert [one["cidr_ipv4"] for one in rules if one["from_port"] == 443] == ["0.0.0.0/0"]


@SETS
def test_rotation_is_attached_once_at_home_with_the_function_there(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    (rotation,) = stack.resources("aws_secretsmanager_secret_rotation")
    (secret,) = stack.resources("aws_secretsmanager_secret")
    assert rotation.region == secret.region == regions[0]
    assert stack.at(rotation.body["secret_id"]).address == secret.address
    assert stack.at(rotation.body["rotation_lambda_arn"]).address == function(stack, regions[0]).address
    assert rotation.body["rotate_immediately"] is True
    assert rotation.body["rotation_rules"] == {"automatically_after_days": 30}


@SETS
def test_rotation_waits_for_the_value_and_for_the_permission_to_call(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    (rotation,) = stack.resources("aws_secretsmanager_secret_rotation")
    kinds = {one.partition(".")[0] for one in rotation.body["depends_on"]}
    assert {"aws_secretsmanager_secret_version", "aws_lambda_permission"} <= kinds


def test_rotation_stays_at_home_when_another_region_becomes_the_primary() -> None:
    before = platform(*THREE)
    after = platform(*THREE, primary_region="us-west-2", home_region="us-east-1", database=FAILED_OVER)
    for kind in ("aws_secretsmanager_secret_rotation", "aws_lambda_function"):
        for name, body in before.json["resource"][kind].items():
            found = after.json["resource"][kind][name]
            assert {**found, "depends_on": ...} == {**body, "depends_on": ...}


def test_schedule_and_concurrency_are_settings() -> None:
    keys = {"after_days": "7", "immediately": "false", "reserved_concurrency": "5"}
    stack = platform(*ONE, database={"rotation": keys})
    (rotation,) = stack.resources("aws_secretsmanager_secret_rotation")
    assert rotation.body["rotate_immediately"] is False
    assert rotation.body["rotation_rules"] == {"automatically_after_days": 7}
    assert function(stack, ONE[0]).body["reserved_concurrent_executions"] == 5


def synthesized(folder: Path, *regions: str) -> tuple[Path, Stack]:
    """The stack's folder and its JSON."""
    folder.mkdir()
    build(load_settings(write_settings(folder, settings_of(*regions)), {}), outdir=folder / "out").synth()
    stack = folder / "out" / "stacks" / "platform"
    return stack, Stack(json.loads((stack / "cdk.tf.json").read_text()))


def test_output_carries_the_zip_once_and_refers_to_it_from_inside(tmp_path: Path) -> None:
    folder, stack = synthesized(tmp_path / "one", *TWO)
    (name,) = {function(stack, region).body["filename"] for region in TWO}
    assert not Path(name).is_absolute()
    assert [file.relative_to(folder).as_posix() for file in folder.rglob("*.zip")] == [name]
    for region in TWO:
        digest = hashlib.sha256((folder / name).read_bytes()).digest()
        assert function(stack, region).body["source_code_hash"] == base64.b64encode(digest).decode()


def test_zip_and_the_paths_to_it_are_the_same_wherever_and_for_whatever_regions_they_are_made(tmp_path: Path) -> None:
    one, stack = synthesized(tmp_path / "one", *TWO)
    other, another = synthesized(tmp_path / "elsewhere", *ONE)
    body, same = function(stack, TWO[0]).body, function(another, ONE[0]).body
    for key in ("filename", "source_code_hash", "handler"):
        assert body[key] == same[key]
    assert (one / body["filename"]).read_bytes() == (other / same["filename"]).read_bytes()


def test_zip_holds_what_the_tests_of_the_function_run(tmp_path: Path) -> None:
    folder, stack = synthesized(tmp_path / "one", *ONE)
    source, packages = Path(runtime.__file__).parent, Path(sysconfig.get_path("purelib"))
    body = function(stack, ONE[0]).body
    with ZipFile(folder / body["filename"]) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    ours = {f"rotation/{file.relative_to(source).as_posix()}": file.read_bytes() for file in source.rglob("*.py")}
    assert ours
    assert {name: files.get(name) for name in ours} == ours
    assert f"{body['handler'].replace('.', '/').rpartition('/')[0]}.py" in ours
    assert b"Amazon RDS eu-west-1 Root CA RSA2048 G1" in files["rotation/certificates.pem"]
    vendored = {name: content for name, content in files.items() if name not in {*ours, "rotation/certificates.pem"}}
    assert {name: (packages / name).read_bytes() for name in vendored} == vendored
    for distribution in requirements(["pg8000"], site_packages=packages):
        assert [name for name in vendored if name.startswith(distribution.name.replace("-", "_"))]


def test_rejects_a_region_whose_databases_could_not_be_trusted() -> None:
    stack = TerraformStack(Testing.app(), "platform")
    with pytest.raises(BundleError, match="no certificate of RDS for mx-central-1, update it"):
        RotationCode(stack, "code", regions=["us-east-1", "mx-central-1"])


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


def test_rejects_a_network_in_which_the_function_cannot_reach_secrets_manager(tmp_path: Path) -> None:
    network = {"nat_gateways": "none", "interface_endpoints": ["kms", "logs"]}
    path = write_settings(tmp_path, settings_of(*ONE, network=network))
    with pytest.raises(SettingsError) as caught:
        load_settings(path, {})
    assert str(caught.value) == (
        "network.interface_endpoints: the rotation function reaches Secrets Manager neither through an endpoint nor "
        "through a NAT gateway, got ['kms', 'logs'], "
        "allowed: a list with secretsmanager, or network.nat_gateways: per-az or single"
    )


@pytest.mark.parametrize(
    "network",
    [
        {"nat_gateways": "none"},
        {"nat_gateways": "none", "interface_endpoints": ["secretsmanager"]},
        {"nat_gateways": "single", "interface_endpoints": []},
    ],
)
def test_either_an_endpoint_or_a_nat_gateway_is_enough(tmp_path: Path, network: dict[str, Any]) -> None:
    path = write_settings(tmp_path, settings_of(*ONE, network=network))
    assert load_settings(path, {}).network.nat_gateways == network["nat_gateways"]
