"""What a failover does, step by step, and that it may be asked for again."""

from __future__ import annotations

from typing import Any

import pytest

from modules.areas.failover.runtime.advance import STEPS, advance
from tests.failover.aws import HOME, SECRETS, SOUTH, WEST, FakeAws, drive, error
from tests.failover.losing import REQUEST, lose


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
