"""The writer is not where the primary secrets are: after a failover whose secrets are one again at home."""

from __future__ import annotations

from typing import Any

import pytest

from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.advance import advance
from modules.areas.failover.runtime.keeper import keep
from tests.failover.aws import HOME, REGIONS, SECRETS, SOUTH, WEST, FakeAws, arn, drive

REQUEST: dict[str, Any] = {"id": "a", "origin": WEST, "target": SOUTH}


@pytest.fixture
def aws() -> FakeAws:
    """The writer is in us-west-2; us-east-1 has the primary secrets, and rotates them."""
    found = FakeAws()
    for region, here in found.regions.items():
        here["instance"]["source"] = None if region == WEST else arn(WEST)
        for secret in here["secrets"].values():
            secret["value"]["host"] = f"main-{WEST}.rds"
    for region in REGIONS:
        keep(region, found.world())
    return found


def lose(aws: FakeAws, *regions: str) -> None:
    aws.go_dark(*regions)
    aws.pass_time(60)
    for region in REGIONS:
        if region not in aws.dark:
            keep(region, aws.world())
    aws.regions[SOUTH]["lag"] = [(aws.now - 60 * minute, 2.0) for minute in range(1, 20)]


@pytest.mark.parametrize("planned", [False, True])
def test_the_address_goes_into_the_primary_secrets_and_all_follow(aws: FakeAws, planned: bool) -> None:  # noqa: FBT001
    if not planned:
        lose(aws, WEST)
    end = drive(aws, {**REQUEST, "planned": planned})[1]
    assert end["state"] == "done"
    assert aws.hosts()[HOME] == aws.hosts()[SOUTH] == {f"main-{SOUTH}"}
    for name in SECRETS:
        assert {here["secrets"][name]["primary"] for here in aws.regions.values()} == {HOME}
        assert aws.regions[HOME]["secrets"][name]["rotation"] == f"rotation-{HOME}"
        assert aws.regions[SOUTH]["secrets"][name]["rotation"] is None
    text = "\n".join(end["statement"])
    assert f"is: the secrets in {HOME} have its address, and those in all other regions follow them" in text
    assert "primary secrets" not in text
    assert "rotation of" not in text
    aws.dark.clear()
    keep(WEST, aws.world())
    assert aws.fenced(WEST)
    assert aws.regions[HOME]["secrets"]["database"]["rotation"] == f"rotation-{HOME}"


def test_without_the_primary_secrets_the_target_s_stand_alone(aws: FakeAws) -> None:
    lose(aws, WEST)
    aws.ill = {("secretsmanager", HOME)}
    assert drive(aws, REQUEST)[1]["state"] == "done"
    assert {secret["primary"] for secret in aws.regions[SOUTH]["secrets"].values()} == {SOUTH}
    assert aws.hosts()[SOUTH] == {f"main-{SOUTH}"}


@pytest.mark.parametrize("what", ["late", "failed"])
def test_the_target_has_the_address_before_it_goes_on(aws: FakeAws, what: str) -> None:
    lose(aws, WEST)
    aws.behind = {SOUTH}
    while advance(REQUEST, aws.world()).get("did") != "settle":
        aws.pass_time(15)
    answer = advance(REQUEST, aws.world())
    assert answer["why"] == f"the secrets in {SOUTH} do not have the address from {HOME} yet"
    versions = aws.regions[HOME]["puts"]
    if what == "failed":
        for secret in aws.regions[HOME]["secrets"].values():
            secret["failed"] = [SOUTH]
    else:
        for secret in aws.regions[SOUTH]["secrets"].values():
            secret["value"]["host"] = f"main-{SOUTH}.rds"
    assert drive(aws, REQUEST)[1]["state"] == "done"
    assert aws.regions[HOME]["puts"] == versions, "a version for each look"
    assert aws.hosts()[SOUTH] == {f"main-{SOUTH}"}
    primary = SOUTH if what == "failed" else HOME
    assert aws.regions[SOUTH]["secrets"]["application"]["primary"] == primary
    found = journal.load(aws.world(), HOME, arn(WEST))
    assert found
    assert found.steps["secret"]["in"] == primary
