"""When the preflight runs by itself, and what comes of what it finds."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tests.support.plans import saved
from tools import __main__ as command_line
from tools.account import Account
from tools.console import Reporter
from tools.errors import ToolError
from tools.preflight import Finding, Report, Severity

WARNS = Finding(severity=Severity.WARNS, region="account", what="it is odd", advice="look", check="roles")
STOPS = Finding(severity=Severity.STOPS, region="account", what="it is taken", advice="leave it", check="names")
BACKEND = frozenset({"names"})


class Prepared(Account):
    """An account whose preflight comes to a given report, and that notes what is done after it."""

    def __init__(
        self, tmp_path: Path, *findings: Finding, for_backend: frozenset[str] = frozenset(), **environ: str
    ) -> None:
        self.out = io.StringIO()
        super().__init__(
            settings=tmp_path / "s.yaml",
            build=tmp_path / "build",
            out=tmp_path / "out",
            environ=environ,
            reporter=Reporter(Console(file=self.out)),
        )
        self.report = Report(checks=3, findings=findings, for_backend=for_backend)
        self.done: list[str] = []

    def _target(self, **_: Any) -> Any:
        delivery = SimpleNamespace(github=SimpleNamespace(repository=""))
        return SimpleNamespace(has_backend=lambda: True, bucket="bucket", settings=SimpleNamespace(delivery=delivery))

    def _look(self, _target: Any) -> Report:
        self.done.append("preflight")
        return self.report

    def _plan(self, _target: Any) -> Any:
        self.done.append("plan")
        return saved(self.paths.build, changed=False)


@pytest.fixture
def notes_bootstrap(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the bootstrap does, in order."""
    done: list[str] = []
    monkeypatch.setattr("tools.account.make_roles", lambda _target, **_more: done.append("roles"))
    monkeypatch.setattr("tools.account.look_at_regions", lambda _target: [])
    monkeypatch.setattr("tools.account.bootstrap", lambda _target: done.append("backend"))
    return done


def test_a_deployment_ends_before_its_plan_if_something_stops_it(tmp_path: Path) -> None:
    account = Prepared(tmp_path, STOPS, WARNS)
    with pytest.raises(ToolError, match="1 finding of the preflight would stop a deployment") as caught:
        account.deploy()
    assert account.done == ["preflight"]
    assert "it is taken" in account.out.getvalue()
    assert "make preflight" in (caught.value.advice or "")


def test_a_deployment_goes_on_with_warnings(tmp_path: Path) -> None:
    account = Prepared(tmp_path, WARNS)
    account.deploy()
    assert account.done == ["preflight", "plan"]
    assert "it is odd" in account.out.getvalue()


def test_a_plan_goes_on_whatever_is_found(tmp_path: Path) -> None:
    account = Prepared(tmp_path, STOPS)
    account.plan()
    assert account.done == ["preflight", "plan"]
    assert "it is taken" in account.out.getvalue()


def test_nothing_is_looked_at_if_the_environment_says_so(tmp_path: Path) -> None:
    account = Prepared(tmp_path, STOPS, PREFLIGHT="no")
    account.deploy()
    assert account.done == ["plan"]
    assert "PREFLIGHT=no" in account.out.getvalue()


@pytest.mark.parametrize(("for_backend", "goes_on"), [(frozenset(), True), (BACKEND, False)])
def test_bootstrap_is_ended_only_by_what_the_backend_needs(
    tmp_path: Path, notes_bootstrap: list[str], *, for_backend: frozenset[str], goes_on: bool
) -> None:
    account = Prepared(tmp_path, STOPS, for_backend=for_backend)
    if goes_on:
        account.bootstrap()
    else:
        with pytest.raises(ToolError, match="would stop the state backend"):
            account.bootstrap()
    assert notes_bootstrap == (["roles", "backend"] if goes_on else [])


def test_roles_are_made_before_the_backend_without_a_look_as_well(tmp_path: Path, notes_bootstrap: list[str]) -> None:
    Prepared(tmp_path, PREFLIGHT="no").bootstrap()
    assert notes_bootstrap == ["roles", "backend"]


@pytest.mark.parametrize(("findings", "code"), [((STOPS, WARNS), 1), ((WARNS,), 0), ((), 0)])
def test_json_has_standard_output_to_itself_and_the_exit_code_says_whether_something_stops(
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    findings: tuple[Finding, ...],
    code: int,
) -> None:
    account = Prepared(tmp_path, *findings)
    monkeypatch.setattr(command_line, "commands", lambda: {"preflight": ("looks", account.preflight)})
    monkeypatch.setattr(command_line, "raise_on_signals", lambda: None)
    assert command_line.main(["preflight", "--json"]) == code
    out = capsys.readouterr().out
    assert [one["what"] for one in json.loads(out)] == [one.what for one in findings]
    assert account.out.getvalue() == ""


def test_no_other_command_takes_json() -> None:
    with pytest.raises(SystemExit):
        command_line.main(["plan", "--json"])
