"""Functions ask AWS for what their roles allow, in the regions in which they may: the regions in memory allow all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from modules.areas.failover.runtime.advance import advance
from modules.areas.failover.runtime.keeper import keep
from modules.areas.failover.runtime.world import World
from tests.failover.aws import HOME, REGIONS, SOUTH, WEST, FakeAws, arn
from tests.failover.aws_checks import action
from tests.support.region_sets import THREE
from tests.support.synthesized import Stack, platform
from tests.synth.test_failover import statements

REQUEST = {"id": "a", "origin": HOME, "target": WEST}
#: Resources of one region: in an ARN of its own, and in one that is made from the ARN at home.
OWN, MADE = re.compile(r"^arn:aws:[a-z0-9]+:([a-z0-9-]+|\*):"), re.compile(r'":([a-z0-9-]+|\*):"\)\}$')
#: What an ARN without a region ends with: an id that no other region has.
BY_ID = re.compile(r":(?:key|network-acl)/(\$\{[^}]+\})$")


@dataclass
class AsRole:
    """The regions in memory, for a function that has its role and no other."""

    aws: FakeAws
    allowed: dict[str, set[str]]

    def ask(self, service: str, region: str, operation: str, **arguments: Any) -> dict[str, Any]:
        name = action(service, operation)
        assert region in self.allowed.get(name, set()), f"{name} in {region}"
        return self.aws.ask(service, region, operation, **arguments)


def places(stack: Stack, resource: str) -> set[str]:
    if resource == "*":
        return {*REGIONS}
    if by_id := BY_ID.search(resource):
        return {stack.at(by_id[1]).region}
    found = OWN.search(resource) or MADE.search(resource)
    region = found[1] if found else stack.at(resource).region
    return {*REGIONS} if region == "*" else {region}


def world(aws: FakeAws, region: str, function: str = "act") -> World:
    stack = platform(*THREE)
    allowed: dict[str, set[str]] = {}
    for one in statements(stack, region, function).values():
        for name in one["actions"]:
            for resource in one["resources"]:
                allowed.setdefault(name, set()).update(places(stack, resource))
    return World(platform=aws.world().platform, aws=AsRole(aws, allowed), account="123456789012", now=lambda: aws.now)


def drive(aws: FakeAws, request: dict[str, Any]) -> dict[str, Any]:
    by_role = world(aws, request["target"])
    while (answer := advance(request, by_role))["next"] != "end":
        aws.pass_time(answer.get("seconds", 1))
    return answer


@pytest.fixture
def aws() -> FakeAws:
    found = FakeAws()
    keep_all(found)
    return found


def keep_all(aws: FakeAws) -> None:
    for region in THREE:
        if region not in aws.dark:
            keep(region, world(aws, region))


@pytest.mark.parametrize("target", [WEST, SOUTH])
@pytest.mark.parametrize("planned", [False, True])
def test_a_failover_and_the_keepers_after_it_do_what_their_roles_allow(
    aws: FakeAws,
    target: str,
    planned: bool,  # noqa: FBT001
) -> None:
    request = {**REQUEST, "target": target, "planned": planned}
    (third,) = {*THREE} - {HOME, target}
    if not planned:
        aws.go_dark(HOME)
        aws.pass_time(60)
        keep_all(aws)
    aws.ill = {("secretsmanager", third)}
    assert advance({**request, "dry_run": True}, world(aws, target, "look"))["state"] == "dry run"
    assert drive(aws, request)["state"] == "done"
    aws.ill = set()
    aws.dark.clear()
    keep_all(aws)
    assert aws.hosts()[third] == {f"main-{target}"}
    assert aws.fenced(HOME)


def test_keepers_resume_and_open_again_as_their_roles_allow(aws: FakeAws) -> None:
    aws.go_dark(HOME)
    aws.pass_time(60)
    keep_all(aws)
    south = {**REQUEST, "target": SOUTH}
    advance(south, world(aws, SOUTH))
    aws.pass_time(600)
    keep_all(aws)
    assert aws.regions[SOUTH]["started"]
    drive(aws, south)
    aws.dark.clear()
    aws.regions[HOME]["acl"].append({"RuleNumber": 1, "RuleAction": "deny", "Egress": False})
    aws.regions[HOME]["instance"]["source"] = arn(SOUTH)
    keep_all(aws)
    assert not aws.fenced(HOME)


def test_a_planned_failover_is_given_up_as_the_role_allows(aws: FakeAws) -> None:
    aws.regions[WEST]["lag"] = [(aws.now - 60, 30.0)]
    assert drive(aws, {**REQUEST, "planned": True})["state"] == "refused"
    assert not aws.fenced(HOME)


def test_the_address_goes_into_primary_secrets_of_a_third_region_as_the_role_allows(aws: FakeAws) -> None:
    for region, here in aws.regions.items():
        here["instance"]["source"] = None if region == WEST else arn(WEST)
    assert drive(aws, {**REQUEST, "origin": WEST, "target": SOUTH, "planned": True})["state"] == "done"
    keep_all(aws)
    assert aws.hosts() == {region: {f"main-{SOUTH}"} for region in REGIONS}
