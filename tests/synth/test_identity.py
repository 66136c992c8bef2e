"""Every policy document of the output, held to the service authorization reference."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from policy_sentry.analysis.expand import determine_actions_to_expand
from policy_sentry.querying.actions import get_action_data

from tests.support.otherwise import BOUNDARY, OTHERWISE, THREE_OTHERWISE
from tests.support.region_sets import FIVE, ONE, THREE, TWO
from tests.support.synthesized import Block, Stack, platform, state_backend

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
DOCUMENT = re.compile(r"\$\{data\.aws_iam_policy_document\.([\w-]+)\.json\}")
IDENTITY, TRUST = ("aws_iam_role_policy", "policy"), ("aws_iam_role", "assume_role_policy")
#: What a policy is part of is its only resource, or the whole of the service that the endpoint leads to.
BUCKET, KEY = ("aws_s3_bucket_policy", "policy"), ("aws_kms_key", "policy")
SECRET, ENDPOINT = ("aws_secretsmanager_secret_policy", "policy"), ("aws_vpc_endpoint", "policy")
QUEUE = ("aws_sqs_queue_policy", "policy")
LOG_GROUPS = ("aws_cloudwatch_log_resource_policy", "policy_document")
VAULT, TOPIC = ("aws_backup_vault_policy", "policy"), ("aws_sns_topic_policy", "policy")
#: Where these tests look.
PLACES = {IDENTITY, TRUST, BUCKET, KEY, SECRET, ENDPOINT, QUEUE, VAULT, TOPIC, LOG_GROUPS}
#: Services that send neither aws:SourceAccount nor aws:SourceArn when they take a role on, or do not document it.
NO_SOURCE = {f"{name}.amazonaws.com" for name in ("backup", "chatbot", "cloudtrail", "ec2", "lambda", "s3")}
#: Lambda names no resource when it looks whether a role has them.
INTERFACES = {
    *("ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"),
    *("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses"),
}
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html, and what changes permissions directly.
ESCALATIONS = (
    *(
        {f"iam:{action}"}
        for action in (
            *("AddUserToGroup", "AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy"),
            *("CreateAccessKey", "CreateLoginProfile", "CreatePolicyVersion", "CreateServiceSpecificCredential"),
            *("DeleteRolePermissionsBoundary", "DeleteUserPermissionsBoundary", "PutGroupPolicy", "PutRolePolicy"),
            *("PutUserPolicy", "SetDefaultPolicyVersion", "UpdateAssumeRolePolicy", "UpdateLoginProfile"),
        )
    ),
    {"iam:PassRole", "autoscaling:CreateLaunchConfiguration"},
    {"iam:PassRole", "cloudformation:CreateStack"},
    {"iam:PassRole", "codebuild:CreateProject"},
    {"iam:PassRole", "ec2:AssociateIamInstanceProfile"},
    {"iam:PassRole", "ec2:RunInstances"},
    {"iam:PassRole", "ecs:RunTask"},
    {"iam:PassRole", "glue:CreateJob"},
    {"iam:PassRole", "lambda:CreateFunction"},
    {"iam:PassRole", "sagemaker:CreateNotebookInstance"},
    {"iam:PassRole", "states:CreateStateMachine"},
    {"lambda:UpdateFunctionCode"},
    {"lambda:UpdateFunctionConfiguration"},
    {"ssm:SendCommand"},
    {"ssm:StartSession"},
    {"sts:AssumeRole"},
    {"kms:CreateGrant"},
    {"kms:PutKeyPolicy"},
    {"s3:PutBucketPolicy"},
    {"secretsmanager:PutResourcePolicy"},
)


def both(*regions: str) -> list[Stack]:
    return [platform(*regions), state_backend(*regions)]


def uses(stack: Stack) -> list[tuple[tuple[str, str], Block, list[dict[str, Any]]]]:
    """Each document in each place that takes it: the place, the resource, and the document's statements."""
    return [
        ((block.address.partition(".")[0], attribute), block, stack.at(value).body["statement"])
        for block in stack.all_resources()
        for attribute, value in block.body.items()
        if isinstance(value, str) and DOCUMENT.fullmatch(value)
    ]


def statements(stack: Stack, *places: tuple[str, str]) -> Iterator[tuple[Block, dict[str, Any]]]:
    for place, block, found in uses(stack):
        if place in places:
            yield from ((block, statement) for statement in found)


def expanded(statement: dict[str, Any]) -> list[str]:
    return list(determine_actions_to_expand(statement["actions"]))


def takes_an_arn(action: str) -> bool:
    service, _, name = action.partition(":")
    known = get_action_data(service, name)
    assert known, f"{action} is no action of the service authorization reference"
    return any(entry["resource_arn_format"] != "*" for entry in known[service])


@SETS
def test_every_document_is_used_once_and_where_this_test_looks(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        used = [DOCUMENT.search(str(block.body[place[1]]))[1] for place, block, _ in uses(stack)]  # type: ignore[index]
        assert sorted(used) == sorted(stack.json["data"]["aws_iam_policy_document"])
        assert {place for place, _, _ in uses(stack)} <= PLACES


@SETS
def test_no_policy_is_written_by_hand(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        for block in stack.all_resources():
            for attribute in ("policy", "assume_role_policy", "policy_document"):
                if attribute in block.body:
                    assert DOCUMENT.fullmatch(block.body[attribute]), block.address


@SETS
def test_every_policy_of_a_role_belongs_to_one_role(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        kinds = set(stack.json["resource"])
        assert not {"aws_iam_policy", "aws_iam_policy_attachment", "aws_iam_role_policy_attachment"} & kinds
        policies = stack.resources("aws_iam_role_policy")
        assert len({policy.body["policy"] for policy in policies}) == len(policies)
        roles = {stack.at(policy.body["role"]).address for policy in policies}
        assert roles == {role.address for role in stack.resources("aws_iam_role")}
        assert not [role for role in stack.resources("aws_iam_role") if "managed_policy_arns" in role.body]


@SETS
def test_every_role_of_the_platform_has_the_policies_that_are_here_and_no_others(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for role in stack.resources("aws_iam_role"):
        (inline,) = [
            one
            for one in stack.resources("aws_iam_role_policies_exclusive")
            if stack.at(one.body["role_name"]).address == role.address
        ]
        (attached,) = [
            one
            for one in stack.resources("aws_iam_role_policy_attachments_exclusive")
            if stack.at(one.body["role_name"]).address == role.address
        ]
        assert attached.body["policy_arns"] == []
        # By reference: they are made before what is not among them is taken away.
        assert {stack.at(one).address for one in inline.body["policy_names"]} == {
            policy.address
            for policy in stack.resources("aws_iam_role_policy")
            if stack.at(policy.body["role"]).address == role.address
        }


@SETS
def test_no_role_may_do_everything_or_use_what_a_star_stands_for(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        for policy, statement in statements(stack, IDENTITY):
            if statement.get("effect", "Allow") == "Deny":
                continue
            assert not {"not_actions", "not_resources", "not_principals"} & statement.keys(), policy.address
            for action in statement["actions"]:
                assert re.fullmatch(r"[a-z0-9-]+:[A-Z]\w+\*?", action), (policy.address, action)


@SETS
def test_no_role_gets_every_resource_of_an_action_that_takes_an_arn(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        for policy, statement in statements(stack, IDENTITY):
            if statement.get("effect") == "Deny" or set(statement["actions"]) == INTERFACES:
                continue
            if any(re.fullmatch(r"\*|arn:aws:[^:]*:\**:?\**:?\**", one) for one in statement["resources"]):
                careless = [action for action in expanded(statement) if takes_an_arn(action)]
                assert careless == [], policy.address


@SETS
def test_every_action_is_one_that_its_service_has(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        for _, statement in statements(stack, IDENTITY, TRUST, BUCKET, KEY, SECRET, QUEUE, VAULT, TOPIC, LOG_GROUPS):
            for action in expanded(statement):
                takes_an_arn(action)


@SETS
def test_no_role_can_raise_its_own_permissions(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        allowed: dict[str, set[str]] = {}
        for policy, statement in statements(stack, IDENTITY):
            # A grant for a service of AWS is no permission of whoever asks for it.
            for_aws = any(one["variable"] == "kms:GrantIsForAWSResource" for one in statement.get("condition", []))
            actions = set() if statement.get("effect") == "Deny" or for_aws else set(expanded(statement))
            allowed.setdefault(stack.at(policy.body["role"]).address, set()).update(actions)
        for role, actions in allowed.items():
            assert [pair for pair in ESCALATIONS if pair <= actions] == [], role
    assert list(statements(platform(*regions), IDENTITY))


@SETS
def test_only_a_service_acting_for_this_account_takes_a_role_on(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        for role, statement in statements(stack, TRUST):
            (principal,) = statement["principals"]
            assert principal["type"] == "Service", role.address
            conditions = {one["variable"]: one["values"] for one in statement.get("condition", [])}
            if set(principal["identifiers"]) <= NO_SOURCE:
                assert not conditions, f"{role.address} could not be taken on"
                continue
            (account,) = conditions["aws:SourceAccount"]
            assert account.startswith("${data.aws_caller_identity.")
            assert conditions["aws:SourceArn"]


@SETS
def test_what_is_allowed_to_everyone_is_bound_to_this_account_or_to_reading(regions: tuple[str, ...]) -> None:
    bound = {"aws:PrincipalAccount", "kms:CallerAccount"}
    for stack in both(*regions):
        for block, statement in statements(stack, BUCKET, KEY, SECRET, ENDPOINT, QUEUE, VAULT, TOPIC):
            everyone = any("*" in principal["identifiers"] for principal in statement["principals"])
            if everyone and statement.get("effect", "Allow") == "Allow":
                variables = {one["variable"] for one in statement.get("condition", [])}
                # Packages of AWS's own, which the network fetches without credentials.
                packages = statement.get("sid") == "PackagesAndAgentsOfAws" and statement["actions"] == ["s3:GetObject"]
                assert variables & bound or packages, (block.address, statement["sid"])


@SETS
def test_services_deliver_logs_for_this_account_only(regions: tuple[str, ...]) -> None:
    for stack in both(*regions):
        for policy, statement in statements(stack, BUCKET, LOG_GROUPS):
            if statement.get("effect", "Allow") == "Allow":
                variables = {one["variable"] for one in statement.get("condition", [])}
                # Load balancers write below the account of their owner, and AWS gives their policy no condition.
                by_path = statement["sid"] == "LoadBalancersOfThisAccount" and all(
                    "/AWSLogs/${data.aws_caller_identity." in resource for resource in statement["resources"]
                )
                assert variables & {"aws:SourceAccount", "aws:SourceArn"} or by_path, policy.address
                assert {principal["type"] for principal in statement["principals"]} == {"Service"}
                assert "*" not in statement["resources"]


@pytest.mark.parametrize(("regions", "more"), [(ONE, OTHERWISE), (THREE, THREE_OTHERWISE)])
def test_boundary_of_the_settings_reaches_every_role(regions: tuple[str, ...], more: dict[str, Any]) -> None:
    for build in (platform, state_backend):
        roles = build(*regions, **more).resources("aws_iam_role")
        assert all(role.body["permissions_boundary"] == BOUNDARY for role in roles)
        assert roles or len(regions) == 1
        assert not [role for role in build(*regions).resources("aws_iam_role") if "permissions_boundary" in role.body]
