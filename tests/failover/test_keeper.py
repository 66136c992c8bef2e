"""The keepers: they remember, hold, fence and resume, and never decide."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from botocore.exceptions import ClientError

from modules.areas.failover.runtime import journal, keeper, traffic
from modules.areas.failover.runtime.advance import STEPS, advance
from modules.areas.failover.runtime.keeper import keep
from modules.areas.failover.runtime.release import release
from modules.areas.failover.runtime.world import Place, Platform, RefusedError
from tests.failover.aws import HOME, SECRETS, SOUTH, WEST, FakeAws, Killed, arn, drive, platform

REQUEST: dict[str, Any] = {"id": "a", "origin": HOME, "target": WEST, "by": "me"}


@pytest.fixture
def succeeded() -> FakeAws:
    """us-east-1 was lost and succeeded by us-west-2, and is dark still."""
    aws = FakeAws()
    for region in (HOME, WEST, SOUTH):
        keep(region, aws.world())
    aws.go_dark(HOME)
    aws.pass_time(60)
    keep(WEST, aws.world())
    assert drive(aws, REQUEST)[1]["state"] == "done"
    return aws


def test_a_region_that_returns_fences_itself(succeeded: FakeAws) -> None:
    aws = succeeded
    aws.come_back(HOME)
    assert not aws.fenced(HOME)
    told = {region: len(here["told"]) for region, here in aws.regions.items()}
    done = keep(HOME, aws.world())["returned"]
    assert done == {"fenced": HOME, "cancelled": list(SECRETS), "told": [HOME, WEST]}
    assert aws.fenced(HOME)
    assert all(secret["rotation"] is None for secret in aws.regions[HOME]["secrets"].values())
    assert {region: len(here["told"]) for region, here in aws.regions.items()} == {
        HOME: told[HOME] + 1,
        WEST: told[WEST] + 1,
        SOUTH: told[SOUTH],
    }
    said = "\n".join(drive(aws, REQUEST)[1]["statement"])
    assert "is: the old writer is fenced" in said
    assert "is not: fenced" not in said
    assert "rotation of the secrets" not in said
    # Told once.
    assert keep(HOME, aws.world())["returned"] == {}
    assert aws.held(HOME) == 1


def test_a_region_fences_itself_whatever_another_answers(succeeded: FakeAws) -> None:
    aws = succeeded
    aws.come_back(HOME)
    aws.refuses[SOUTH, "describe_db_instances"] = "Throttling"
    with pytest.raises(ClientError, match="Throttling"):
        keep(HOME, aws.world())
    assert aws.fenced(HOME)


def test_a_returned_region_stays_held_until_a_person_lets_it_back(succeeded: FakeAws) -> None:
    aws = succeeded
    aws.come_back(HOME)
    for _ in range(10):
        for region in (HOME, WEST, SOUTH):
            keep(region, aws.world())
        aws.pass_time(60)
        assert aws.held(HOME) == 1
    with pytest.raises(RefusedError, match="stands alone"):
        release(HOME, aws.world())
    # Terraform rebuilds it as a replica of the new writer.
    aws.regions[HOME]["instance"] = None
    assert keep(HOME, aws.world())["returned"] == {}
    aws.regions[HOME]["instance"] = {"status": "available", "source": arn(WEST), "busy": 0}
    assert keep(HOME, aws.world())["returned"] == {"opened": HOME}
    assert not aws.fenced(HOME)
    assert release(HOME, aws.world()) == {"closed": ["a"]}
    assert aws.held(HOME) == 0
    assert keep(WEST, aws.world())["held"] == []
    with pytest.raises(RefusedError, match="not held"):
        release(HOME, aws.world())


def test_release_needs_the_region_unless_forced(succeeded: FakeAws) -> None:
    with pytest.raises(RefusedError, match="does not answer"):
        release(HOME, succeeded.world())
    assert release(HOME, succeeded.world(), reason="nothing was written")["closed"] == ["a"]


def test_release_of_a_failover_under_way_is_refused() -> None:
    aws = FakeAws()
    aws.go_dark(HOME)
    advance({**REQUEST, "force_reason": "now"}, aws.world())
    with pytest.raises(RefusedError, match="a is running"):
        release(HOME, aws.world(), reason="now")


def test_nobody_moves_to_a_region_that_is_held(succeeded: FakeAws) -> None:
    aws = succeeded
    aws.come_back(HOME)
    aws.regions[HOME]["instance"] = {"status": "available", "source": arn(WEST), "busy": 0}
    back = {"id": "b", "origin": WEST, "target": HOME, "planned": True}
    answer = advance(back, aws.world())
    assert "us-east-1 was left by a, and is held" in answer["why"]
    release(HOME, aws.world())
    aws.regions[HOME]["lag"] = None
    assert drive(aws, back)[1]["state"] == "done"
    assert aws.hosts()[HOME] == {"main-us-east-1"}
    assert aws.held(WEST) == 1
    assert aws.held(HOME) == 0


def test_after_a_release_the_same_writer_can_be_succeeded_again(succeeded: FakeAws) -> None:
    aws = succeeded
    release(HOME, aws.world(), reason="a drill")
    aws.regions[WEST]["instance"] = {"status": "available", "source": arn(HOME), "busy": 0}
    assert drive(aws, {**REQUEST, "id": "b"})[1]["state"] == "done"
    found = journal.load(aws.world(), WEST, arn(HOME))
    assert found
    assert found.id == "b"


def test_a_database_that_is_to_be_read_is_not_fenced(succeeded: FakeAws) -> None:
    """``fenced: false`` opens it, to save what it has."""
    aws = succeeded
    aws.come_back(HOME)
    places = {region: Place(**{**vars(place), "fenced": False}) for region, place in platform().places.items()}
    keep(HOME, aws.world(places=places))
    assert not aws.fenced(HOME)
    assert aws.regions[HOME]["secrets"]["database"]["rotation"] is None


def test_the_record_says_fenced_only_if_it_is(succeeded: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    aws = succeeded
    aws.come_back(HOME)
    monkeypatch.setattr(traffic, "fence_region", lambda *_: False)
    keep(HOME, aws.world())
    assert any("is not: fenced: the old writer" in line for line in drive(aws, REQUEST)[1]["statement"])
    monkeypatch.undo()
    keep(HOME, aws.world())
    assert any("is: the old writer is fenced" in line for line in drive(aws, REQUEST)[1]["statement"])


def test_a_failover_that_nobody_drives_is_started_again() -> None:
    aws = FakeAws()
    for region in (HOME, WEST, SOUTH):
        keep(region, aws.world())
    aws.go_dark(HOME)
    aws.pass_time(60)
    keep(WEST, aws.world())
    for _ in range(3):
        advance(REQUEST, aws.world())
    aws.pass_time(200)
    assert keep(WEST, aws.world())["resumed"] == []
    aws.pass_time(200)
    # The keepers of the other regions leave it to the one that has the record.
    assert keep(SOUTH, aws.world())["resumed"] == []
    assert keep(WEST, aws.world())["resumed"] == ["a"]
    assert keep(WEST, aws.world())["resumed"] == ["a"]
    (event,) = aws.regions[WEST]["started"].values()
    assert drive(aws, event["request"])[1]["state"] == "done"
    aws.pass_time(3600)
    assert keep(WEST, aws.world())["resumed"] == []


def test_a_failover_that_waits_is_not_started_again() -> None:
    aws = FakeAws()
    aws.go_dark(HOME)
    aws.regions[WEST]["instance"]["status"] = "backing-up"
    request = {**REQUEST, "force_reason": "now"}
    for _ in range(60):
        advance(request, aws.world())
        aws.pass_time(20)
        assert keep(WEST, aws.world())["resumed"] == []
    metrics = aws.regions[WEST]["metrics"]
    assert metrics["RunningMinutes", HOME] == 20
    aws.regions[WEST]["instance"]["status"] = "available"
    drive(aws, request)
    keep(WEST, aws.world())
    assert metrics["RunningMinutes", HOME] == 0


def test_a_keeper_starts_nothing_by_itself() -> None:
    """However long a region is dark: people decide."""
    aws = FakeAws()
    for region in (HOME, WEST, SOUTH):
        keep(region, aws.world())
    aws.go_dark(HOME)
    before = aws.picture()
    for _ in range(120):
        aws.pass_time(60)
        keep(WEST, aws.world())
        keep(SOUTH, aws.world())
    assert aws.picture() == before
    assert not aws.regions[WEST]["started"]
    assert "advance(" not in inspect.getsource(keeper).replace("advance import undo", "")


def test_a_keeper_that_is_late_leaves_no_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The failover is given up between its look at the journal and its fence."""
    aws = FakeAws()
    aws.regions[WEST]["lag"] = [(aws.now - 60 * minute, 30.0) for minute in range(1, 20)]
    planned = {**REQUEST, "planned": True}
    advance(planned, aws.world())
    gather = journal.gather

    def slowly(world: Any) -> Any:
        found = gather(world)
        monkeypatch.setattr(journal, "gather", gather)
        assert drive(aws, planned)[1]["state"] == "refused"
        return found

    monkeypatch.setattr(journal, "gather", slowly)
    assert keep(HOME, aws.world())["returned"] == {}
    assert not aws.fenced(HOME)


def test_readings_keep_what_was_seen_last() -> None:
    aws = FakeAws()
    first = keeper.readings(WEST, aws.world())["regions"][HOME]
    assert first == {"seen": aws.now, "status": "available", "source": "", "desired": 6}
    seen = aws.now
    aws.pass_time(60)
    aws.go_dark(HOME)
    missed = aws.now
    for _ in range(3):
        read = keeper.readings(WEST, aws.world())["regions"][HOME]
        aws.pass_time(60)
    assert (read["seen"], read["missed"], read["desired"]) == (seen, missed, 6)
    aws.come_back(HOME)
    assert "missed" not in keeper.readings(WEST, aws.world())["regions"][HOME]


def test_while_a_region_is_dark_no_other_is_let_back() -> None:
    """The record may be there."""
    aws = FakeAws()
    keep(WEST, aws.world())
    assert aws.held(HOME) == 0
    del aws.regions[WEST]["metrics"]["RegionHeld", HOME]
    aws.go_dark(SOUTH)
    keep(WEST, aws.world())
    assert aws.held(HOME) is None


def test_reunited_secrets_are_left_alone() -> None:
    """A region that was dark for days follows whoever has the secrets then."""
    aws = FakeAws()
    for region in (HOME, WEST):
        keep(region, aws.world())
    aws.go_dark(HOME, SOUTH)
    aws.pass_time(60)
    keep(WEST, aws.world())
    drive(aws, REQUEST)
    aws.come_back(HOME, SOUTH)
    for here in aws.regions.values():
        for secret in here["secrets"].values():
            secret["primary"] = HOME
    assert keep(WEST, aws.world())["spread"] == []


@pytest.mark.parametrize("when", ["die_before", "die_after"])
def test_a_keeper_can_be_killed_anywhere(when: str) -> None:
    for number in range(1, 12):
        aws = FakeAws()
        for region in (HOME, WEST, SOUTH):
            keep(region, aws.world())
        aws.go_dark(HOME)
        aws.pass_time(60)
        keep(WEST, aws.world())
        drive(aws, REQUEST)
        aws.come_back(HOME)
        aws._changes = 0
        setattr(aws, when, number)
        try:
            keep(HOME, aws.world())
        except Killed:
            keep(HOME, aws.world())
        assert aws.fenced(HOME)
        assert aws.regions[HOME]["secrets"]["database"]["rotation"] is None


def test_the_platform_survives_its_file() -> None:
    assert Platform.parse(platform().dump()) == platform()


def test_every_step_is_documented() -> None:
    assert all(step.__doc__ for step in STEPS)
