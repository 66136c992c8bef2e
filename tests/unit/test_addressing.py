from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.settings.addressing import (
    DEFAULT_POOL,
    TIERS,
    ZONE_PLACES,
    AddressError,
    Tier,
    region_blocks,
    subnet_block,
    tier_block,
)
from modules.settings.regions import known_regions

REGIONS = sorted(known_regions())
SETS = st.sets(st.sampled_from(REGIONS), min_size=1, max_size=17)
VPCS = st.integers(16, 22).flatmap(
    lambda length: st.integers(0, (1 << (length - 8)) - 1).map(
        lambda place: IPv4Network(((10 << 24) + (place << (32 - length)), length))
    )
)


def test_every_region_of_aws_has_a_block_of_its_own() -> None:
    blocks = region_blocks(REGIONS)
    assert set(blocks) == set(REGIONS)
    assert not any(one.overlaps(other) for one, other in combinations(blocks.values(), 2))
    assert all(block.subnet_of(DEFAULT_POOL) and block.prefixlen == 16 for block in blocks.values())


@given(SETS, SETS)
def test_a_regions_block_does_not_depend_on_the_other_regions(some: set[str], others: set[str]) -> None:
    before, after = region_blocks(some), region_blocks(some | others)
    assert {name: after[name] for name in some} == before


@given(VPCS)
def test_subnets_lie_in_their_vpc_and_never_overlap(vpc: IPv4Network) -> None:
    subnets = [subnet_block(vpc, tier, zone) for tier in TIERS for zone in range(ZONE_PLACES)]
    assert all(subnet.subnet_of(vpc) and subnet.prefixlen <= 28 for subnet in subnets)
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))


@given(VPCS, st.sampled_from(TIERS))
def test_subnets_lie_in_the_block_of_their_tier(vpc: IPv4Network, tier: Tier) -> None:
    assert all(subnet_block(vpc, tier, zone).subnet_of(tier_block(vpc, tier)) for zone in range(ZONE_PLACES))


def test_layout_is_the_documented_one() -> None:
    vpc = IPv4Network("10.42.0.0/16")
    assert [str(subnet_block(vpc, tier, 1)) for tier in TIERS] == ["10.42.136.0/21", "10.42.16.0/20", "10.42.196.0/22"]


def test_blocks_of_shipped_regions_stay_what_they_are() -> None:
    blocks = region_blocks(["us-east-1", "us-west-2", "ap-south-1"])
    assert {name: str(block) for name, block in blocks.items()} == {
        "us-east-1": "10.42.0.0/16",
        "us-west-2": "10.4.0.0/16",
        "ap-south-1": "10.82.0.0/16",
    }


def test_a_fixed_block_replaces_the_computed_one_and_moves_no_other() -> None:
    fixed = {"us-west-2": IPv4Network("172.16.0.0/16")}
    blocks = region_blocks(["us-east-1", "us-west-2"], fixed=fixed)
    assert blocks == {"us-west-2": fixed["us-west-2"], "us-east-1": region_blocks(["us-east-1"])["us-east-1"]}


def test_rejects_a_pool_with_fewer_places_than_regions() -> None:
    with pytest.raises(AddressError, match="holds 2 blocks of /16, too few for 3 regions"):
        region_blocks(["us-east-1", "us-west-2", "eu-west-1"], pool=IPv4Network("10.0.0.0/15"))


def test_rejects_regions_that_come_to_the_same_addresses() -> None:
    with pytest.raises(AddressError, match=r"us-east-1 \(10.4.0.0/16\) and us-west-2 \(10.4.0.0/16\) overlap"):
        region_blocks(["us-east-1", "us-west-2"], fixed={"us-east-1": IPv4Network("10.4.0.0/16")})


@pytest.mark.parametrize("zone", [-1, ZONE_PLACES])
def test_rejects_a_zone_without_a_place(zone: int) -> None:
    with pytest.raises(AddressError, match="allowed: 0 to 7"):
        subnet_block(IPv4Network("10.0.0.0/16"), TIERS[0], zone)


def test_rejects_a_vpc_too_small_for_its_tiers() -> None:
    with pytest.raises(AddressError, match="too small for three tiers"):
        subnet_block(IPv4Network("10.0.0.0/23"), TIERS[0], 0)
