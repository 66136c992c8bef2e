"""What the rotation function may do."""

from typing import Any

import pytest

from tests.support.region_sets import FIVE, ONE, THREE, TWO
from tests.support.rotation import APPLICATION, MASTER, assert_copy_of_secret, conditions, function
from tests.support.synthesized import Stack, platform

#: What Lambda looks for in the role before it makes a function that is connected to a VPC.
INTERFACES = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]
SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)


def statements(stack: Stack, region: str) -> dict[str, dict[str, Any]]:
    """What the policies of the function's role say, by the statement's id."""
    role = stack.at(function(stack, region).body["role"])
    policies = [
        one for one in stack.resources("aws_iam_role_policy", region) if stack.at(one.body["role"]).body == role.body
    ]
    return {one["sid"]: one for policy in policies for one in stack.at(policy.body["policy"]).body["statement"]}


def allowed(stack: Stack, region: str) -> dict[str, dict[str, Any]]:
    """Everything that the function's role may do, by the statement's id."""
    found = statements(stack, region)
    return {sid: one for sid, one in found.items() if one.get("effect", "Allow") == "Allow"}


@SETS
def test_role_holds_what_the_function_needs_and_nothing_else(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        assert {sid: sorted(one["actions"]) for sid, one in allowed(stack, region).items()} == {
            "RotateTheSecrets": [
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:ListSecretVersionIds",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            "DrawPasswords": ["secretsmanager:GetRandomPassword"],
            "UseTheSecretsKey": ["kms:Decrypt", "kms:GenerateDataKey"],
            "LambdaKeepsInterfaces": INTERFACES,
            "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "SendTraces": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            "SendDeadLetters": ["sqs:SendMessage"],
            "EncryptDeadLetters": ["kms:Decrypt", "kms:GenerateDataKey"],
        }


@SETS
def test_role_reads_and_writes_the_copies_of_the_secrets_in_its_region_alone(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        statements = allowed(stack, region)
        arns = statements["RotateTheSecrets"]["resources"]
        for arn, identifier in zip(arns, (MASTER, APPLICATION), strict=True):
            assert_copy_of_secret(stack, arn, region, identifier)
        key = statements["UseTheSecretsKey"]
        assert [stack.at(one).name_tag for one in key["resources"]] == [f"PROD-kms-test-secrets-{region}"]
        assert conditions(key) == {
            "kms:ViaService": ("StringEquals", [f"secretsmanager.{region}.amazonaws.com"]),
            "kms:EncryptionContext:SecretARN": ("StringEquals", arns),
        }


@SETS
def test_role_answers_lambda_when_it_names_no_resource(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        statement = statements(stack, region)["LambdaKeepsInterfaces"]
        assert statement["resources"] == ["*"]
        assert "condition" not in statement


@SETS
def test_the_function_s_own_code_does_nothing_about_interfaces(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        (denied,) = [one for one in statements(stack, region).values() if one.get("effect") == "Deny"]
        assert set(INTERFACES) < set(denied["actions"])
        assert denied["resources"] == ["*"]
        # Requests of the code alone say which function they come from.
        assert conditions(denied) == {"lambda:SourceFunctionArn": ("Null", ["false"])}


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
