"""Every line of the table of faults: what a failover does then."""

from __future__ import annotations

from functools import wraps
from typing import Any

import pytest

from modules.areas.failover.runtime import advance as runtime
from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.advance import STEPS, advance
from modules.areas.failover.runtime.keeper import keep
from tests.failover.aws import HOME, SECRETS, SOUTH, WEST, FakeAws, Killed, arn, drive, error

REQUEST: dict[str, Any] = {"id": "a", "origin": HOME, "target": WEST, "by": "me"}
PLANNED = {**REQUEST, "planned": True}


@pytest.fixture
def aws() -> FakeAws:
    """A platform on which keepers have run for a while."""
    found = FakeAws()
    for region in (HOME, WEST, SOUTH):
        keep(region, found.world())
    return found


def lose(aws: FakeAws, *regions: str) -> None:
    """Regions go dark, and the keepers of the others notice in their next minute."""
    aws.go_dark(*regions)
    aws.pass_time(60)
    for region in (HOME, WEST, SOUTH):
        if region not in aws.dark:
            keep(region, aws.world())
    aws.pass_time(60)


def record(aws: FakeAws, region: str = WEST) -> journal.Run:
    found = journal.load(aws.world(), region, arn(HOME))
    assert found
    return found


def test_a_dark_region_is_succeeded(aws: FakeAws) -> None:
    lose(aws, HOME)
    did, end = drive(aws, REQUEST)
    assert did == ["look", *[step.__name__ for step in STEPS]]
    assert end["state"] == "done"
    here = aws.regions[WEST]
    assert here["instance"] == {"status": "available", "source": None, "busy": 0, "backups": 14}
    assert aws.hosts() == {HOME: {"main-us-east-1"}, WEST: {"main-us-west-2"}, SOUTH: {"main-us-west-2"}}
    for name in SECRETS:
        assert here["secrets"][name]["rotation"] == "rotation-us-west-2"
        assert here["secrets"][name]["value"]["password"] == "pw"  # noqa: S105 - of this test
        assert aws.regions[SOUTH]["secrets"][name]["primary"] == WEST
    assert here["group"]["DesiredCapacity"] == 6
    assert aws.held(HOME) == 1
    assert not aws.fenced(HOME)
    assert [bool(aws.regions[region]["told"]) for region in (HOME, WEST, SOUTH)] == [False, True, True]
    text = "\n".join(end["statement"])
    assert "is: the writer is main-us-west-2.rds in us-west-2" in text
    assert "is not: fenced: the old writer (ec2 in us-east-1 does not answer)" in text
    assert "database.instances: {us-west-2: {role: writer}, us-east-1: {role: detached}}" in text


def test_nothing_in_the_path_is_of_a_global_service(aws: FakeAws) -> None:
    """IAM's and Route 53's control planes are in us-east-1, which may be the region that is lost."""
    lose(aws, HOME)
    aws.calls.clear()
    drive(aws, REQUEST)
    used = {service for service, *_ in aws.calls}
    assert not used & {"iam", "route53", "sts", "s3", "cloudfront", "organizations"}
    assert {"rds", "dynamodb", "secretsmanager"} <= used


def test_again_nothing_is_left_to_do(aws: FakeAws) -> None:
    lose(aws, HOME)
    drive(aws, REQUEST)
    before = aws.picture()
    aws.calls.clear()
    did, end = drive(aws, {**REQUEST, "id": "b"})
    assert (did, end["state"], end["why"]) == ([], "done", "nothing is left to do")
    assert aws.picture() == before
    assert all(operation.startswith(("describe_", "get_", "scan")) for *_, operation in aws.calls)


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


def test_a_third_region_that_is_dark_is_named_and_follows_later(aws: FakeAws) -> None:
    lose(aws, HOME, SOUTH)
    _, end = drive(aws, REQUEST)
    assert end["state"] == "done"
    assert any("is not: following: the secrets in ap-south-1" in line for line in end["statement"])
    aws.come_back(SOUTH)
    assert keep(WEST, aws.world())["spread"] == [SOUTH]
    assert aws.hosts()[SOUTH] == {"main-us-west-2"}
    assert keep(WEST, aws.world())["spread"] == []
    assert not any("following" in line for line in drive(aws, REQUEST)[1]["statement"])


def test_a_region_that_was_promoted_by_hand_meanwhile_goes_on(aws: FakeAws) -> None:
    lose(aws, HOME)
    advance(REQUEST, aws.world())
    aws.regions[WEST]["instance"]["source"] = None
    assert drive(aws, REQUEST)[1]["state"] == "done"
    assert record(aws).steps["promote"] == {"promoted": "before"}
    assert aws.hosts()[WEST] == {"main-us-west-2"}


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


def test_a_replica_in_backup_is_waited_for(aws: FakeAws) -> None:
    lose(aws, HOME)
    aws.regions[WEST]["instance"]["status"] = "backing-up"
    for _ in range(6):
        answer = advance(REQUEST, aws.world())
        aws.pass_time(70)
    assert (answer["next"], answer["at"]) == ("wait", "promote")
    assert record(aws).waits == "promote: the replica is backing-up"
    aws.regions[WEST]["instance"]["status"] = "available"
    aws.refuses[WEST, "promote_read_replica"] = "InvalidDBInstanceState"
    assert advance(REQUEST, aws.world())["why"] == "the replica takes no promotion at the moment"
    aws.refuses.clear()
    assert drive(aws, REQUEST)[1]["state"] == "done"


def test_the_journal_is_dark(aws: FakeAws) -> None:
    """us-west-2 keeps the journal of us-east-1."""
    lose(aws, HOME, WEST)
    south = {**REQUEST, "target": SOUTH}
    end = drive(aws, south)[1]
    assert end["state"] == "refused"
    assert "the journal of us-east-1 is in us-west-2, which does not answer" in end["why"]
    end = drive(aws, {**south, "force_reason": "both are gone"})[1]
    assert end["state"] == "done"
    assert record(aws, SOUTH).region == SOUTH
    assert any("the record is in ap-south-1" in line for line in end["statement"])
    assert any("held out of DNS: us-east-1" in line for line in end["statement"])
    # The keeper of us-east-1 returns, and finds the record in the other region.
    aws.come_back(WEST)
    assert keep(WEST, aws.world())["held"] == [HOME]
    assert aws.held(HOME) == 1
    aws.come_back(HOME)
    end = drive(aws, {**REQUEST, "id": "c", "force_reason": "again"})[1]
    assert end["why"] == "a moves the writer from us-east-1 to ap-south-1: done"


def test_the_journal_goes_dark_meanwhile(aws: FakeAws) -> None:
    lose(aws, HOME)
    south = {**REQUEST, "target": SOUTH}
    for _ in range(3):
        advance(south, aws.world())
    aws.go_dark(WEST)
    assert advance(south, aws.world())["state"] == "refused"
    aws.come_back(WEST)
    assert drive(aws, south)[1]["state"] == "done"


def test_the_target_goes_dark_meanwhile(aws: FakeAws) -> None:
    lose(aws, HOME)
    south = {**REQUEST, "target": SOUTH}
    for _ in range(4):
        advance(south, aws.world())
    aws.go_dark(SOUTH)
    assert advance(south, aws.world())["next"] == "wait"
    aws.come_back(SOUTH)
    assert drive(aws, south)[1]["state"] == "done"


def test_a_secret_that_was_promoted_without_the_host(aws: FakeAws) -> None:
    lose(aws, HOME)
    for name in SECRETS:
        aws.regions[WEST]["secrets"][name]["primary"] = WEST
    assert drive(aws, REQUEST)[1]["state"] == "done"
    assert aws.hosts()[WEST] == {"main-us-west-2"}


def test_a_rotation_under_way_is_left_to_people(aws: FakeAws) -> None:
    lose(aws, HOME)
    aws.regions[WEST]["secrets"]["application"]["pending"] = True
    end = drive(aws, REQUEST)[1]
    assert end["state"] == "done"
    assert any("rotation of application is off" in line for line in end["statement"])
    assert aws.regions[WEST]["secrets"]["database"]["rotation"] == "rotation-us-west-2"


def test_a_topic_that_refuses_silences_no_other(aws: FakeAws) -> None:
    lose(aws, HOME)
    aws.refuses[SOUTH, "publish"] = "AuthorizationError"
    assert drive(aws, REQUEST)[1]["state"] == "done"
    assert record(aws).steps["announce"] == {"told": [WEST]}


def test_capacity_stays_within_the_maximum(aws: FakeAws) -> None:
    aws.regions[WEST]["group"]["MaxSize"] = 4
    lose(aws, HOME)
    drive(aws, REQUEST)
    assert aws.regions[WEST]["group"]["DesiredCapacity"] == 4


def test_dry_run_changes_nothing(aws: FakeAws) -> None:
    for state in ("well", "dark", "done"):
        if state == "dark":
            lose(aws, HOME)
        if state == "done":
            drive(aws, REQUEST)
        before = aws.picture() | {"tables": [dict(here["table"]) for here in aws.regions.values()]}
        aws.calls.clear()
        end = advance({**REQUEST, "id": "dry", "dry_run": True}, aws.world())
        assert end["next"] == "end"
        assert all(operation.startswith(("describe_", "get_", "scan")) for *_, operation in aws.calls)
        assert aws.picture() | {"tables": [dict(here["table"]) for here in aws.regions.values()]} == before
    assert end["state"] == "dry run"


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"id": "a", "origin": "us-east-1"}, "target"),
        ({**REQUEST, "target": "eu-west-9"}, "eu-west-9 is not a region of the platform"),
        ({**REQUEST, "target": HOME}, "the writer is in us-east-1 already"),
    ],
)
def test_a_wrong_request_is_refused(aws: FakeAws, event: dict[str, Any], why: str) -> None:
    answer = advance(event, aws.world())
    assert answer["state"] == "refused"
    assert why in answer["why"]


def test_a_denied_call_is_an_error(aws: FakeAws) -> None:
    """The machine repeats the step and then fails; nothing is passed over."""
    lose(aws, HOME)
    aws.refuses[WEST, "promote_read_replica"] = "AccessDenied"
    with pytest.raises(type(error("x"))):
        drive(aws, REQUEST)
    aws.refuses.clear()
    assert drive(aws, REQUEST)[1]["state"] == "done"
