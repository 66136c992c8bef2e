"""Whether the policies in `iam/` are those of the settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.settings import Settings
from tests.support.permissions import recording
from tools.delivery import require_policies
from tools.errors import ToolError
from tools.paths import ROOT
from tools.permissions.documents import policies

GITHUB = {"delivery": {"github": {"repository": "octo-org/platform"}}}


def settings_with(**more: Any) -> Settings:
    content = yaml.safe_load((ROOT / "config" / "prod.yaml").read_text(encoding="utf-8"))
    return Settings.model_validate(content | {"regions": tuple(content["regions"])} | GITHUB | more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    questions, account = recording()
    for name, document in policies(questions, settings=settings_with(), account=account).items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    return tmp_path


def test_policies_that_were_made_for_the_settings_will_do(folder: Path) -> None:
    require_policies(settings_with(), folder=folder)
    require_policies(settings_with(account_id="123456789012"), folder=folder)


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"environment": "stage"}, "not for names such as table/STAGE-dynamodb-main-*"),
        ({"environment_suffix": "blue"}, "not for names such as table/PROD-dynamodb-blue-*"),
        ({"regions": ("us-east-1", "eu-west-1")}, "not for eu-west-1, "),
    ],
)
def test_policies_of_other_settings_are_refused_with_what_to_run(folder: Path, more: Any, what: str) -> None:
    with pytest.raises(ToolError, match="are those of other settings") as caught:
        require_policies(settings_with(**more), folder=folder)
    assert what in caught.value.message
    assert "`make iam`" in str(caught.value.advice)


def test_policies_of_another_account_are_refused(folder: Path) -> None:
    for file in folder.glob("*.json"):
        file.write_text(file.read_text().replace("ACCOUNT_ID", "999999999999"))
    with pytest.raises(ToolError, match="not for account 123456789012"):
        require_policies(settings_with(account_id="123456789012"), folder=folder)


def test_the_committed_policies_are_made_without_github() -> None:
    with pytest.raises(ToolError, match="not for a planner that reads the roles of GitHub"):
        require_policies(settings_with())
    require_policies(settings_with(delivery={}))


@pytest.mark.parametrize("role", ["planner", "deployer"])
def test_whoever_plans_may_read_the_roles_and_change_none(folder: Path, role: str) -> None:
    statements = [one for file in folder.glob(f"{role}-*.json") for one in json.loads(file.read_text())["Statement"]]
    about = [one for one in statements if ":policy/meridian-" in json.dumps(one.get("Resource"))]
    actions = {action for one in about for action in one["Action"]}
    assert {"iam:GetPolicyVersion", "iam:GetOpenIDConnectProvider", "iam:GetRole"} <= actions
    assert all(action.startswith(("iam:Get", "iam:List")) for action in actions)


def test_bootstrap_may_make_them_with_the_tag_of_the_project(folder: Path) -> None:
    texts = " ".join(file.read_text() for file in folder.glob("bootstrap-*.json"))
    for action in ("CreateOpenIDConnectProvider", "CreatePolicy", "AttachRolePolicy", "UpdateAssumeRolePolicy"):
        assert f'"iam:{action}"' in texts
