"""Settings of the network area."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from typing import Annotated, Literal

from pydantic import Field

from modules.settings.addressing import DEFAULT_POOL, LARGEST_VPC, SMALLEST_VPC
from modules.settings.endpoints import EndpointService  # noqa: TC001 - as above
from modules.settings.regions import zone_count
from modules.settings.types import BucketName, PrivateNetwork, RegionName, Section, ZoneNames


class NetworkSettings(Section):
    """The VPC of each region.

    Parameters
    ----------
    cidr
        The pool that every region's VPC is cut from; it must be large enough for all of them. ``10.0.0.0/8`` by
        default.
    vpc_prefix_length
        Size of a VPC, in bits: 16 (65,536 addresses, the default) to 22.
    region_cidrs
        Blocks of regions that are given rather than computed, such as those agreed with the owner of another network.
    availability_zones
        Availability Zones to use in each region; three by default, two where an account sees no more.
    zones
        By region, the Availability Zones to use there, in this order, by name or by id, instead of the first ones by
        name. By default no zone of ``modules.settings.region_table.OLD_ZONES`` is used. Subnets that stand stay in
        their zones.
    nat_gateways
        ``per-az`` (the default: losing a zone costs no other zone its way out), ``single``, or ``none``.
    interface_endpoints
        AWS services that are reached through an interface endpoint. By default what instances and functions need to run
        in private subnets: Systems Manager, Secrets Manager, KMS, CloudWatch Logs and STS.
    readable_buckets
        Buckets of other accounts that may be read through the gateway endpoint of S3. None by default, besides those of
        AWS's own that instances need.
    """

    cidr: PrivateNetwork = DEFAULT_POOL
    vpc_prefix_length: Annotated[int, Field(ge=LARGEST_VPC, le=SMALLEST_VPC)] = LARGEST_VPC
    region_cidrs: Mapping[RegionName, PrivateNetwork] = Field(default_factory=dict)
    availability_zones: Annotated[int, Field(ge=2, le=6)] = 3
    zones: Mapping[RegionName, ZoneNames] = Field(default_factory=dict)
    nat_gateways: Literal["per-az", "single", "none"] = "per-az"
    interface_endpoints: tuple[EndpointService, ...] = (
        "kms",
        "logs",
        "secretsmanager",
        "ssm",
        "ssmmessages",
        "sts",
    )
    readable_buckets: tuple[BucketName, ...] = ()

    def zone_count(self, region: str) -> int:
        """Availability Zones to use in ``region``."""
        return len(self.zones[region]) if region in self.zones else zone_count(region, wanted=self.availability_zones)
