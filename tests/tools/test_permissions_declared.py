"""What tools may come to ask is in the committed policies, whether or not a life has seen it."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import pytest
from botocore import xform_name

from modules.settings import Settings
from tests.support.permissions import allows, in_the_account, recording, statements
from tests.support.region_sets import TWO, settings_of
from tools import rollout
from tools.destruction import content, staying, survey
from tools.emulator.iam.question import Question
from tools.permissions.documents import policies
from tools.permissions.patterns import ACCOUNT
from tools.preflight import roles
from tools.preflight.checks import CHECKS

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


def test_the_planner_reads_the_journals_of_failovers_and_no_other_table() -> None:
    def scanning(table: str) -> Question:
        resource = f"arn:aws:dynamodb:us-west-2:{recording()[1]}:table/{table}"
        return Question(action="dynamodb:Scan", resource=resource, region="us-west-2")

    assert allows(in_the_account("planner"), scanning("PROD-dynamodb-main-failover-us-west-2"))
    assert not allows(in_the_account("planner"), scanning("PROD-dynamodb-main-sessions-us-west-2"))


def test_deployer_does_not_read_what_others_keep() -> None:
    for action, resource in (
        ("dynamodb:GetItem", "arn:aws:dynamodb:us-west-2:{}:table/of-somebody-else"),
        ("s3:ListBucket", "arn:aws:s3:::of-somebody-else"),
        ("secretsmanager:DescribeSecret", "arn:aws:secretsmanager:us-west-2:{}:secret:of-somebody-else"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-west-2:{}:secret:of-somebody-else"),
    ):
        question = Question(action=action, resource=resource.format(recording()[1]), region="us-west-2")
        assert not allows(in_the_account("deployer"), question), action


@pytest.mark.parametrize(
    ("action", "kind"), [("PromoteReadReplica", "db"), ("CreateDBSnapshot", "db"), ("CreateDBSnapshot", "snapshot")]
)
def test_deployer_promotes_and_deletes_databases_of_the_platform_and_no_other(action: str, kind: str) -> None:
    _, account = recording()
    for name, may in (("prod-rds-main-any", True), ("of-somebody-else", False)):
        resource = f"arn:aws:rds:us-west-2:{account}:{kind}:{name}"
        question = Question(action=f"rds:{action}", resource=resource, region="us-west-2")
        assert allows(in_the_account("deployer"), question) is may


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


def test_the_role_of_the_hosted_zone_s_account_is_assumed_by_those_who_plan_and_no_other_role_is() -> None:
    role = "arn:aws:iam::999999999999:role/dns"
    questions, account = recording()
    for entry, wanted in (({"zone_role_arn": role}, [role]), ({}, [])):
        made = policies(questions, settings=Settings.model_validate(settings_of(*TWO, entry=entry)), account=account)
        for opening, names in (("deployer-", wanted), ("planner-", wanted), ("bootstrap-", [])):
            found = [
                resource
                for name, document in made.items()
                if name.startswith(opening)
                for statement in document["Statement"]
                if "sts:AssumeRole" in statement.get("Action", [])
                for resource in statement["Resource"]
            ]
            assert found == names
