import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError
from rich.console import Console
from support.region_sets import settings_of, write_settings

from tools.account import Account
from tools.console import Screen
from tools.errors import ToolError
from tools.paths import Paths
from tools.target import Target, ask_account
from tools.terraform.diagnostics import Diagnostic, describe
from tools.terraform.place import Place


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def account(tmp_path: Path, *, environ: dict[str, str] | None = None, answers: io.StringIO | None = None) -> Account:
    return Account(
        settings=tmp_path / "settings.yaml",
        build=tmp_path / "build",
        out=tmp_path / "out",
        environ=environ or {},
        screen=Screen(Console(file=io.StringIO())),
        answers=answers or io.StringIO(),
    )


def test_a_yes_on_a_terminal_goes_on(tmp_path: Path) -> None:
    account(tmp_path, answers=Terminal("yes\n"))._approve("deploy")


@pytest.mark.parametrize("answer", ["y\n", "\n", ""])
def test_anything_else_does_not(tmp_path: Path, answer: str) -> None:
    with pytest.raises(ToolError, match="not approved: deploy"):
        account(tmp_path, answers=Terminal(answer))._approve("deploy")


def test_without_a_terminal_the_variable_must_say_yes(tmp_path: Path) -> None:
    account(tmp_path, environ={"APPROVE": "yes"})._approve("deploy")
    with pytest.raises(ToolError, match="nobody is there to approve") as caught:
        account(tmp_path, environ={"APPROVE": "1"}, answers=io.StringIO("yes\n"))._approve("deploy")
    assert "APPROVE=yes" in (caught.value.advice or "")


def test_rejects_credentials_of_another_account_before_anything_else(tmp_path: Path) -> None:
    def clients(_service: str, _region: str) -> SimpleNamespace:
        return SimpleNamespace(get_caller_identity=lambda: {"Account": "222222222222"})

    write_settings(tmp_path, settings_of("eu-west-1", account_id="111111111111"))
    paths = Paths(settings=tmp_path / "settings.yaml", build=tmp_path / "build", out=tmp_path / "out")
    with pytest.raises(ToolError, match=r"222222222222.*111111111111"):
        Target.in_account(paths=paths, environ={}, clients=clients)


def test_missing_credentials_are_told_with_the_way_without_an_account() -> None:
    def clients(_service: str, _region: str) -> SimpleNamespace:
        def refuse() -> dict[str, Any]:
            raise NoCredentialsError

        return SimpleNamespace(get_caller_identity=refuse)

    with pytest.raises(ToolError, match="Unable to locate credentials") as caught:
        ask_account(clients, region="eu-west-1")
    assert "make demo" in (caught.value.advice or "")


def test_role_that_may_not_lock_or_read_the_password_is_told_of_plans_for_review() -> None:
    place = Place(directory=Path("platform"), log=Path("x.log"), local=False)
    for action in ("secretsmanager:GetSecretValue", "dynamodb:PutItem", "s3:PutObject"):
        detail = (
            f"User: arn:aws:sts::1:assumed-role/planner/x is not authorized to perform: {action} on r of the S3 bucket"
        )
        summary = "Error acquiring the state lock" if action != "secretsmanager:GetSecretValue" else "failed"
        _, advice = describe(diagnostics=[Diagnostic(summary=summary, detail=detail)], place=place, outlook="")
        assert "make plan-only" in str(advice)
