"""Settings of the network."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from itertools import combinations, product
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from modules.settings.addressing import DEFAULT_POOL, LARGEST_VPC, SMALLEST_VPC, AddressError, region_blocks
from modules.settings.endpoints import EndpointService  # noqa: TC001 - as above
from modules.settings.faults import Fault
from modules.settings.region_table import WITHOUT_EC2MESSAGES
from modules.settings.regions import is_zone_of, known_regions, zone_count
from modules.settings.types import (
    ONCE,
    AccountId,
    BucketName,
    Cidr,
    PrivateNetwork,
    RegionName,
    Section,
    ZoneNames,
    matching,
    some_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Network

    from modules.settings.draft import Draft


#: The policy of an endpoint has 20,480 characters, white space included, and names each bucket twice.
#: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
MOST_BUCKETS = 100

VpcId = Annotated[
    str,
    matching(r"vpc-([0-9a-f]{8}|[0-9a-f]{17})", problem="not the id of a VPC", allowed="such as vpc-0123456789abcdef0"),
]


class PeerSettings(Section):
    """A VPC of somebody else that a region's VPC is peered with.

    Parameters
    ----------
    vpc_id
        Its id.
    cidrs
        Its CIDR blocks, or those of them that the private tier is to reach.
    region
        Its region. By default that of the platform's VPC.
    account_id
        Its account. By default the platform's.
    """

    vpc_id: VpcId
    cidrs: Annotated[tuple[Cidr, ...], some_of("IPv4 networks")]
    region: RegionName | None = None
    account_id: AccountId | None = None


class NetworkSettings(Section):
    """The VPC of each region.

    Parameters
    ----------
    cidr
        The pool of addresses for the VPCs of all regions; it must be large enough for all
        (docs/architecture.md#cidr-blocks).
    vpc_prefix_length : in bits
        Size of a VPC: 16 are 65,536 addresses, 22 are 1,024.
    region_cidrs
        CIDR blocks of single regions instead of computed ones, such as those agreed with the owner of another network.
    reserved_cidrs
        Networks of others, such as existing VPCs or an office, that no VPC of the platform may overlap
        (docs/account-in-use.md#networks).
    peers
        By region, VPCs of others that the VPC there is peered with
        (docs/account-in-use.md#peering-with-a-vpc-of-others).
    availability_zones : in zones
        Availability Zones to use in each region; ``us-west-1`` gets two. A plan fails where the account has fewer.
    zones
        By region, the Availability Zones to use there, in this order, by name or by id
        (docs/network.md#availability-zones). Existing subnets stay in their zones. By default the first ones by name,
        without a few old ones.
    nat_gateways
        ``per-az``: the loss of a zone does not affect the egress of another; ``single``: one for all zones; ``none``:
        no egress but through endpoints.
    interface_endpoints
        AWS services that are reached inside of the VPC. The default is what instances and functions in private subnets
        need: Systems Manager, Secrets Manager, KMS, CloudWatch Logs and STS.
    readable_buckets
        Buckets of other accounts that the policy of the S3 gateway endpoint allows to read, besides AWS's own that
        instances need.
    """

    cidr: PrivateNetwork = DEFAULT_POOL
    vpc_prefix_length: Annotated[int, Field(ge=LARGEST_VPC, le=SMALLEST_VPC)] = LARGEST_VPC
    region_cidrs: Mapping[RegionName, PrivateNetwork] = Field(default_factory=dict)
    reserved_cidrs: tuple[Cidr, ...] = ()
    peers: Mapping[RegionName, tuple[PeerSettings, ...]] = Field(default_factory=dict)
    availability_zones: Annotated[int, Field(ge=2, le=6)] = 3
    zones: Mapping[RegionName, ZoneNames] = Field(default_factory=dict)
    nat_gateways: Literal["per-az", "single", "none"] = "per-az"
    interface_endpoints: Annotated[tuple[EndpointService, ...], ONCE] = (
        "kms",
        "logs",
        "secretsmanager",
        "ssm",
        "ssmmessages",
        "sts",
    )
    readable_buckets: Annotated[tuple[BucketName, ...], Field(max_length=MOST_BUCKETS), ONCE] = ()

    def zone_count(self, region: str) -> int:
        """Availability Zones to use in ``region``."""
        return len(self.zones[region]) if region in self.zones else zone_count(region, wanted=self.availability_zones)


def region_cidrs_are_of_the_regions(draft: Draft) -> Iterator[Fault]:
    """A VPC in a region that is not in the list is more likely a mistake."""
    yield from draft.check_keys("network.region_cidrs", draft.mapping("network", "region_cidrs"))


def vpcs_fit_and_do_not_overlap(draft: Draft) -> Iterator[Fault]:
    """The pool has room for a VPC in every region, and no two VPCs overlap."""
    if (network := draft.network) is None:
        return
    for region, block in network.region_cidrs.items():
        if block.prefixlen not in range(LARGEST_VPC, SMALLEST_VPC + 1):
            yield Fault(
                f"network.region_cidrs.{region}", "not a size that three tiers fit in", str(block), "/16 to /22"
            )
            return
    try:
        _blocks(draft, network)
    except AddressError as error:
        if stated := [region for region in error.regions if region in network.region_cidrs]:
            region = stated[-1]
            value = str(network.region_cidrs[region])
            yield Fault(f"network.region_cidrs.{region}", str(error), value, "blocks that lie apart")
            return
        yield Fault(
            "network.cidr",
            str(error),
            str(network.cidr),
            "a larger pool, a longer network.vpc_prefix_length, or network.region_cidrs that lie apart",
        )


def zones_are_of_their_region(draft: Draft) -> Iterator[Fault]:
    """Zones are of a region in the list, and all named or all given by id."""
    if (network := draft.network) is None:
        return
    names = draft.regions
    for region, zones in network.zones.items():
        path = f"network.zones.{region}"
        if names and region not in names:
            yield from draft.check_region(path, region)
        elif len({zone.startswith(region) for zone in zones}) > 1:
            # Only AWS knows whether a name and an id mean the same zone.
            yield Fault(path, "names and ids of zones are mixed", ", ".join(zones), "names of zones, or ids of zones")
        else:
            for index, zone in enumerate(zones):
                if not is_zone_of(zone, region):
                    yield Fault(f"{path}[{index}]", f"not a zone of {region}", zone, f"such as {region}a, or an id")


def endpoints_are_available(draft: Draft) -> Iterator[Fault]:
    """Systems Manager does not have all of its endpoints in the newest regions."""
    if (network := draft.network) is None:
        return
    if "ec2messages" in network.interface_endpoints:
        for region in sorted(WITHOUT_EC2MESSAGES & set(draft.regions)):
            yield Fault(
                "network.interface_endpoints",
                f"{region} has no endpoint of this service, and agents of today do not need it",
                "ec2messages",
                "ssm and ssmmessages alone",
            )


def vpcs_leave_reserved_networks_free(draft: Draft) -> Iterator[Fault]:
    """Networks that overlap can never be connected: neither by peering nor by a VPN."""
    if (network := draft.network) is None:
        return
    for region, block in _blocks_if_possible(draft, network).items():
        for index, reserved in enumerate(network.reserved_cidrs):
            if block.overlaps(reserved):
                yield Fault(
                    f"network.reserved_cidrs[{index}]",
                    f"the VPC of {region} ({block}) overlaps it",
                    str(reserved),
                    f"another block for the region in network.region_cidrs.{region}, or another network.cidr",
                )


def peers_overlap_no_vpc_of_the_platform(draft: Draft) -> Iterator[Fault]:
    """VPCs that are peered do not overlap, and their blocks are routed from each VPC of the platform in one direction.

    See https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
    """
    if (network := draft.network) is None:
        return
    yield from draft.check_keys("network.peers", network.peers)
    blocks = _blocks_if_possible(draft, network)
    for region, peers in network.peers.items():
        for index, peer in enumerate(peers):
            for cidr, (other, block) in product(peer.cidrs, blocks.items()):
                if block.overlaps(cidr):
                    yield Fault(
                        f"network.peers.{region}[{index}].cidrs",
                        f"the VPC of {other} ({block}) overlaps it",
                        str(cidr),
                        "a network that no VPC of the platform overlaps",
                    )


def peers_lie_apart(draft: Draft) -> Iterator[Fault]:
    """Two VPCs have one connection, and a route has one destination."""
    for region, peers in draft.network.peers.items() if draft.network else ():
        for (_, one), (index, other) in combinations(enumerate(peers), 2):
            path = f"network.peers.{region}[{index}]"
            if one.vpc_id == other.vpc_id:
                yield Fault(f"{path}.vpc_id", "listed twice", other.vpc_id, "each VPC once")
                continue
            for cidr in other.cidrs:
                if any(cidr.overlaps(its) for its in one.cidrs):
                    yield Fault(f"{path}.cidrs", f"{one.vpc_id} overlaps it", str(cidr), "peers that lie apart")


def _blocks(draft: Draft, network: NetworkSettings) -> dict[str, IPv4Network]:
    names = [name for name in draft.regions if name in known_regions()]
    return region_blocks(names, pool=network.cidr, prefix_length=network.vpc_prefix_length, fixed=network.region_cidrs)


def _blocks_if_possible(draft: Draft, network: NetworkSettings) -> dict[str, IPv4Network]:
    """Nothing if they are not possible, which another rule reports."""
    try:
        return _blocks(draft, network)
    except AddressError:
        return {}
