"""Roles for GitHub: whom they trust, what they may do, and that there are none without the setting."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from modules.areas.delivery.github import least_policies
from modules.areas.delivery.names import AUDIENCE, ISSUER
from modules.settings import SettingsError, load_settings
from tests.support.otherwise import OTHERWISE
from tests.support.region_sets import ONE, THREE, settings_of, write_settings
from tests.support.synthesized import Stack, platform, stacks, state_backend

ACCOUNT = "123456789012"
ROLES = [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("administrator", "meridian-planner", "meridian-deployer")]
NAMED: dict[str, Any] = {"storage": {"administrators": ROLES}}
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MOST_CHARACTERS, MOST_POLICIES = 6144, 10


def backend_with(**github: Any) -> Stack:
    return state_backend(*ONE, delivery={"github": {"repository": "octo-org/platform", **github}}, **NAMED)


def trust_of(stack: Stack, name: str) -> dict[str, Any]:
    (role,) = [one for one in stack.resources("aws_iam_role") if one.body["name"] == name]
    (statement,) = stack.at(role.body["assume_role_policy"]).body["statement"]
    return dict(statement)


def conditions_of(stack: Stack, name: str) -> dict[str, list[str]]:
    conditions = trust_of(stack, name)["condition"]
    assert {one["test"] for one in conditions} == {"StringEquals"}
    return {one["variable"]: one["values"] for one in conditions}


def test_without_a_repository_there_is_nothing_for_github() -> None:
    for stack in stacks(*THREE).values():
        assert not stack.resources("aws_iam_openid_connect_provider")
        assert "github" not in json.dumps(stack.json)


def test_the_platform_is_the_same_with_it() -> None:
    with_it = platform(*ONE, delivery={"github": {"repository": "octo-org/platform"}}, **OTHERWISE)
    assert with_it.json == platform(*ONE, **OTHERWISE).json


def test_pull_requests_and_the_branch_may_plan_and_only_the_environment_on_the_branch_may_deploy() -> None:
    stack = backend_with(branch="release/1", environment="live eu")
    opening = "repo:octo-org/platform"
    assert conditions_of(stack, "meridian-planner") == {
        f"{ISSUER}:aud": [AUDIENCE],
        f"{ISSUER}:sub": [f"{opening}:pull_request", f"{opening}:ref:refs/heads/release/1"],
    }
    assert conditions_of(stack, "meridian-deployer") == {
        f"{ISSUER}:aud": [AUDIENCE],
        f"{ISSUER}:sub": [f"{opening}:environment:live eu"],
        f"{ISSUER}:ref": ["refs/heads/release/1"],
    }


def test_the_roles_trust_the_provider_of_the_stack_or_the_one_of_the_account() -> None:
    managed, existing = backend_with(), backend_with(oidc_provider="existing")
    (provider,) = managed.resources("aws_iam_openid_connect_provider")
    assert (provider.body["url"], provider.body["client_id_list"]) == (f"https://{ISSUER}", [AUDIENCE])
    assert not existing.resources("aws_iam_openid_connect_provider")
    (looked_up,) = existing.data("aws_iam_openid_connect_provider")
    assert looked_up.body["url"] == f"https://{ISSUER}"
    for stack in (managed, existing):
        for role in ("meridian-planner", "meridian-deployer"):
            statement = trust_of(stack, role)
            assert statement["actions"] == ["sts:AssumeRoleWithWebIdentity"]
            ((principal,),) = [statement["principals"]]
            (arn,) = principal["identifiers"]
            assert principal["type"] == "Federated"
            assert stack.at(arn).address.rpartition(".")[0].endswith("aws_iam_openid_connect_provider")


@pytest.mark.parametrize(("role", "seconds"), [("planner", 3600), ("deployer", 14400)])
def test_each_role_has_its_least_policies_and_no_others(role: str, seconds: int) -> None:
    stack = backend_with()
    policies = [one for one in stack.resources("aws_iam_policy") if f"_{role}_" in one.address]
    account = r"\$\{data\.aws_caller_identity\.[^}]+\.account_id\}"
    made = {one.body["name"]: json.loads(re.sub(account, "ACCOUNT_ID", one.body["policy"])) for one in policies}
    expected = [json.loads(text) for text in least_policies(role)]
    assert made == {f"meridian-{role}-{number}": one for number, one in enumerate(expected, start=1)}
    assert 0 < len(made) <= MOST_POLICIES
    for text in least_policies(role):
        assert len(text.replace("ACCOUNT_ID", ACCOUNT)) <= MOST_CHARACTERS
    (exclusive,) = [
        one for one in stack.resources("aws_iam_role_policy_attachments_exclusive") if f"_{role}_" in one.address
    ]
    assert {stack.at(arn).address for arn in exclusive.body["policy_arns"]} == {one.address for one in policies}
    (found,) = [one for one in stack.resources("aws_iam_role") if one.body["name"] == f"meridian-{role}"]
    assert found.body["max_session_duration"] == seconds


def test_roles_have_the_boundary_of_the_settings() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
    delivery = {"github": {"repository": "octo-org/platform"}}
    stack = state_backend(*ONE, delivery=delivery, identity={"permissions_boundary": arn}, **NAMED)
    assert {one.body["permissions_boundary"] for one in stack.resources("aws_iam_role")} == {arn}


def test_policies_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        (tmp_path / f"planner-{number}.json").write_text(json.dumps({"Statement": [number]}))
    assert [json.loads(text)["Statement"] for text in least_policies("planner", folder=tmp_path)] == [[1], [2], [10]]


def faults_of(tmp_path: Path, github: dict[str, Any], **more: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(write_settings(tmp_path, settings_of(*ONE, delivery={"github": github}, **more)), {})
    return str(caught.value)


@pytest.mark.parametrize("repository", ["platform", "octo-org/*", "octo-org/a:b", "octo org/a", "a/b/c", "*/b", "?/b"])
def test_rejects_what_is_no_repository_or_matches_others(tmp_path: Path, repository: str) -> None:
    found = faults_of(tmp_path, {"repository": repository}, **NAMED)
    assert "delivery.github.repository: not a repository of GitHub" in found


@pytest.mark.parametrize("key", ["branch", "environment"])
@pytest.mark.parametrize("value", ["*", "main:x", "a?"])
def test_rejects_names_that_match_others(tmp_path: Path, key: str, value: str) -> None:
    found = faults_of(tmp_path, {"repository": "octo-org/platform", key: value}, **NAMED)
    assert f"delivery.github.{key}: not the name of a branch or an environment" in found


def test_takes_a_repository_with_the_ids_of_its_subject(tmp_path: Path) -> None:
    github = {"repository": "octo-org@123/platform@456"}
    load_settings(write_settings(tmp_path, settings_of(*ONE, delivery={"github": github}, **NAMED)), {})


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({}, "storage.administrators"),
        ({"storage": {"administrators": ROLES[:2]}}, "storage.administrators"),
        ({"storage": {"administrators": ROLES}, "state": {"administrators": ROLES[:1]}}, "state.administrators"),
    ],
)
def test_rejects_roles_that_the_buckets_would_shut_out(tmp_path: Path, more: dict[str, Any], path: str) -> None:
    found = faults_of(tmp_path, {"repository": "octo-org/platform"}, **more)
    assert f"{path}: the buckets would shut out what delivery.github makes: " in found
    assert "arn:aws:iam::ACCOUNT:role/meridian-deployer" in found


def test_patterns_name_the_roles_too(tmp_path: Path) -> None:
    named = {"storage": {"administrators": [f"arn:aws:iam::{ACCOUNT}:role/meridian-*"]}}
    github = {"repository": "octo-org/platform"}
    load_settings(write_settings(tmp_path, settings_of(*ONE, delivery={"github": github}, **named)), {})
