import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from modules.settings import load_settings
from tests.support.plans import targeting
from tests.support.region_sets import settings_of, write_settings
from tools.account import Account
from tools.console import Reporter
from tools.digest import of_file
from tools.errors import ToolError
from tools.paths import Paths
from tools.synth import Synthesis
from tools.target import Target
from tools.terraform.diagnostics import Diagnostic, describe
from tools.terraform.place import Place


def test_rejects_credentials_of_another_account_before_anything_else(tmp_path: Path) -> None:
    def clients(_service: str, _region: str) -> SimpleNamespace:
        return SimpleNamespace(get_caller_identity=lambda: {"Account": "222222222222"})

    write_settings(tmp_path, settings_of("eu-west-1", account_id="111111111111"))
    paths = Paths(settings=tmp_path / "settings.yaml", build=tmp_path / "build", out=tmp_path / "out")
    with pytest.raises(ToolError, match=r"222222222222.*111111111111"):
        Target.in_account(paths=paths, environ={}, clients=clients)


def test_role_that_may_not_lock_or_read_the_password_is_told_of_plans_for_review() -> None:
    place = Place(directory=Path("platform"), log=Path("x.log"), local=False)
    for action in ("secretsmanager:GetSecretValue", "dynamodb:PutItem", "s3:PutObject"):
        detail = (
            f"User: arn:aws:sts::1:assumed-role/planner/x is not authorized to perform: {action} on r of the S3 bucket"
        )
        summary = "Error acquiring the state lock" if action != "secretsmanager:GetSecretValue" else "failed"
        _, advice = describe(diagnostics=[Diagnostic(summary=summary, detail=detail)], place=place, outlook="")
        assert "make plan-only" in str(advice)


def test_every_question_says_whose_account_and_which_settings_it_is_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_settings(tmp_path, settings_of("eu-west-1", "us-east-1", environment_suffix="blue"))
    paths = Paths(settings=file, build=tmp_path / "build", out=tmp_path / "out")
    said = io.StringIO()
    account = Account(
        settings=paths.settings,
        build=paths.build,
        out=paths.out,
        environ={"APPROVE": "yes"},
        reporter=Reporter(Console(file=said, width=300)),
    )
    target = targeting(paths, settings=load_settings(file, {}), dark=())
    synthesis = Synthesis(settings=of_file(file), stacks={})
    monkeypatch.setattr("tools.account.replace", lambda one, **more: SimpleNamespace(**(vars(one) | more)))
    monkeypatch.setattr("tools.account.Target.in_account", lambda **_: target)
    monkeypatch.setattr("tools.account.synthesize", lambda *_, **__: synthesis)
    monkeypatch.setattr("tools.account.require_light", lambda *_: None)
    monkeypatch.setattr("tools.account.is_broken_off", lambda _: False)
    monkeypatch.setattr(
        "tools.account.Recovery", lambda _, *, approve, **__: SimpleNamespace(run=lambda: approve("go"))
    )
    account.recover()
    lines = said.getvalue().partition("go:\n")[2].splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["account", "settings", "environment", "regions"]
    assert str(file) in lines[1]
    assert "suffix blue" in lines[2]
    assert "eu-west-1, us-east-1" in lines[3]


def test_a_restore_drill_asks_about_an_account_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_settings(tmp_path, settings_of("eu-west-1", environment_suffix="blue"))
    paths = Paths(settings=file, build=tmp_path / "build", out=tmp_path / "out")
    said = io.StringIO()
    reporter = Reporter(Console(file=said, width=300))
    account = Account(settings=file, build=paths.build, out=paths.out, environ={"APPROVE": "yes"}, reporter=reporter)
    target = targeting(paths, settings=load_settings(file, {}), dark=())
    monkeypatch.setattr("tools.account.Target.in_account", lambda **_: target)
    monkeypatch.setattr("tools.account.require_light", lambda *_: None)
    monkeypatch.setattr("tools.account.restore_drill", lambda _, *, approve, **__: approve("try restores", ["  cost"]))
    account.restore_drill()
    lines = said.getvalue().partition("try restores:\n")[2].splitlines()
    assert [line.split()[0] for line in lines[:5]] == ["account", "settings", "environment", "regions", "cost"]


def test_nothing_is_destroyed_while_a_failover_has_left_two_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def two(*_: object, **__: object) -> None:
        raise ToolError("a failover has left secrets that Terraform cannot unite")

    account = Account(settings=tmp_path / "settings.yaml", build=tmp_path / "build", out=tmp_path / "out", environ={})
    monkeypatch.setattr(account, "_target", SimpleNamespace)
    monkeypatch.setattr(account, "_require_backend", lambda _: None)
    monkeypatch.setattr("tools.account.require_regions", lambda _: None)
    monkeypatch.setattr("tools.account.require_one_secret", two)
    monkeypatch.setattr("tools.account.take_down", lambda *_, **__: pytest.fail("one of them would stay"))
    with pytest.raises(ToolError, match="cannot unite"):
        account.destroy()
