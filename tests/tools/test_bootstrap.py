"""Decisions of the bootstrap, with a Terraform that only notes what it is told."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from modules.settings import load_settings
from tests.support.region_sets import settings_of, write_settings
from tools.bootstrap import bootstrap
from tools.errors import ToolError
from tools.paths import Paths
from tools.target import Target

STATE = {"lineage": "l", "serial": 3, "resources": [{"type": "aws_s3_bucket"}], "outputs": {}}
MOVED = STATE | {"lineage": "m", "serial": 1}


class Account:
    """A bucket, and a Terraform that notes its calls and may break off after any of them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.stored: dict[str, Any] | None = None
        self.calls: list[str] = []
        self.breaks_off_after = ""
        self.gone: list[str] = []
        self.loses_the_state = False
        self.shown = 0
        self.has_lock_table = True
        self.told: list[str] = []

    def describe_table(self, *, TableName: str) -> None:  # noqa: N803 - as boto3 has it
        assert TableName == "PROD-dynamodb-test-state-lock-eu-west-1"
        if not self.has_lock_table:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "DescribeTable")

    def note(self, call: str) -> None:
        self.calls.append(call)
        if call == self.breaks_off_after:
            raise KeyboardInterrupt

    def init(self, backend_arguments: Sequence[str] = ()) -> None:
        assert (self.directory / "backend_override.tf.json").exists() == (not backend_arguments)
        self.told = [*backend_arguments]
        self.note("init bucket" if backend_arguments else "init local")

    def plan(self, out: Path, *, destroy: bool = False, refresh: bool = True, only: Sequence[str] = ()) -> bool:
        assert out.parent == self.directory
        assert not destroy
        assert refresh
        assert not only
        out.write_text("a plan")
        self.note("plan")
        return (self.stored is None and not (self.directory / "terraform.tfstate").exists()) or bool(self.gone)

    def show(self, plan: Path, *, to: Path) -> dict[str, Any]:
        assert plan.suffix == ".tfplan"
        self.shown += 1
        to.write_text("{}")
        changes = [{"address": each, "mode": "managed", "change": {"actions": ["delete"]}} for each in self.gone]
        return {"resource_changes": changes}

    def apply(self, plan: Path) -> int:
        assert plan.suffix == ".tfplan"
        (self.directory / "terraform.tfstate").write_text(json.dumps(STATE))
        self.note("apply")
        return 7

    def log(self, command: str) -> Path:
        return self.directory / f"{command}.log"

    def migrate(self, backend_arguments: Sequence[str] = ()) -> None:
        assert not (self.directory / "backend_override.tf.json").exists()
        assert backend_arguments == ["-backend-config=bucket=prod-s3-test-state-123456789012-eu-west-1"]
        if not self.loses_the_state:
            self.stored = MOVED
        self.note("migrate")


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path / "build/state-backend")


@pytest.fixture
def target(tmp_path: Path, account: Account) -> Target:
    class Faked(Target):
        def terraform(self, stack: str) -> Any:
            assert stack == "state-backend"
            return account

        def state(self, stack: str) -> dict[str, Any] | None:
            assert stack == "state-backend"
            return account.stored

    write_settings(tmp_path, settings_of("eu-west-1"))
    source = tmp_path / "out/stacks/state-backend"
    source.mkdir(parents=True)
    (source / "cdk.tf.json").write_text("{}")
    return Faked(
        paths=Paths(settings=tmp_path / "settings.yaml", build=tmp_path / "build", out=tmp_path / "out"),
        settings=load_settings(tmp_path / "settings.yaml", {}),
        environment={},
        clients=lambda _service, _region: account,
        account_id="123456789012",
        local=False,
    )


def test_the_first_run_applies_with_local_state_and_moves_it(target: Target, account: Account) -> None:
    assert bootstrap(target) == 7
    assert account.calls == ["init local", "plan", "apply", "migrate"]
    assert not (account.directory / "terraform.tfstate").exists()


def test_a_second_run_changes_nothing(target: Target, account: Account) -> None:
    bootstrap(target)
    account.calls.clear()
    assert bootstrap(target) == 0
    assert account.calls == ["init bucket", "plan"]
    # A plan of nothing is not worth another start of Terraform, and nothing of it is left.
    assert account.shown == 1
    assert not [path for path in account.directory.iterdir() if "plan" in path.name]


def test_a_new_home_region_has_no_lock_table_until_it_is_made(target: Target, account: Account) -> None:
    bootstrap(target)
    account.has_lock_table = False
    bootstrap(target)
    assert account.told[-1] == "-backend-config=dynamodb_table="
    account.has_lock_table = True
    bootstrap(target)
    assert len(account.told) == 1


@pytest.mark.parametrize("call", ["init local", "plan", "apply", "migrate"])
def test_a_run_that_is_broken_off_is_gone_on_with(target: Target, account: Account, call: str) -> None:
    account.breaks_off_after = call
    with pytest.raises(KeyboardInterrupt):
        bootstrap(target)
    account.breaks_off_after = ""
    account.calls.clear()
    bootstrap(target)
    assert account.stored == MOVED
    assert ("apply" in account.calls) == (call in {"init local", "plan"})
    assert not (account.directory / "terraform.tfstate").exists()


def test_local_state_stays_until_the_bucket_is_seen_to_hold_it(target: Target, account: Account) -> None:
    account.loses_the_state = True
    with pytest.raises(ToolError, match="did not arrive"):
        bootstrap(target)
    assert (account.directory / "terraform.tfstate").exists()


def test_rejects_local_state_that_is_not_what_the_bucket_holds(target: Target, account: Account) -> None:
    account.stored = STATE | {"resources": []}
    account.directory.mkdir(parents=True)
    (account.directory / "terraform.tfstate").write_text(json.dumps(STATE))
    with pytest.raises(ToolError, match="is not the one that is left"):
        bootstrap(target)
    assert account.calls == []
    assert (account.directory / "terraform.tfstate").exists()


def test_rejects_a_plan_that_destroys_part_of_the_backend(target: Target, account: Account) -> None:
    account.stored = MOVED
    account.gone = ["aws_s3_bucket.state"]
    with pytest.raises(ToolError, match=r"aws_s3_bucket\.state"):
        bootstrap(target)
    assert account.calls == ["init bucket", "plan"]


OF_GITHUB = ["aws_iam_role.eu-west-1_github_planner_1A", "aws_iam_openid_connect_provider.eu-west-1_github_provider_2B"]


def test_the_roles_of_github_go_with_the_setting(target: Target, account: Account) -> None:
    account.stored, account.gone = MOVED, OF_GITHUB
    bootstrap(target)
    assert account.calls == ["init bucket", "plan", "apply"]


def test_the_provider_that_roles_of_github_use_stays(target: Target, account: Account) -> None:
    account.stored, account.gone = MOVED, OF_GITHUB
    github = target.settings.delivery.github.model_copy(update={"repository": "octo-org/platform"})
    delivery = target.settings.delivery.model_copy(update={"github": github})
    used = replace(target, settings=target.settings.model_copy(update={"delivery": delivery}))
    with pytest.raises(ToolError, match=r"part of the state backend: aws_iam_openid_connect_provider\.") as caught:
        bootstrap(used)
    assert OF_GITHUB[0] not in caught.value.message
    assert account.calls == ["init bucket", "plan"]


def test_the_bucket_is_named_to_terraform_only_where_the_output_does_not_name_it(target: Target) -> None:
    assert target.backend_arguments() == ["-backend-config=bucket=prod-s3-test-state-123456789012-eu-west-1"]
    known = target.settings.model_copy(update={"account_id": "123456789012"})
    fields = {name: getattr(target, name) for name in ("paths", "environment", "clients", "account_id", "local")}
    assert Target(settings=known, **fields).backend_arguments() == []
