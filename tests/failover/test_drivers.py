"""Several drivers: of one failover, and of two."""

from __future__ import annotations

from typing import Any

import pytest

from modules.areas.failover.runtime import advance as runtime
from modules.areas.failover.runtime import journal, traffic
from modules.areas.failover.runtime.advance import advance
from modules.areas.failover.runtime.release import release
from tests.failover.aws import HOME, SOUTH, WEST, FakeAws, arn, drive
from tests.failover.losing import REQUEST, lose, record


def test_of_two_regions_one_wins(aws: FakeAws) -> None:
    lose(aws, HOME)
    west, south = REQUEST, {**REQUEST, "id": "b", "target": SOUTH}
    for _ in range(3):
        advance(west, aws.world())
        answer = advance(south, aws.world())
    assert answer["state"] == "refused"
    assert answer["why"] == "a moves the writer from us-east-1 to us-west-2: running"
    assert drive(aws, west)[1]["state"] == "done"
    assert drive(aws, south)[1]["why"] == "a moves the writer from us-east-1 to us-west-2: done"
    assert aws.regions[SOUTH]["instance"]["source"] == arn(HOME)


def test_two_that_claim_at_once(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked before either has claimed."""
    lose(aws, HOME)
    found = runtime.look

    def look(run: journal.Run, world: Any) -> dict[str, Any]:
        result = found(run, world)
        if run.target == WEST:
            monkeypatch.setattr(runtime, "look", found)
            assert advance({**REQUEST, "id": "b", "target": SOUTH}, world)["did"] == "look"
        return result

    monkeypatch.setattr(runtime, "look", look)
    assert drive(aws, REQUEST)[1]["why"] == "b moves the writer from us-east-1 to ap-south-1: running"
    assert drive(aws, {**REQUEST, "id": "b", "target": SOUTH})[1]["state"] == "done"


def test_two_drivers_of_one_failover_are_harmless(aws: FakeAws) -> None:
    lose(aws, HOME)
    worlds = [aws.world(), aws.world()]
    ends = 0
    while ends < 2:
        for world in worlds:
            answer = advance(REQUEST, world)
            aws.pass_time(1)
            ends += answer["next"] == "end"
    assert aws.hosts()[WEST] == {"main-us-west-2"}
    assert record(aws).state == "done"


def test_a_driver_that_slept_writes_into_no_later_failover(aws: FakeAws) -> None:
    lose(aws, HOME)
    advance(REQUEST, aws.world())
    stale = record(aws)
    journal.save(aws.world(), journal.replace(stale, state="closed"))
    later = journal.claim(aws.world(), journal.replace(stale, id="later", state="running", version=0))
    assert later.version == stale.version
    with pytest.raises(journal.MovedError):
        journal.save(aws.world(), stale.did("hold", {}))


def test_a_driver_that_slept_begins_nothing_again(aws: FakeAws) -> None:
    """A laptop that was closed meanwhile; planned and forced ones pass the gate."""
    for more in ({"planned": True}, {"force_reason": "now"}):
        request = {**REQUEST, **more, "id": str(more)}
        assert drive(aws, request)[1]["state"] == "done"
        release(HOME, aws.world(), reason="a test")
        aws.regions[WEST]["instance"] = {"status": "available", "source": arn(HOME), "busy": 0}
        answer = advance(request, aws.world())
        assert (answer["state"], answer["advice"]) == ("refused", "start another")
        assert answer["why"].endswith("is closed")


def test_of_two_that_open_a_region_one_is_late(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver gives up, and the region's own keeper finds that as well."""
    traffic.fence_region(aws.world(), HOME)
    found = traffic._acl(aws.world(), HOME)
    assert traffic.open_region(aws.world(), HOME)
    monkeypatch.setattr(traffic, "_acl", lambda *_: found)
    assert not traffic.open_region(aws.world(), HOME)
