"""Network ACLs: every rule of every tier, and what follows from them."""

from typing import Any

import pytest

from tests.support.region_sets import FIVE, ONE, THREE, TWO, WIDEST
from tests.support.synthesized import Block, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE, WIDEST], ids=len)
PLATFORM, ANYWHERE = "10.0.0.0/8", "0.0.0.0/0"

#: A rule: protocol, ports, or type and code of ICMP, and the other side.
Rule = tuple[str, int, int, str]
ALL: Rule = ("-1", 0, 0, PLATFORM)
HTTP: Rule = ("tcp", 80, 80, ANYWHERE)
HTTPS: Rule = ("tcp", 443, 443, ANYWHERE)
ANSWERS: tuple[Rule, ...] = (("tcp", 1024, 3388, ANYWHERE), ("tcp", 3390, 65535, ANYWHERE))
#: ICMP's word for a packet that is too big.
TOO_BIG: Rule = ("icmp", 3, 4, ANYWHERE)

RULES: dict[str, dict[str, list[Rule]]] = {
    "public": {
        "ingress": [ALL, HTTP, HTTPS, *ANSWERS, TOO_BIG],
        "egress": [ALL, HTTP, HTTPS, *ANSWERS, TOO_BIG],
    },
    "private": {
        "ingress": [ALL, *ANSWERS, TOO_BIG],
        "egress": [ALL, HTTP, HTTPS, TOO_BIG],
    },
    "database": {
        "ingress": [("tcp", 5432, 5432, PLATFORM), TOO_BIG],
        "egress": [("tcp", 1024, 3388, PLATFORM), ("tcp", 3390, 65535, PLATFORM), TOO_BIG],
    },
}


def tier_of(block: Block) -> str:
    return str(block.body["tags"]["Tier"])


def rule_of(body: dict[str, Any]) -> Rule:
    """Return a rule as the table has it, after a look at all that the table does not have."""
    assert body["action"] == "allow"
    assert not body.get("ipv6_cidr_block")
    icmp = body["protocol"] == "icmp"
    assert icmp or not (body.get("icmp_type") or body.get("icmp_code"))
    assert not icmp or (body["from_port"], body["to_port"]) == (0, 0)
    numbers = ("icmp_type", "icmp_code") if icmp else ("from_port", "to_port")
    first, last = (body[name] for name in numbers)
    return body["protocol"], first, last, body["cidr_block"]


@SETS
def test_every_tier_has_one_network_acl_with_these_rules_and_no_others(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        found = {
            tier_of(acl): {way: [rule_of(one) for one in acl.body[way]] for way in ("ingress", "egress")}
            for acl in stack.resources("aws_network_acl", region)
        }
        assert found == RULES
    assert len(stack.resources("aws_network_acl")) == len(RULES) * len(regions)
    # A rule that stands alone would add to those of the ACL.
    assert not stack.resources("aws_network_acl_rule")


@SETS
def test_numbers_of_rules_are_apart_and_no_more_than_aws_takes(regions: tuple[str, ...]) -> None:
    for acl in platform(*regions).resources("aws_network_acl"):
        for way in ("ingress", "egress"):
            numbers = [one["rule_no"] for one in acl.body[way]]
            assert len(set(numbers)) == len(numbers) < 20


@SETS
def test_every_subnet_is_fenced_by_the_network_acl_of_its_tier(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    fenced = {}
    for acl in stack.resources("aws_network_acl"):
        for reference in acl.body["subnet_ids"]:
            subnet = stack.at(reference)
            fenced[subnet.address] = tier_of(subnet) == tier_of(acl)
    assert fenced.keys() == {subnet.address for subnet in stack.resources("aws_subnet")}
    assert all(fenced.values())


def test_no_rule_lets_the_internet_reach_administrative_ports() -> None:
    for ways in RULES.values():
        for protocol, first, last, other_side in ways["ingress"]:
            if other_side == ANYWHERE and protocol != "icmp":
                assert protocol == "tcp"
                assert not any(first <= port <= last for port in (22, 3389))


@pytest.mark.slow
def test_regions_outside_the_pool_are_the_platform_too() -> None:
    stack = platform(*TWO, network={"region_cidrs": {"us-east-1": "172.20.0.0/16"}})
    for acl in stack.resources("aws_network_acl"):
        for way in ("ingress", "egress"):
            found = [rule_of(one) for one in acl.body[way]]
            other = "172.20.0.0/16"
            also = [(*rule[:3], other) for rule in RULES[tier_of(acl)][way] if rule[3] == PLATFORM]
            assert sorted(found) == sorted([*RULES[tier_of(acl)][way], *also])
