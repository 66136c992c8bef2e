"""What is refused, and what a reason passes."""

from __future__ import annotations

import pytest

from modules.areas.failover.runtime.advance import advance
from modules.areas.failover.runtime.keeper import keep
from tests.failover.aws import HOME, SOUTH, WEST, FakeAws, arn, drive
from tests.failover.losing import REQUEST, lose, record


def test_a_writer_that_answers_is_not_succeeded(aws: FakeAws) -> None:
    did, end = drive(aws, REQUEST)
    assert (did, end["state"]) == ([], "refused")
    assert end["why"] == "the writer in us-east-1 answers and is available"
    assert "PLANNED=1" in end["advice"]


def test_a_writer_that_answers_and_is_ill_is_succeeded_and_fenced(aws: FakeAws) -> None:
    aws.regions[HOME]["instance"]["status"] = "storage-full"
    assert drive(aws, REQUEST)[1]["state"] == "done"
    assert aws.fenced(HOME)
    assert all(secret["rotation"] is None for secret in aws.regions[HOME]["secrets"].values())


def test_too_much_would_be_lost(aws: FakeAws) -> None:
    aws.regions[WEST]["lag"] = [(aws.now - 60 * minute, 1400 - 60 * minute) for minute in range(1, 20)]
    lose(aws, HOME)
    did, end = drive(aws, REQUEST)
    assert (did, end["state"]) == ([], "refused")
    assert "s of writes would be lost, and failover.loss_limit_seconds is 420" in end["why"]
    assert aws.held(HOME) == 0
    did, end = drive(aws, {**REQUEST, "force_reason": "the region is gone"})
    assert end["state"] == "done"
    assert record(aws).force_reason == "the region is gone"
    assert "forced: the region is gone" in end["statement"][0]


@pytest.mark.parametrize("lag", [[], [(1_799_999_000.0, -1.0)]])
def test_an_unknown_loss_is_refused(aws: FakeAws, lag: list[tuple[float, float]]) -> None:
    lose(aws, HOME)
    aws.regions[WEST]["lag"] = lag
    assert "unknown" in drive(aws, REQUEST)[1]["why"]
    end = drive(aws, {**REQUEST, "force_reason": "now"})[1]
    assert end["state"] == "done"
    assert any("an unknown amount of writes" in line for line in end["statement"])


def test_waiting_long_after_the_outage_loses_no_more(aws: FakeAws) -> None:
    """The lag grows for hours; the loss does not."""
    lose(aws, HOME)
    for _ in range(60):
        aws.pass_time(60)
        keep(WEST, aws.world())
    aws.regions[WEST]["lag"] = aws._flowing()
    found = advance({**REQUEST, "dry_run": True}, aws.world())["found"]
    assert found["loss_seconds"] <= 180


def test_an_instance_without_a_source_needs_a_reason(aws: FakeAws) -> None:
    """It may have been promoted just now, or be a former writer with old data: only a person knows."""
    lose(aws, HOME)
    aws.regions[WEST]["instance"]["source"] = None
    assert "replicates nothing" in drive(aws, REQUEST)[1]["why"]
    assert drive(aws, {**REQUEST, "force_reason": "promoted by hand"})[1]["state"] == "done"


def test_a_replica_of_another_writer_is_refused(aws: FakeAws) -> None:
    lose(aws, HOME)
    aws.regions[WEST]["instance"]["source"] = arn(SOUTH)
    for more in ({}, {"force_reason": "now"}):
        assert drive(aws, {**REQUEST, **more})[1]["why"] == f"the instance in us-west-2 replicates {arn(SOUTH)}"


def test_no_instance_in_the_target(aws: FakeAws) -> None:
    lose(aws, HOME)
    aws.regions[WEST]["instance"] = None
    assert drive(aws, REQUEST)[1]["why"] == "there is no instance in us-west-2"
