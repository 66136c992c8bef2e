"""The question, and who may answer it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.support.plans import targeting
from tools.approval import approve, summary
from tools.console import Reporter
from tools.errors import ToolError
from tools.paths import Paths
from tools.synth import Synthesis

PATHS = Paths(settings=Path("/settings.yaml"), build=Path("/build"), out=Path("/out"))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def ask(
    answers: io.StringIO, *, about: tuple[str, ...] = (), environ: Mapping[str, str] | None = None, console: Any = None
) -> None:
    reporter = Reporter(Console(file=console or io.StringIO()))
    approve("deploy", about=about, environ=environ or {}, answers=answers, reporter=reporter)


def change(kind: str, *actions: str) -> dict[str, Any]:
    return {"address": f"{kind}.main", "type": kind, "mode": "managed", "change": {"actions": [*actions]}}


def test_a_yes_on_a_terminal_goes_on() -> None:
    ask(Terminal("yes\n"))


@pytest.mark.parametrize("answer", ["y\n", "\n", ""])
def test_anything_else_does_not(answer: str) -> None:
    with pytest.raises(ToolError, match="not approved: deploy"):
        ask(Terminal(answer))


def test_without_a_terminal_the_variable_must_say_yes() -> None:
    ask(io.StringIO(), environ={"APPROVE": "yes"})
    with pytest.raises(ToolError, match="nobody is there to approve") as caught:
        ask(io.StringIO("yes\n"), environ={"APPROVE": "1"})
    assert "APPROVE=yes" in (caught.value.advice or "")


@pytest.mark.parametrize(
    ("answers", "environ"), [(Terminal("no\n"), {}), (io.StringIO(), {}), (io.StringIO(), {"APPROVE": "yes"})]
)
def test_what_it_is_about_is_told_whoever_answers(answers: io.StringIO, environ: dict[str, str]) -> None:
    told = io.StringIO()
    try:
        ask(answers, about=("  account      123456789012",), environ=environ, console=told)
    except ToolError:
        assert "APPROVE" not in environ
    assert told.getvalue().startswith("deploy:\n  account      123456789012\n")


def test_summary_names_account_settings_copy_regions_and_counts() -> None:
    target = targeting(PATHS, synthesis=Synthesis(settings="ab" * 32, stacks={}))
    plan = {"resource_changes": [change("aws_lb", "create"), change("aws_vpc", "update"), change("aws_eip", "delete")]}
    assert summary(target, plan) == [
        "  account      123456789012",
        "  settings     /settings.yaml (sha256 abababababab…)",
        "  environment  PROD, suffix test",
        "  regions      eu-west-1",
        "  changes      1 to add, 1 to change, 1 to destroy",
        '  chosen       one region, and no copy of data in another (regions: ["eu-west-1"])',
        "  dangers      none of those that are looked for: docs/aws.md",
    ]


def test_summary_marks_what_is_dangerous_and_counts_replacements() -> None:
    plan = {"resource_changes": [change("aws_db_instance", "delete", "create"), change("aws_s3_bucket", "delete")]}
    *_, counts, _, first, second = summary(targeting(PATHS), plan)
    assert (
        counts
        == "  changes      1 to add, 0 to change, 2 to destroy; 1 of them replaced, which counts as added and destroyed"
    )
    assert first == "! data         destroyed: 1 aws_s3_bucket: aws_s3_bucket.main"
    assert second == "!              replaced: 1 aws_db_instance: aws_db_instance.main"


def test_summary_says_where_it_goes_when_that_is_not_aws() -> None:
    target = targeting(PATHS, environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    account, *_ = summary(target, {})
    assert account == "  account      123456789012 at http://127.0.0.1:1, which is not AWS"
