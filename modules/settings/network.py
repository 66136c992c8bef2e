"""Settings of the network area."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from typing import Annotated, Literal

from pydantic import Field

from modules.addressing import DEFAULT_POOL, LARGEST_VPC, SMALLEST_VPC
from modules.settings.types import EndpointService, PrivateNetwork, RegionName, Section


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
    nat_gateways
        ``per-az`` (the default: losing a zone costs no other zone its way out), ``single``, or ``none``.
    interface_endpoints
        AWS services that are reached through an interface endpoint. By default what instances and functions need to run
        in private subnets: Systems Manager, Secrets Manager, KMS, CloudWatch Logs and STS.
    """

    cidr: PrivateNetwork = DEFAULT_POOL
    vpc_prefix_length: Annotated[int, Field(ge=LARGEST_VPC, le=SMALLEST_VPC)] = LARGEST_VPC
    region_cidrs: Mapping[RegionName, PrivateNetwork] = Field(default_factory=dict)
    availability_zones: Annotated[int, Field(ge=2, le=6)] = 3
    nat_gateways: Literal["per-az", "single", "none"] = "per-az"
    interface_endpoints: tuple[EndpointService, ...] = (
        "ec2messages",
        "kms",
        "logs",
        "secretsmanager",
        "ssm",
        "ssmmessages",
        "sts",
    )
