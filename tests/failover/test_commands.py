"""`make failover`, `make failback` and `make region-status`, as people see them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from modules.areas.failover.runtime.advance import STEPS, advance
from modules.areas.failover.runtime.keeper import keep
from tests.failover.aws import HOME, SOUTH, WEST, FakeAws, arn, error, platform
from tests.support.region_sets import ONE, THREE, settings_of, write_settings
from tools import failover as command
from tools.console import Reporter
from tools.errors import ToolError
from tools.failover import Failovers


class Client:
    """A boto3 client of the regions in memory."""

    def __init__(self, aws: FakeAws, service: str, region: str) -> None:
        self._aws, self._service, self._region = aws, service, region

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **arguments: self._aws.ask(self._service, self._region, operation, **arguments)


class People:
    """Whoever types commands, and what they read."""

    def __init__(self, aws: FakeAws, file: Path) -> None:
        self.aws, self.file, self.text = aws, file, io.StringIO()

    def type(self, name: str, **environ: str) -> str:
        self.text.truncate(0)
        self.text.seek(0)
        failovers = Failovers(
            file=self.file,
            make=lambda service, region_name, config: Client(self.aws, service, region_name),  # noqa: ARG005
            environ=environ,
            reporter=Reporter(Console(file=self.text, width=200)),
            sleep=self._wait,
        )
        getattr(failovers, name)()
        return self.text.getvalue()

    def _wait(self, seconds: float) -> None:
        """Meanwhile the state machines do a step each."""
        self.aws.pass_time(seconds)
        for region, here in self.aws.regions.items():
            for event in here["started"].values():
                if region not in self.aws.dark:
                    advance(event["request"], self.aws.world())


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    aws = FakeAws()
    for region in (HOME, WEST, SOUTH):
        keep(region, aws.world())
    world = Failovers.world

    def with_time(*arguments: Any, **more: Any) -> Any:
        found, by = world(*arguments, **more)
        return command.World(platform=found.platform, aws=found.aws, account=found.account, now=lambda: aws.now), by

    monkeypatch.setattr(Failovers, "world", with_time)
    monkeypatch.setattr(command, "describe", lambda _: platform())
    return People(aws, write_settings(tmp_path, settings_of(*THREE)))


def lose_home(people: People) -> None:
    people.aws.go_dark(HOME)
    people.aws.pass_time(60)
    keep(WEST, people.aws.world())


@pytest.mark.parametrize("driver", ["machine", "here"])
def test_a_failover_tells_each_step_and_how_things_stand(people: People, driver: str) -> None:
    lose_home(people)
    text = people.type("fail_over", REGION=WEST, DRIVER=driver)
    places = [text.index(f" {step.__name__} ") for step in STEPS]
    assert places == sorted(places)
    assert "is: the writer is main-us-west-2.rds in us-west-2" in text
    assert (
        "write into the settings: database.instances: {us-west-2: {role: writer}, us-east-1: {role: detached}}" in text
    )
    assert people.aws.hosts()[WEST] == {"main-us-west-2"}
    # By the one that asked, whose name AWS knows.
    assert "by arn:aws:sts::123456789012:assumed-role/on-call/me" in text


@pytest.mark.parametrize("driver", ["machine", "here"])
def test_a_refusal_says_why_and_what_else(people: People, driver: str) -> None:
    with pytest.raises(ToolError, match="answers and is available") as refused:
        people.type("fail_over", REGION=WEST, DRIVER=driver)
    assert driver == "machine" or "PLANNED=1" in str(refused.value.advice)


def test_planned_is_told_while_it_waits(people: People) -> None:
    text = people.type("fail_over", REGION=WEST, PLANNED="1", DRIVER="here")
    assert "waits: the replica has not replayed everything yet" in text
    assert "nothing that was committed is lost" in text


@pytest.mark.parametrize("driver", ["machine", "here"])
def test_dry_run_tells_and_changes_nothing(people: People, driver: str) -> None:
    lose_home(people)
    before = people.aws.picture()
    text = people.type("fail_over", REGION=WEST, DRY_RUN="1", DRIVER=driver)
    assert "dry run: nothing is changed" in text
    assert "loss_seconds" in text
    assert "would do: hold, fence, drain, promote" in text
    assert people.aws.picture() == before
    assert not people.aws.regions[WEST]["started"]


def test_a_machine_that_is_ill_is_driven_from_here(people: People) -> None:
    lose_home(people)
    people.aws.ill = {("stepfunctions", WEST), ("lambda", WEST)}
    assert "dry run" in people.type("fail_over", REGION=WEST, DRY_RUN="1")
    with pytest.raises(ToolError) as ill:
        people.type("fail_over", REGION=WEST)
    assert "DRIVER=here" in str(ill.value.advice)
    assert "the writer is main-us-west-2.rds" in people.type("fail_over", REGION=WEST, DRIVER="here")


def test_the_same_command_again_goes_on(people: People) -> None:
    lose_home(people)
    people.aws.refuses[WEST, "promote_read_replica"] = "InternalError"
    with pytest.raises(type(error("x"))):
        people.type("fail_over", REGION=WEST, DRIVER="here")
    people.aws.refuses.clear()
    text = people.type("fail_over", REGION=WEST, DRIVER="here")
    assert " hold " not in text
    assert "the writer is main-us-west-2.rds" in text


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "which region"),
        ({"REGION": "eu-west-1"}, "eu-west-1 is not a region of"),
        ({"REGION": WEST, "DRIVER": "me"}, "DRIVER is me"),
    ],
)
def test_a_wrong_command_is_refused(people: People, environ: dict[str, str], message: str) -> None:
    with pytest.raises(ToolError, match=message):
        people.type("fail_over", **environ)


def test_a_single_region_has_no_failover(people: People, tmp_path: Path) -> None:
    people.file = write_settings(tmp_path, settings_of(*ONE))
    with pytest.raises(ToolError, match="has no failover"):
        people.type("status")


def test_another_account_is_refused(people: People, tmp_path: Path) -> None:
    people.file = write_settings(tmp_path, settings_of(*THREE) | {"account_id": "999999999999"})
    with pytest.raises(ToolError, match="belong to account 123456789012"):
        people.type("fail_over", REGION=WEST)


def test_status_while_home_is_dark(people: People) -> None:
    text = people.type("status")
    assert text.count("available, replica of us-east-1") == 2
    assert "available, standalone" in text
    assert "primary, rotation on" in text
    assert "copy of us-east-1" in text
    lose_home(people)
    text = people.type("status")
    assert "rds in us-east-1 does not answer; last seen by a keeper" in text
    people.type("fail_over", REGION=WEST, DRIVER="here")
    text = people.type("status")
    assert "out of DNS since" in text
    assert "is: the writer is main-us-west-2.rds in us-west-2" in text


def test_failback_lets_a_region_back_when_it_is_a_replica_again(people: People) -> None:
    lose_home(people)
    people.type("fail_over", REGION=WEST, DRIVER="here")
    with pytest.raises(ToolError, match="does not answer"):
        people.type("let_back", REGION=HOME)
    people.aws.come_back(HOME)
    with pytest.raises(ToolError, match="stands alone"):
        people.type("let_back", REGION=HOME)
    people.aws.regions[HOME]["instance"] = {"status": "available", "source": arn(WEST), "busy": 0}
    assert "us-east-1 is back" in people.type("let_back", REGION=HOME)
    assert people.aws.held(HOME) == 0
