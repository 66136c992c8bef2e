"""The least policies of bootstrap, planner and deployer, as they are committed for `config/prod.yaml`."""

from __future__ import annotations

import inspect
import json
import re
from functools import cache
from typing import Any

import pytest
from botocore import xform_name
from policy_sentry.querying.actions import get_action_data
from support.region_sets import settings_of

from modules.settings import Settings, load_settings
from tools import rollout
from tools.destruction import content, staying, survey
from tools.emulator.iam import reference
from tools.emulator.iam.question import Question
from tools.emulator.policy import Caller, Decision, Request, decide
from tools.paths import ROOT
from tools.permissions.declared import declared, looks_of
from tools.permissions.documents import MOST_CHARACTERS, policies, read_recording
from tools.permissions.page import page
from tools.permissions.patterns import ACCOUNT
from tools.permissions.recording import ROLES
from tools.preflight import roles
from tools.preflight.checks import CHECKS

FOLDER = ROOT / "iam"
SETTINGS = load_settings(ROOT / "config" / "prod.yaml", {})
EACH_ROLE = pytest.mark.parametrize("role", ROLES)
#: IAM attaches no more to a role without being asked for it.
ATTACHED = 10
Document = dict[str, Any]


@cache
def recording() -> tuple[dict[str, list[Question]], str]:
    return read_recording(FOLDER / "recorded.jsonl")


@cache
def asked(role: str) -> list[Question]:
    """What a life asked, and what tools say that they may come to ask."""
    questions, account = recording()
    assert questions[role]
    return [*questions[role], *declared(role, settings=SETTINGS, account=account)]


@cache
def documents(role: str) -> list[Document]:
    return [json.loads(path.read_text()) for path in sorted(FOLDER.glob(f"{role}-*.json"))]


@cache
def statements(role: str) -> list[dict[str, Any]]:
    return [statement for document in documents(role) for statement in document["Statement"]]


@cache
def in_the_account(role: str) -> list[dict[str, Any]]:
    """The statements with the account of the recording."""
    found: list[dict[str, Any]] = json.loads(json.dumps(statements(role)).replace(ACCOUNT, recording()[1]))
    return found


def allows(of_role: list[dict[str, Any]], question: Question) -> bool:
    _, account = recording()
    caller = Caller(identities=(f"arn:aws:iam::{account}:role/r", f"arn:aws:iam::{account}:root"), account_id=account)
    context = {name.lower(): values for name, values in question.keys.items()}
    context["aws:requestedregion"] = (question.region,)
    request = Request(action=question.action, resource=question.resource, caller=caller, context=context)
    return decide({"Statement": of_role}, request, of_identity=True) is Decision.ALLOWED


def test_policies_are_those_of_the_recording_and_the_settings() -> None:
    questions, account = recording()
    made = policies(questions, settings=SETTINGS, account=account)
    assert {path.stem for path in FOLDER.glob("*.json")} == set(made)
    for name, document in made.items():
        assert json.loads((FOLDER / f"{name}.json").read_text()) == document, f"{name} is not fresh: run `make iam`"


def test_page_is_that_of_the_policies() -> None:
    assert (ROOT / "docs" / "permissions.md").read_text() == page(FOLDER)


@EACH_ROLE
def test_everything_that_was_asked_is_allowed(role: str) -> None:
    refused = [question for question in asked(role) if not allows(in_the_account(role), question)]
    assert refused == []


@EACH_ROLE
def test_no_action_of_a_statement_can_be_taken_away(role: str) -> None:
    found = in_the_account(role)
    needless = []
    for statement in found:
        left = [other for other in found if other is not statement]
        for action in statement.get("Action", []):
            rest = [other for other in left if action in other.get("Action", [action])]
            if all(allows(rest, question) for question in asked(role) if question.action == action):
                needless.append(f"{statement['Sid']} {action}")
    assert needless == []


@EACH_ROLE
def test_other_regions_are_refused(role: str) -> None:
    excepted = ("budgets:", "ce:", "chatbot:", "iam:", "route53:", "s3:", "sts:")
    for question in asked(role):
        if not question.action.startswith(excepted):
            elsewhere = Question(
                action=question.action, resource=question.resource, keys=question.keys, region="eu-north-1"
            )
            assert not allows(in_the_account(role), elsewhere), question


@EACH_ROLE
def test_managed_policies_are_of_the_size_and_number_that_iam_takes(role: str) -> None:
    made = documents(role)
    assert 1 <= len(made) <= ATTACHED
    for document in made:
        text = json.dumps(document, separators=(",", ":")).replace(ACCOUNT, "1" * 12)
        assert len(text) <= MOST_CHARACTERS
        sids = [statement["Sid"] for statement in document["Statement"]]
        assert len(set(sids)) == len(sids)
        assert all(sid.isalnum() for sid in sids)


@EACH_ROLE
def test_actions_are_listed_and_known(role: str) -> None:
    for statement in statements(role):
        for action in statement.get("Action", []):
            assert "*" not in action
            assert reference.is_action(action), action


@EACH_ROLE
def test_resource_is_anything_only_where_the_api_takes_no_arn(role: str) -> None:
    for statement in statements(role):
        if statement["Sid"] in looks_of(role):
            assert {reference.access_level(action) for action in statement["Action"]} <= {"List", "Read"}
        elif statement["Resource"] == "*" and statement["Effect"] == "Allow":
            for action in statement["Action"]:
                data = get_action_data(*action.split(":"))
                assert data
                forms = [entry["resource_arn_format"] for entry in next(iter(data.values()))]
                assert set(forms) == {"*"}, action


@EACH_ROLE
def test_no_pattern_covers_what_is_not_the_platform_s(role: str) -> None:
    """Roles, secrets, buckets, tables, databases and functions are held to the platform's names."""
    named = (":role/", ":secret:", ":s3:::", ":table/", ":db:", ":function:", ":sns:", ":sqs:")
    for statement in statements(role):
        resources = statement["Resource"]
        for arn in [resources] if isinstance(resources, str) else resources:
            if any(kind in arn for kind in named) and ":role/aws-service-role/" not in arn:
                assert "-main-" in arn or statement["Sid"].endswith(("Look", "Look2")), arn


def test_roles_are_passed_to_services_only() -> None:
    (passing,) = [one for one in statements("deployer") if "iam:PassRole" in one.get("Action", [])]
    assert passing["Action"] == ["iam:PassRole"]
    assert "iam:PassedToService" in passing["Condition"]["StringEquals"]


def test_planner_reads_no_secret_and_changes_nothing() -> None:
    for statement in statements("planner"):
        for action in statement.get("Action", []):
            assert action != "secretsmanager:GetSecretValue"
            if action != "kms:Decrypt":
                assert reference.access_level(action) in {"List", "Read"}, action


def test_planner_decrypts_the_state_and_the_variables_of_functions_alone() -> None:
    held = {
        statement["Condition"]["StringLike"]["kms:ViaService"]: statement["Condition"]["ForAnyValue:StringLike"]
        for statement in statements("planner")
        if "kms:Decrypt" in statement.get("Action", [])
    }
    assert held == {
        "lambda.*.amazonaws.com": {"kms:ResourceAliases": "alias/PROD-kms-main-functions-*"},
        "s3.*.amazonaws.com": {"kms:ResourceAliases": "alias/PROD-kms-main-state-*"},
    }


def test_boundary_of_the_settings_is_a_condition_of_making_roles() -> None:
    questions, account = recording()
    arn = "arn:aws:iam::123456789012:policy/boundary"
    identity = SETTINGS.identity.model_copy(update={"permissions_boundary": arn})
    bounded = SETTINGS.model_copy(update={"identity": identity})
    found = [
        statement
        for document in policies(questions, settings=bounded, account=account).values()
        for statement in document["Statement"]
        if "iam:CreateRole" in statement.get("Action", [])
    ]
    assert found
    assert all(one["Condition"]["StringEquals"]["iam:PermissionsBoundary"] == arn for one in found)


#: Modules of tools that ask AWS, the names of API operations whose IAM action is called otherwise, and who asks.
LISTED = pytest.mark.parametrize("module", [survey, content, staying, rollout], ids=lambda module: module.__name__)
OTHERWISE = {"list_object_versions": "list_bucket_versions"}
#: What `make local-down` does on the emulator alone.
LOCAL = {"delete_backup_vault_lock_configuration", "delete_recovery_point", "delete_objects"}


@LISTED
def test_tools_list_the_actions_of_all_that_they_call(module: Any) -> None:
    verbs = "delete|describe|get|list|put|start|update"
    called = re.findall(rf'(?:\.|")((?:{verbs})_[a-z_]+)(?:\(|")', inspect.getsource(module))
    operations = {OTHERWISE.get(name, name) for name in called} - LOCAL - {"get_paginator"}
    assert operations == {xform_name(action.partition(":")[2]) for action in module.ACTIONS}


@LISTED
def test_deployer_may_do_all_that_its_tools_list(module: Any) -> None:
    allowed = {action for statement in statements("deployer") for action in statement.get("Action", [])}
    assert set(module.ACTIONS) <= allowed


@pytest.mark.parametrize("role", ["bootstrap", "deployer"])
def test_whoever_runs_the_preflight_may_do_all_that_its_checks_list(role: str) -> None:
    allowed = {action for statement in statements(role) for action in statement.get("Action", [])}
    assert {action for check in CHECKS for action in check.actions} <= allowed


@pytest.mark.parametrize("role", ["bootstrap", "deployer"])
def test_every_service_linked_role_may_be_made_and_no_other(role: str) -> None:
    _, account = recording()

    def making(service: str, name: str) -> Question:
        resource = f"arn:aws:iam::{account}:role/aws-service-role/{service}/{name}"
        keys = {"iam:AWSServiceName": (service,)}
        return Question(action="iam:CreateServiceLinkedRole", resource=resource, region="us-east-1", keys=keys)

    assert all(allows(in_the_account(role), making(one.service, one.name)) for one in roles.ROLES)
    assert not allows(in_the_account(role), making("ecs.amazonaws.com", "AWSServiceRoleForECS"))


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("backup:ListRecoveryPointsByBackupVault", "arn:aws:backup:us-west-2:{}:backup-vault:of-somebody-else"),
        ("dynamodb:DescribeBackup", "arn:aws:dynamodb:us-west-2:{}:table/of-somebody-else/backup/01"),
        ("dynamodb:DescribeTable", "arn:aws:dynamodb:us-west-2:{}:table/of-somebody-else"),
        ("rds:DescribeDBClusterSnapshots", "arn:aws:rds:us-west-2:{}:cluster-snapshot:of-somebody-else"),
        ("rds:DescribeDBInstances", "arn:aws:rds:us-west-2:{}:db:of-somebody-else"),
    ],
)
def test_deployer_looks_what_the_keys_encrypt_of_others(action: str, resource: str) -> None:
    question = Question(action=action, resource=resource.format(recording()[1]), region="us-west-2")
    assert allows(in_the_account("deployer"), question)


def test_deployer_does_not_read_what_others_keep() -> None:
    for action, resource in (
        ("dynamodb:GetItem", "arn:aws:dynamodb:us-west-2:{}:table/of-somebody-else"),
        ("s3:ListBucket", "arn:aws:s3:::of-somebody-else"),
        ("secretsmanager:DescribeSecret", "arn:aws:secretsmanager:us-west-2:{}:secret:of-somebody-else"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-west-2:{}:secret:of-somebody-else"),
    ):
        question = Question(action=action, resource=resource.format(recording()[1]), region="us-west-2")
        assert not allows(in_the_account("deployer"), question), action


def elsewhere() -> Settings:
    """Settings whose names are those of the recording, in other regions."""
    return Settings.model_validate(settings_of("eu-west-1", "eu-central-1", environment_suffix="main"))


def open_regions(settings: Settings) -> set[str]:
    (refusing,) = [one for one in deployer_of(settings) if one["Effect"] == "Deny"]
    return set(refusing["Condition"]["StringNotEquals"]["aws:RequestedRegion"])


def deployer_of(settings: Settings) -> list[dict[str, Any]]:
    questions, account = recording()
    made = policies(questions, settings=settings, account=account)
    return [statement for name in made if name.startswith("deployer-") for statement in made[name]["Statement"]]


def test_alarms_on_health_checks_are_made_whatever_the_regions_are() -> None:
    assert open_regions(elsewhere()) == {"eu-central-1", "eu-west-1", "us-east-1"}
    found = json.loads(json.dumps(deployer_of(elsewhere())).replace(ACCOUNT, recording()[1]))
    prefix = elsewhere().environment.upper()
    for action, resource in (
        ("cloudwatch:PutMetricAlarm", f"arn:aws:cloudwatch:us-east-1:{{}}:alarm:{prefix}-alarm-main-reach-us-east-1"),
        ("sns:GetTopicAttributes", f"arn:aws:sns:us-east-1:{{}}:{prefix}-sns-main-critical-us-east-1"),
    ):
        assert allows(found, Question(action=action, resource=resource.format(recording()[1]), region="us-east-1"))


def test_chats_bring_the_region_of_their_api() -> None:
    chat = {"protocol": "slack", "endpoint": "T0123456789/C0123456789"}
    settings = Settings.model_validate(settings_of("eu-central-1", alerts={"page": [chat]}))
    assert open_regions(settings) == {"eu-central-1", "eu-west-1", "us-east-1"}
