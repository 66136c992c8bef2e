"""CIDR blocks of each region, tier and Availability Zone.

A region's block depends only on the region's name, and a subnet's block only on its tier and the position of its zone,
so adding or removing a region or a zone never moves another. Blocks are at fixed places of the pool, so two of them
cannot overlap.

Layout of a VPC, with eight places for zones in each tier::

    private   first half       room for the instances
    public    third quarter    load balancers and NAT gateways
    database  seventh eighth   isolated
    (spare)   last eighth      reserved for another tier
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ZONE_PLACES = 8
ZONE_BITS = 3
#: AWS allows VPCs of /16 to /28 and subnets down to /28; the smallest tier is an eighth of its VPC, cut into eight.
LARGEST_VPC, SMALLEST_VPC = 16, 22
DEFAULT_POOL = IPv4Network("10.0.0.0/8")
#: Puts every region of AWS in a place of its own among 128 (tests/unit checks it with botocore's list).
SALT = "1"


class AddressError(ValueError):
    """The pool has no room for the regions.

    Attributes
    ----------
    regions
        Those whose blocks overlap, if that is the reason.
    """

    def __init__(self, message: str, *, regions: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.regions = regions


@dataclass(frozen=True)
class Tier:
    """A tier of subnets: its name, and its place as the n-th of the blocks with ``bits`` more bits."""

    name: str
    bits: int
    place: int


PRIVATE = Tier("private", bits=1, place=0)
PUBLIC = Tier("public", bits=2, place=2)
DATABASE = Tier("database", bits=3, place=6)
TIERS = (PUBLIC, PRIVATE, DATABASE)


def tier_block(vpc: IPv4Network, tier: Tier) -> IPv4Network:
    """Block of a tier with all its zones."""
    return _nth(vpc, bits=tier.bits, place=tier.place)


def subnet_block(vpc: IPv4Network, tier: Tier, zone: int) -> IPv4Network:
    """Block of the subnet of ``tier`` in the zone at position ``zone``, counted from 0.

    Raises
    ------
    AddressError
        If the position is not one of the eight, or the VPC is so small that the subnet would be below AWS's /28.
    """
    if not 0 <= zone < ZONE_PLACES:
        raise AddressError(f"zone position {zone} in {vpc}, allowed: 0 to {ZONE_PLACES - 1}")
    if vpc.prefixlen > SMALLEST_VPC:
        raise AddressError(f"VPC {vpc} is too small for three tiers, allowed: /{LARGEST_VPC} to /{SMALLEST_VPC}")
    return _nth(tier_block(vpc, tier), bits=ZONE_BITS, place=zone)


def region_blocks(
    regions: Iterable[str],
    *,
    pool: IPv4Network = DEFAULT_POOL,
    prefix_length: int = LARGEST_VPC,
    fixed: Mapping[str, IPv4Network] | None = None,
) -> dict[str, IPv4Network]:
    """Block of each region's VPC.

    Parameters
    ----------
    regions
        Names of the regions, in any order.
    pool
        The network that contains the blocks.
    prefix_length
        Prefix length of a region's block.
    fixed
        Blocks from the settings, by region, instead of computed ones; they may be outside the pool.

    Raises
    ------
    AddressError
        If the pool has fewer places than regions, or the blocks of two regions overlap.
    """
    fixed = fixed or {}
    names = sorted(set(regions))
    computed = [name for name in names if name not in fixed]
    places = 1 << max(prefix_length - pool.prefixlen, 0)
    if prefix_length < pool.prefixlen or places < len(computed):
        count = places if prefix_length >= pool.prefixlen else 0
        raise AddressError(f"{pool} holds {count} blocks of /{prefix_length}, too few for {len(computed)} regions")
    blocks = {name: fixed[name] if name in fixed else _computed(name, pool, prefix_length) for name in names}
    for one, other in combinations(names, 2):
        if blocks[one].overlaps(blocks[other]):
            raise AddressError(f"{one} ({blocks[one]}) and {other} ({blocks[other]}) overlap", regions=(one, other))
    return blocks


def _computed(region: str, pool: IPv4Network, prefix_length: int) -> IPv4Network:
    bits = prefix_length - pool.prefixlen
    digest = hashlib.sha256(f"{SALT}:{region}".encode()).digest()
    return _nth(pool, bits=bits, place=int.from_bytes(digest[:4], "big") % (1 << bits))


def _nth(network: IPv4Network, *, bits: int, place: int) -> IPv4Network:
    prefix_length = network.prefixlen + bits
    return IPv4Network((int(network.network_address) + (place << (32 - prefix_length)), prefix_length))
