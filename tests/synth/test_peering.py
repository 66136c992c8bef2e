from itertools import combinations

import pytest

from tests.support.otherwise import FAR, OTHERWISE, PEER
from tests.support.region_sets import FIVE, ONE, THREE, TWO, WIDEST
from tests.support.synthesized import platform

SETS = pytest.mark.parametrize("regions", [TWO, THREE, FIVE, WIDEST], ids=len)


def test_one_region_alone_has_no_peering() -> None:
    assert not platform(*ONE).resources("aws_vpc_peering_connection")


@SETS
def test_every_pair_of_regions_is_peered_once(regions: tuple[str, ...]) -> None:
    connections = platform(*regions).resources("aws_vpc_peering_connection")
    pairs = [frozenset((one.region, one.body["peer_region"])) for one in connections]
    assert sorted(map(sorted, pairs)) == sorted(sorted(pair) for pair in combinations(regions, 2))


@SETS
def test_the_other_region_accepts_every_connection(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    accepters = stack.resources("aws_vpc_peering_connection_accepter")
    accepted = {stack.at(one.body["vpc_peering_connection_id"]).address: one for one in accepters}
    for connection in stack.resources("aws_vpc_peering_connection"):
        accepter = accepted[connection.address]
        assert accepter.region == connection.body["peer_region"]
        assert accepter.body["auto_accept"]


@SETS
def test_dns_resolution_is_on_at_both_sides_of_every_connection(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    sides = set()
    for options in stack.resources("aws_vpc_peering_connection_options"):
        accepter = stack.at(options.body["vpc_peering_connection_id"])
        connection = stack.at(accepter.body["vpc_peering_connection_id"])
        (side,) = {"requester", "accepter"} & options.body.keys()
        assert options.body[side] == {"allow_remote_vpc_dns_resolution": True}
        assert options.region == (connection if side == "requester" else accepter).region
        sides.add((connection.address, side))
    connections = stack.resources("aws_vpc_peering_connection")
    assert sides == {(one.address, side) for one in connections for side in ("requester", "accepter")}


@SETS
def test_every_private_and_database_route_table_leads_to_every_other_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    cidrs = {vpc.region: vpc.body["cidr_block"] for vpc in stack.resources("aws_vpc")}
    found: dict[str, dict[str, str]] = {}
    for route in stack.resources("aws_route"):
        if "vpc_peering_connection_id" in route.body:
            accepter = stack.at(route.body["vpc_peering_connection_id"])
            connection = stack.at(accepter.body["vpc_peering_connection_id"])
            ends = {connection.region, accepter.region}
            assert route.region in ends
            (far,) = ends - {route.region}
            table = stack.at(route.body["route_table_id"]).address
            found.setdefault(table, {})[far] = route.body["destination_cidr_block"]
    tables = [one for one in stack.resources("aws_route_table") if one.body["tags"]["Tier"] != "public"]
    assert found == {table.address: {far: cidrs[far] for far in regions if far != table.region} for table in tables}


def test_a_vpc_of_somebody_else_is_asked_for_and_reached_from_the_private_tier_alone() -> None:
    peer, far, stack = PEER, FAR, platform(*ONE, **OTHERWISE)
    (vpc,) = stack.resources("aws_vpc")
    asked = {one.body["peer_vpc_id"]: one for one in stack.resources("aws_vpc_peering_connection")}
    assert asked[peer["vpc_id"]].body["peer_owner_id"] == "999999999999"
    assert asked[far["vpc_id"]].body["peer_region"] == "eu-central-1"
    for one in asked.values():
        assert (stack.at(one.body["vpc_id"]).address, one.body["auto_accept"]) == (vpc.address, False)
    assert not stack.resources("aws_vpc_peering_connection_accepter")
    found: dict[str, dict[str, str]] = {}
    for route in stack.resources("aws_route"):
        if "vpc_peering_connection_id" in route.body:
            to = stack.at(route.body["vpc_peering_connection_id"]).body["peer_vpc_id"]
            table = stack.at(route.body["route_table_id"]).address
            found.setdefault(table, {})[route.body["destination_cidr_block"]] = to
    private = [one.address for one in stack.resources("aws_route_table") if one.body["tags"]["Tier"] == "private"]
    where = {cidr: one["vpc_id"] for one in (peer, far) for cidr in one["cidrs"]}
    assert found == dict.fromkeys(private, where)
