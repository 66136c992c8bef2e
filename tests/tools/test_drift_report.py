"""A look for drift told in words, as JSON and as Markdown, and what the command ends with."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from tests.support.drift import OURS, Made, report
from tools import __main__ as command_line
from tools.console import Reporter
from tools.drift import told_if_unknown
from tools.drift.report import CODES
from tools.errors import ToolError
from tools.paths import Paths


@pytest.fixture
def made() -> Made:
    return Made()


def test_what_matters_is_on_top_and_the_rest_below_by_place(made: Made) -> None:
    made.drifted("aws_lb.b", {"idle_timeout": 60}, {"idle_timeout": 61}, put_back=["idle_timeout"])
    made.drifted(
        "aws_db_instance.a",
        {"deletion_protection": True},
        {"deletion_protection": False},
        put_back=["deletion_protection"],
    )
    told = report(made.compare())
    assert [*told.lines()] == [
        f"drift of PROD main in account {OURS}, 2026-11-30T12:00:00Z: 2 resources changed by hand, 1 of them matters",
        "! encryption, protection or the block of public access is off",
        "!   us-east-1, network: aws_db_instance.a",
        "!     deletion_protection: true -> false",
        "us-east-1, network",
        "  aws_lb.b",
        "    idle_timeout: 60 -> 61",
    ]
    assert (told.outcome, CODES[told.outcome]) == ("drift", 2)
    content = json.loads(told.as_json())
    assert [each["matters"] for each in content["drift"]] == [True, False]


def test_markdown_holds_what_anybody_writes(made: Made) -> None:
    made.drifted("aws_lb.b", {"name": "a"}, {"name": "<b>|x"}, put_back=["name"])
    assert '| name: "a" -> "&lt;b>\\|x" |' in report(made.compare()).as_markdown()


def test_tags_and_subnets_of_a_network_acl_are_no_rules(made: Made) -> None:
    made.drifted(
        "aws_network_acl.a",
        {"subnet_ids": ["a", "b"], "tags": {"A": "b"}},
        {"subnet_ids": ["a"], "tags": {"A": "c"}},
        put_back=["subnet_ids", "tags"],
    )
    assert made.only().changes == ('subnet_ids: - "b"', 'tags: {"A": "b"} -> {"A": "c"}')


def test_nobody_takes_an_older_look_for_this_one(tmp_path: Path) -> None:
    paths = Paths(settings=tmp_path / "s.yaml", build=tmp_path / "build" / "aws", out=tmp_path / "out")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "drift.md").write_text("old")
    with pytest.raises(ToolError), told_if_unknown(paths):
        raise ToolError("no region answers")
    content = json.loads((tmp_path / "build" / "drift.json").read_text())
    assert (content["outcome"], content["error"]) == ("unknown", "no region answers")
    assert not (tmp_path / "build" / "drift.md").exists()


@pytest.mark.parametrize("code", [0, 2])
def test_the_command_ends_with_what_it_has_found(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    ended = 0
    monkeypatch.setattr(command_line.LocalPlatform, "drift", lambda _: code)
    monkeypatch.setattr(command_line, "raise_on_signals", lambda: None)
    try:
        ended = command_line.main(["local-drift"])
    except SystemExit as end:
        ended = int(str(end.code))
    assert ended == code


def test_names_that_look_like_emoji_are_printed_as_they_are() -> None:
    text = io.StringIO()
    Reporter(Console(file=text)).say("arn:aws:secretsmanager:us-east-1:1:secret:a")
    assert text.getvalue() == "arn:aws:secretsmanager:us-east-1:1:secret:a\n"
