"""What breaks meanwhile, or was broken before: a failover goes on, waits, or says what is missing."""

from __future__ import annotations

import pytest

from modules.areas.failover.runtime.advance import advance
from modules.areas.failover.runtime.keeper import keep
from tests.failover.aws import HOME, SECRETS, SOUTH, WEST, FakeAws, drive
from tests.failover.losing import REQUEST, lose, record


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


def test_a_third_region_that_refuses_is_named_and_follows_later(aws: FakeAws) -> None:
    """Such as one that is being built, and has no secrets yet."""
    lose(aws, HOME)
    aws.refuses[SOUTH, "describe_secret"] = "ResourceNotFoundException"
    end = drive(aws, REQUEST)[1]
    assert end["state"] == "done"
    assert any(
        "the secrets in ap-south-1 (AWS refuses: ResourceNotFoundException)" in line for line in end["statement"]
    )
    assert keep(WEST, aws.world())["spread"] == []
    aws.refuses.clear()
    assert keep(WEST, aws.world())["spread"] == [SOUTH]


def test_the_keeper_of_the_new_writer_s_region_sees_to_what_is_missing(aws: FakeAws) -> None:
    """The functions of the region that has the record may not change the secrets of another."""
    lose(aws, HOME)
    aws.ill = {("secretsmanager", WEST)}
    assert drive(aws, {**REQUEST, "target": SOUTH})[1]["state"] == "done"
    aws.ill = set()
    assert record(aws).region == WEST
    assert keep(WEST, aws.world())["spread"] == []
    assert keep(SOUTH, aws.world())["spread"] == [WEST]
    assert aws.hosts()[WEST] == {"main-ap-south-1"}


def test_a_region_that_was_promoted_by_hand_meanwhile_goes_on(aws: FakeAws) -> None:
    lose(aws, HOME)
    advance(REQUEST, aws.world())
    aws.regions[WEST]["instance"]["source"] = None
    assert drive(aws, REQUEST)[1]["state"] == "done"
    assert record(aws).steps["promote"] == {"promoted": "before"}
    assert aws.hosts()[WEST] == {"main-us-west-2"}


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
    text = "\n".join(drive(aws, south)[1]["statement"])
    assert "is: us-east-1 is out of DNS" in text
    assert "is not: held" not in text
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


def test_a_service_that_is_ill_is_waited_for_and_named(aws: FakeAws) -> None:
    """The journal says what is missing, and the keeper begins no further execution of the machine."""
    lose(aws, HOME)
    while advance(REQUEST, aws.world()).get("did") != "drain":
        pass
    aws.ill = {("rds", WEST)}
    for _ in range(40):
        assert advance(REQUEST, aws.world())["at"] == "promote"
        aws.pass_time(15)
        assert keep(WEST, aws.world())["resumed"] == []
    assert record(aws).waits == "promote: rds in us-west-2 does not answer"
    aws.ill = set()
    assert drive(aws, REQUEST)[1]["state"] == "done"


@pytest.mark.parametrize("service", ["rds", "cloudwatch", "dynamodb"])
def test_nothing_begins_while_the_target_is_ill(aws: FakeAws, service: str) -> None:
    """It would begin when that is over, and perhaps nobody wants it then."""
    lose(aws, HOME)
    aws.ill = {(service, SOUTH)}
    south = {**REQUEST, "target": SOUTH}
    for request in (south, {**south, "dry_run": True}):
        end = drive(aws, request)[1]
        assert (end["state"], end["advice"]) == ("refused", "again when it answers")
        assert f"{service} in ap-south-1 does not answer" in end["why"]
    assert aws.held(HOME) == 0


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


@pytest.mark.parametrize("name", SECRETS)
def test_spread_that_broke_between_stop_and_replicate_goes_on(aws: FakeAws, name: str) -> None:
    """The replica of a third region stands alone then, with the old address."""
    lose(aws, HOME)
    while advance(REQUEST, aws.world()).get("did") != "secret":
        pass
    aws.regions[SOUTH]["secrets"][name]["primary"] = SOUTH
    assert aws.hosts()[SOUTH] == {"main-us-east-1"}
    assert drive(aws, REQUEST)[1]["state"] == "done"
    assert aws.hosts()[SOUTH] == {"main-us-west-2"}
    assert {secret["primary"] for secret in aws.regions[SOUTH]["secrets"].values()} == {WEST}


def test_the_calls_to_a_region_that_hangs_are_few(aws: FakeAws) -> None:
    """Each is waited for twice, for the seconds of `FAR`."""
    lose(aws, HOME)
    aws.calls.clear()
    drive(aws, REQUEST)
    assert sum(region == HOME for _, region, _ in aws.calls) == 5
