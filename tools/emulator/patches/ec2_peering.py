"""Peering connections between regions have tags of their own at each end."""

import copy
from collections.abc import Callable

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.vpc_peering_connections import VPCPeeringConnection
from moto.ec2.models.vpcs import VPC

from tools.emulator.helpers.replacing import wrap


def create_vpc_peering_connection(
    original: Callable[..., VPCPeeringConnection],
    backend: EC2Backend,
    vpc: VPC,
    peer_vpc: VPC,
    tags: dict[str, str] | None = None,
) -> VPCPeeringConnection:
    """Give the accepter's region a view of the connection with the tags made there.

    moto shows the requester's tags in both regions, so an accepter that is tagged differently is changed at every plan.
    Status and options stay shared, as they are one thing seen from two sides.
    """
    connection = original(backend, vpc, peer_vpc, tags)
    there = ec2_backends[peer_vpc.owner_id][peer_vpc.region]
    if there is not backend:
        view = copy.copy(connection)
        view.ec2_backend = there
        there.vpc_pcxs[connection.id] = view
    return connection


def apply() -> None:
    """Apply the patch."""
    wrap(EC2Backend, "create_vpc_peering_connection", create_vpc_peering_connection)
