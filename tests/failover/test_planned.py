"""A failover while the writer works: fenced, drained, and given up if that does not end."""

from __future__ import annotations

from functools import wraps
from typing import Any

import pytest

from modules.areas.failover.runtime import advance as runtime
from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.advance import advance
from modules.areas.failover.runtime.keeper import keep
from tests.failover.aws import HOME, WEST, FakeAws, Killed, drive
from tests.failover.losing import PLANNED, lose, record


def test_planned_loses_nothing(aws: FakeAws) -> None:
    _, end = drive(aws, PLANNED)
    assert end["state"] == "done"
    text = "\n".join(end["statement"])
    assert "is: nothing that was committed is lost" in text
    assert "writes to the old writer are not in" not in text
    assert aws.fenced(HOME)
    assert aws.held(HOME) == 1
    assert record(aws).steps["drain"]["replayed_until"] > record(aws).steps["fence"]["at"] + 30


def test_planned_is_given_up_if_the_replica_does_not_follow(aws: FakeAws) -> None:
    aws.regions[WEST]["lag"] = [(aws.now - 60 * minute, 30.0) for minute in range(1, 20)]
    before = aws.picture()
    did, end = drive(aws, PLANNED)
    assert end["state"] == "refused"
    assert "20 minutes" in end["why"]
    assert did == ["look", "hold", "fence"]
    assert aws.picture() == before
    # The same driver asks again, as a state machine does after an error.
    assert advance(PLANNED, aws.world())["state"] == "refused"
    aws.regions[WEST]["lag"] = None
    assert drive(aws, {**PLANNED, "id": "b"})[1]["state"] == "done"


@pytest.mark.parametrize("die", range(1, 5))
def test_giving_up_can_be_killed_and_resumed(aws: FakeAws, die: int) -> None:
    aws.regions[WEST]["lag"] = [(aws.now - 60 * minute, 30.0) for minute in range(1, 20)]
    before = aws.picture()
    while (answer := advance(PLANNED, aws.world()))["next"] != "wait":
        pass
    aws.pass_time(3600)
    aws._changes, aws.die_after = 0, die
    try:
        answer = advance(PLANNED, aws.world())
    except Killed:
        answer = advance(PLANNED, aws.world())
    assert answer["state"] == "refused"
    assert aws.picture() == before


@pytest.mark.parametrize("late", ["hold", "fence"])
def test_a_driver_that_is_late_leaves_no_fence_on_a_writer_that_goes_on(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    """While it does a step, another driver does the same, waits in vain, and gives up."""
    aws.regions[WEST]["lag"] = [(aws.now - 60 * minute, 30.0) for minute in range(1, 20)]
    before = aws.picture()
    steps = runtime.STEPS

    def slowly(step: Any) -> Any:
        @wraps(step)
        def run(record: journal.Run, world: Any) -> dict[str, Any]:
            monkeypatch.setattr(runtime, "STEPS", steps)
            assert drive(aws, PLANNED)[1]["state"] == "refused"
            return dict(step(record, world))

        return run

    monkeypatch.setattr(runtime, "STEPS", tuple(slowly(step) if step.__name__ == late else step for step in steps))
    assert drive(aws, PLANNED)[1]["state"] == "refused"
    assert aws.picture() == before


def test_planned_needs_a_writer_that_answers(aws: FakeAws) -> None:
    lose(aws, HOME)
    assert drive(aws, PLANNED)[1]["why"].startswith("us-east-1 does not answer")


def test_planned_is_given_up_if_the_writer_cannot_be_fenced(aws: FakeAws) -> None:
    """Nobody would know what it has committed since."""
    aws.ill = {("ec2", HOME)}
    end = drive(aws, PLANNED)[1]
    assert end["state"] == "refused"
    assert "us-east-1 is not fenced (ec2 in us-east-1 does not answer)" in end["why"]
    assert aws.regions[WEST]["instance"]["source"]
    aws.ill = set()
    keep(HOME, aws.world())
    keep(WEST, aws.world())
    assert not aws.fenced(HOME)
    assert aws.held(HOME) == 0


def test_a_region_that_is_lost_while_a_planned_failover_is_given_up_can_be_succeeded(aws: FakeAws) -> None:
    """What is left of the planned one cannot be taken away there, and need not be."""
    aws.regions[WEST]["lag"] = [(aws.now - 60 * minute, 30.0) for minute in range(1, 20)]
    while advance(PLANNED, aws.world())["next"] != "wait":
        pass
    aws.pass_time(3600)
    lose(aws, HOME)
    assert drive(aws, PLANNED)[1]["state"] == "refused"
    forced = {**PLANNED, "id": "b", "planned": False, "force_reason": "the region is gone"}
    assert drive(aws, forced)[1]["state"] == "done"
    aws.come_back(HOME)
    keep(HOME, aws.world())
    assert aws.fenced(HOME)
    assert aws.held(HOME) == 1


def test_planned_is_given_up_without_the_metric_that_would_show_its_end(aws: FakeAws) -> None:
    while advance(PLANNED, aws.world())["next"] != "wait":
        pass
    aws.ill = {("cloudwatch", WEST)}
    assert "20 minutes" in drive(aws, PLANNED)[1]["why"]
    assert not aws.fenced(HOME)


@pytest.mark.parametrize(
    ("lag", "why"),
    [([], "has reported no lag"), ([(1_799_999_940.0, 4000.0)], "is 4060 s behind, and drains for 20 minutes")],
)
def test_planned_fences_no_writer_for_a_replica_that_is_far_behind(
    aws: FakeAws, lag: list[tuple[float, float]], why: str
) -> None:
    aws.regions[WEST]["lag"] = lag
    did, end = drive(aws, PLANNED)
    assert (did, end["state"]) == ([], "refused")
    assert why in end["why"]


def test_planned_fences_no_writer_for_a_replica_that_cannot_be_promoted(aws: FakeAws) -> None:
    aws.regions[WEST]["instance"]["status"] = "backing-up"
    did, end = drive(aws, PLANNED)
    assert (did, end["why"]) == ([], "the replica in us-west-2 is backing-up")
