"""How a drill tells what it has seen, and what is not as it should be."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from tools.console import Reporter
from tools.drill.context import Drill
from tools.drill.picture import differences
from tools.drill.run import HOME, SURVIVOR, local_platform_in, play, sentence, show
from tools.drill.sequence import STEPS
from tools.drill.step import Step
from tools.drill.timeline import Timeline
from tools.errors import ToolError


class Nowhere:
    """An emulator that nobody asks."""

    account_id = "123456789012"

    def client(self, service: str, region: str) -> Any:
        raise AssertionError((service, region))


@pytest.fixture
def drill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drill:
    text = io.StringIO()
    local = local_platform_in(tmp_path, environ={}, reporter=Reporter(Console(file=text, width=100)))
    seconds = iter(range(1000))
    begun = Drill(
        local=local,
        emulator=Nowhere(),  # type: ignore[arg-type]
        target=None,  # type: ignore[arg-type]
        home=HOME,
        survivor=SURVIVOR,
        timeline=Timeline(clock=lambda: next(seconds)),
    )
    begun.noted["text"] = text
    monkeypatch.setattr(Drill, "type", lambda self, command: self.reporter.say(f"    | {command} of all"))
    return begun


def fails(drill: Drill) -> str:
    drill.expect("the DNS answer", "us-east-1", expected="us-west-2")
    return "not come to"


def is_refused(_: Drill) -> str:
    raise ToolError("no failover: the journal does not answer")


def is_denied(_: Drill) -> str:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeSecret")


def test_what_is_not_as_expected_ends_it_with_all_that_is_known(drill: Drill) -> None:
    steps = [
        Step(name="region lost", run=lambda _: "us-east-1 [dark]"),
        Step(name="DNS leads away", run=fails),
        Step(name="failover", run=lambda _: "never"),
    ]
    with pytest.raises(ToolError) as failed:
        play(drill, steps)
    assert failed.value.message == (
        "the drill has failed at 'DNS leads away': the DNS answer: expected us-west-2, seen us-east-1"
    )
    assert "emulator" in str(failed.value.advice)
    text = drill.noted["text"].getvalue()
    assert "us-east-1 [dark]" in text.split("seconds")[1]
    assert "FAILED" in text
    assert "what stands (no region is dark):\n    | status of all" in text
    assert "never" not in text


@pytest.mark.parametrize(
    ("run", "why"),
    [(is_refused, "no failover: the journal does not answer"), (is_denied, "AccessDenied")],
)
def test_what_a_command_or_aws_refuses_ends_it_too(drill: Drill, run: Any, why: str) -> None:
    with pytest.raises(ToolError, match=why):
        play(drill, [Step(name="failover", run=run)])


def test_each_step_is_followed_by_who_looks_closer(drill: Drill) -> None:
    seen: list[str] = []
    names = ["region lost", "failover", "region back", "planned switch back", "as it was"]
    steps = [Step(name=name, run=lambda _: "yes") for name in names]
    play(drill, steps, after=lambda step: seen.append(step.name))
    assert seen == names
    show(drill)
    assert "us-east-1 is lost, us-west-2 takes over" in drill.noted["text"].getvalue()
    assert sentence(drill).startswith("us-east-1 was lost at 1 s, and us-west-2 had the writer at 2 s; us-east-1 came")


def test_steps_have_names_of_their_own() -> None:
    names = [step.name for step in STEPS]
    assert sorted(names) == sorted(set(names))
    assert all(step.run.__doc__ for step in STEPS)


def test_what_has_not_happened_has_no_time() -> None:
    with pytest.raises(LookupError, match="failover"):
        Timeline().at("failover")


def test_differences_are_told_in_words() -> None:
    before = {("us-east-1", "acl", "acl-1"): "[]", ("us-west-2", "group", "web"): "2"}
    after = {("us-east-1", "acl", "acl-1"): "[deny]", ("us-west-2", "group", "web"): "2", ("x", "queue"): "1"}
    assert differences(before, before) == []
    assert differences(before, after) == ["us-east-1 acl acl-1: [] -> [deny]", "x queue: not there -> 1"]
