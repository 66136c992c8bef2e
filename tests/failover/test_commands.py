"""`make failover` and `make region-status`, as people see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from modules.areas.failover.runtime.advance import STEPS
from tests.failover.aws import WEST, error
from tests.failover.people import People, new_people
from tests.support.region_sets import ONE, THREE, settings_of, write_settings
from tools.errors import ToolError


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    return new_people(tmp_path, monkeypatch)


@pytest.mark.parametrize("driver", ["machine", "here"])
def test_a_failover_tells_each_step_and_how_things_stand(people: People, driver: str) -> None:
    people.lose_home()
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
    people.lose_home()
    before = people.aws.picture()
    text = people.type("fail_over", REGION=WEST, DRY_RUN="1", DRIVER=driver)
    assert "dry run: nothing is changed" in text
    assert "loss_seconds" in text
    assert "would do: hold, fence, drain, promote" in text
    assert people.aws.picture() == before
    assert not people.aws.regions[WEST]["started"]


def test_a_machine_that_is_ill_is_driven_from_here(people: People) -> None:
    people.lose_home()
    people.aws.ill = {("stepfunctions", WEST), ("lambda", WEST)}
    assert "dry run" in people.type("fail_over", REGION=WEST, DRY_RUN="1")
    with pytest.raises(ToolError) as ill:
        people.type("fail_over", REGION=WEST)
    assert "DRIVER=here" in str(ill.value.advice)
    assert "the writer is main-us-west-2.rds" in people.type("fail_over", REGION=WEST, DRIVER="here")


def test_the_same_command_again_goes_on(people: People) -> None:
    people.lose_home()
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
    people.lose_home()
    text = people.type("status")
    assert "rds in us-east-1 does not answer; last seen by a keeper" in text
    people.type("fail_over", REGION=WEST, DRIVER="here")
    text = people.type("status")
    assert "out of DNS since" in text
    assert "is: the writer is main-us-west-2.rds in us-west-2" in text
