"""Steps are run in order, what stands is taken down in every case, and the report says all of it."""

from __future__ import annotations

from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from modules.settings.faults import SettingsError
from tests.support.proof import ACCOUNT, context, step
from tools.emulator.launch import EmulatorError
from tools.errors import Interrupted, ToolError
from tools.prove import Context, Step, Unproven, prove


def shown(_context: Context) -> str:
    return f"seen in {ACCOUNT}"


def failing(error: BaseException) -> Any:
    def fail(_context: Context) -> NoReturn:
        raise error

    return fail


def denied() -> ClientError:
    return ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetThing")


FAULTS = [
    denied(),
    NoCredentialsError(),
    ToolError("refused"),
    SettingsError(()),
    EmulatorError("it does not answer"),
    HTTPException("not HTTP"),
    KeyError("Missing"),
    AttributeError("missing"),
    TimeoutError("late"),
]


def run(here: Context, *steps: Step) -> str:
    """Run the steps and return the report, however it ends."""
    with suppress(ToolError, KeyboardInterrupt):
        prove(here, steps, approve=lambda _what: None)
    return (here.paths.reports / "proof.md").read_text()


def verdicts(report: str) -> dict[str, str]:
    rows = [line.split(" | ") for line in report.splitlines() if line.startswith("| `")]
    return {row[0].strip("| `"): row[2].strip("*") for row in rows}


def test_without_a_yes_nothing_is_run(tmp_path: Path) -> None:
    def refuse(_what: str) -> None:
        raise ToolError("not approved")

    with pytest.raises(ToolError, match="not approved"):
        prove(context(tmp_path), [step("one", failing(AssertionError()))], approve=refuse)
    assert not (tmp_path / "build").exists()


def test_the_yes_is_asked_after_steps_time_and_cost_are_told(tmp_path: Path) -> None:
    here, said = context(tmp_path), []

    def approve(what: str) -> None:
        said.append(here.account.reporter.console.file.getvalue() + what)  # type: ignore[attr-defined]

    prove(here, [step("one", shown)], approve=approve)
    assert all(word in said[0] for word in ("that one works", "USD", "hours", "credentials", "us-west-2"))


def test_after_a_step_that_fails_the_others_are_run_and_the_command_fails(tmp_path: Path) -> None:
    steps = [step("one", failing(Unproven("it did not"))), step("two", shown)]
    with pytest.raises(ToolError, match="not shown: one"):
        prove(context(tmp_path), steps, approve=lambda _what: None)
    assert verdicts((tmp_path / "build" / "proof.md").read_text()) == {"one": "failed", "two": "shown"}


@pytest.mark.parametrize("error", FAULTS, ids=repr)
def test_whatever_goes_wrong_is_a_failure_of_the_step_and_all_is_cleaned_up(tmp_path: Path, error: Exception) -> None:
    undone: list[str] = []

    def begin(inner: Context) -> NoReturn:
        inner.later("queue", lambda: undone.append("queue"))
        raise error

    report = run(context(tmp_path), step("one", begin), step("destroy", shown, always=True))
    assert verdicts(report) == {"one": "failed", "destroy": "shown"}
    assert undone == ["queue"]


def test_after_a_needed_step_that_fails_only_what_cleans_up_is_run(tmp_path: Path) -> None:
    report = run(
        context(tmp_path),
        step("deploy", failing(Unproven("no")), needed=True),
        step("look", shown),
        step("destroy", shown, always=True),
    )
    assert verdicts(report) == {"deploy": "failed", "look": "not run", "destroy": "shown"}


def test_after_ctrl_c_what_stands_is_taken_down(tmp_path: Path) -> None:
    here, undone = context(tmp_path), []

    def begin(inner: Context) -> NoReturn:
        inner.later("queue", lambda: undone.append("queue"))
        raise KeyboardInterrupt

    steps = [step("one", begin), step("two", shown), step("destroy", shown, always=True)]
    with pytest.raises(Interrupted, match="nothing of it is left but the state backend"):
        prove(here, steps, approve=lambda _what: None)
    assert undone == ["queue"]
    report = (tmp_path / "build" / "proof.md").read_text()
    assert verdicts(report) == {"one": "not run", "two": "not run", "destroy": "shown"}


def test_a_second_ctrl_c_says_what_still_stands(tmp_path: Path) -> None:
    steps = [step("one", failing(KeyboardInterrupt())), step("destroy", failing(KeyboardInterrupt()), always=True)]
    with pytest.raises(Interrupted, match="may still stand: run `make prove-destroy`"):
        prove(context(tmp_path), steps, approve=lambda _what: None)
    assert verdicts((tmp_path / "build" / "proof.md").read_text())["destroy"] == "not run"


def test_what_was_made_last_goes_first_and_what_does_not_go_is_told(tmp_path: Path) -> None:
    undone: list[str] = []

    def make(inner: Context) -> str:
        inner.later("role", lambda: undone.append("role"))
        inner.later("table", failing_undo)
        inner.later("policy", lambda: undone.append("policy"))
        return "made"

    def failing_undo() -> NoReturn:
        raise denied()

    report = run(context(tmp_path), step("one", make))
    assert undone == ["policy", "role"]
    assert "- table: An error occurred (AccessDenied)" in report


def test_what_the_emulator_cannot_show_is_never_passed(tmp_path: Path) -> None:
    only = step("one", failing(AssertionError()), only_on_aws="nothing listens")
    report = run(context(tmp_path, on_emulator=True), only)
    assert verdicts(report) == {"one": "not shown here"}
    assert "nothing listens" in report


def test_the_report_holds_no_whole_account_id(tmp_path: Path) -> None:
    report = run(context(tmp_path), step("one", shown))
    assert ACCOUNT not in report
    assert "seen in …9012" in report
