"""`make failover` and `make region-status`, as people see them."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.config import Config

from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.advance import STEPS
from modules.areas.failover.runtime.clients import FAR
from modules.areas.failover.runtime.world import World
from tests.failover.aws import HOME, WEST, error
from tests.failover.people import Client, People, new_people
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


def test_a_machine_that_breaks_off_is_no_refusal(people: People) -> None:
    """The region is held already: whoever reads that there was no failover would go away."""
    people.lose_home()
    people.aws.refuses[WEST, "promote_read_replica"] = "AccessDenied"
    with pytest.raises(ToolError) as broken:
        people.type("fail_over", REGION=WEST)
    assert "failover" in str(broken.value)
    assert "no failover" not in str(broken.value)
    assert "AccessDenied" in str(broken.value)
    assert "is running: An error occurred" in str(broken.value)
    assert "the same command goes on" in str(broken.value.advice)
    people.aws.refuses.clear()
    assert "the writer is main-us-west-2.rds" in people.type("fail_over", REGION=WEST)


def test_what_the_machine_waits_for_is_told(people: People) -> None:
    people.lose_home()
    people.aws.regions[WEST]["instance"]["status"] = "backing-up"
    people.after = lambda: people.aws.regions[WEST]["instance"].update(status="available")
    text = people.type("fail_over", REGION=WEST)
    assert text.count("waits: promote: the replica is backing-up") == 1


def test_a_dry_run_that_cannot_look_says_so(people: People) -> None:
    people.lose_home()
    people.aws.ill = {("cloudwatch", WEST)}
    with pytest.raises(ToolError, match="nobody knows what would be lost"):
        people.type("fail_over", REGION=WEST, DRY_RUN="1")


def test_the_region_that_was_left_is_not_said_to_have_the_writer(people: People) -> None:
    people.fail_over()
    with pytest.raises(ToolError, match="and is held out of DNS") as refused:
        people.type("fail_over", REGION=HOME, PLANNED="1", DRIVER="here")
    assert f"make failback REGION={HOME}" in str(refused.value.advice)


def test_a_region_without_an_instance_is_refused(people: People) -> None:
    people.lose_home()
    people.aws.regions[WEST]["instance"] = None
    with pytest.raises(ToolError, match="there is no instance in us-west-2"):
        people.type("fail_over", REGION=WEST, DRIVER="here")


def test_status_waits_for_no_region_longer_than_for_others(people: People) -> None:
    """The home region may be the one that hangs."""
    configs: list[Config] = []

    def make(service: str, *, region_name: str, config: Config) -> Client:
        configs.append(config)
        return Client(people.aws, service, region_name)

    failovers = people._failovers({})
    failovers.make = make
    failovers.status()
    assert configs
    assert all(config is FAR for config in configs)


def test_status_does_not_know_what_a_dark_journal_has(people: People) -> None:
    assert people.type("status").count("held         no") == 3
    people.aws.go_dark(WEST)
    text = people.type("status")
    assert f"held         unknown: its journal is in {WEST}, which does not answer" in text


def test_release_is_refused_while_the_journal_is_dark(people: People) -> None:
    people.fail_over()
    people.aws.go_dark(WEST)
    with pytest.raises(ToolError, match=f"{HOME} .* {WEST} does not answer"):
        people.type("let_back", REGION=HOME)


def test_release_while_the_database_is_rebuilt_is_refused(people: People) -> None:
    people.fail_over()
    people.aws.regions[HOME]["instance"] = None
    with pytest.raises(ToolError, match="there is no instance in us-east-1"):
        people.type("let_back", REGION=HOME)


def test_release_beside_a_keeper_that_writes_is_repeated(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    people.fail_over()
    save = journal.save

    def late(world: World, run: journal.Run) -> journal.Run:
        monkeypatch.setattr(journal, "save", save)
        save(world, run.did("spread", run.steps["spread"]))
        return save(world, run)

    monkeypatch.setattr(journal, "save", late)
    assert "is back" in people.type("let_back", REGION=HOME, FORCE_REASON="a test")
    assert people.aws.held(HOME) == 0
