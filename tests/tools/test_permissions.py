"""The least policies of bootstrap, planner and deployer, as they are committed for `config/prod.yaml`."""

from __future__ import annotations

import json

import pytest
from policy_sentry.querying.actions import get_action_data

from tests.support.permissions import FOLDER, SETTINGS, allows, asked, documents, in_the_account, recording, statements
from tools.emulator.iam import reference
from tools.emulator.iam.question import Question
from tools.paths import ROOT
from tools.permissions.declared import looks_of
from tools.permissions.documents import MOST_CHARACTERS, policies
from tools.permissions.page import page
from tools.permissions.patterns import ACCOUNT
from tools.permissions.recording import ROLES

#: It asks about thousands of calls.
pytestmark = pytest.mark.slow
EACH_ROLE = pytest.mark.parametrize("role", ROLES)
#: IAM attaches no more to a role without being asked for it.
ATTACHED = 10


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


def test_planner_reads_the_journal_of_failovers_and_no_other_table() -> None:
    (reading,) = [one for one in statements("planner") if "dynamodb:Scan" in one.get("Action", [])]
    assert reading["Action"] == ["dynamodb:Scan"]
    assert reading["Resource"] == [f"arn:aws:dynamodb:*:{ACCOUNT}:table/PROD-dynamodb-main-failover-*"]
    for action in ("GetItem", "Query", "BatchGetItem"):
        assert not any(f"dynamodb:{action}" in one.get("Action", []) for one in statements("planner"))


def test_planner_decrypts_the_state_the_variables_of_functions_and_the_journals_of_failovers_alone() -> None:
    held = {
        statement["Condition"]["StringLike"]["kms:ViaService"]: statement["Condition"]["ForAnyValue:StringLike"]
        for statement in statements("planner")
        if "kms:Decrypt" in statement.get("Action", [])
    }
    assert held == {
        "dynamodb.*.amazonaws.com": {"kms:ResourceAliases": "alias/PROD-kms-main-data-*"},
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
