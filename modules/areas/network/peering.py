"""Connections between the networks of two regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.vpc_peering_connection import VpcPeeringConnection
from cdktf_cdktf_provider_aws.vpc_peering_connection_accepter import VpcPeeringConnectionAccepterA
from cdktf_cdktf_provider_aws.vpc_peering_connection_options import (
    VpcPeeringConnectionOptions,
    VpcPeeringConnectionOptionsAccepter,
    VpcPeeringConnectionOptionsRequester,
)
from constructs import Construct

if TYPE_CHECKING:
    from modules.areas.network.network import Network


class Peering(Construct):
    """A peering connection, with DNS resolution and routes both ways.

    Each side's private and database route tables get a route to the other side's VPC; the public tier gets none.

    Parameters
    ----------
    requester, accepter
        The two networks. Which asks and which accepts makes no difference once they are connected, but changing it
        replaces the connection.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/vpc_peering_connection_options
    """

    def __init__(self, scope: Construct, id_: str, *, requester: Network, accepter: Network) -> None:
        super().__init__(scope, id_)
        asking, accepting = requester.region, accepter.region
        connection = VpcPeeringConnection(
            self,
            "Resource",
            provider=asking.provider,
            vpc_id=requester.vpc.id,
            peer_vpc_id=accepter.vpc.id,
            peer_region=accepting.name,
            tags={"Name": asking.names.of("pcx", accepting.name)},
        )
        # The accepter's id, unlike the connection's, is known only once the connection is active.
        active = VpcPeeringConnectionAccepterA(
            self,
            "accepter",
            provider=accepting.provider,
            vpc_peering_connection_id=connection.id,
            auto_accept=True,
            tags={"Name": accepting.names.of("pcx", asking.name)},
        )
        VpcPeeringConnectionOptions(
            self,
            "requester-options",
            provider=asking.provider,
            vpc_peering_connection_id=active.id,
            requester=VpcPeeringConnectionOptionsRequester(allow_remote_vpc_dns_resolution=True),
        )
        VpcPeeringConnectionOptions(
            self,
            "accepter-options",
            provider=accepting.provider,
            vpc_peering_connection_id=active.id,
            accepter=VpcPeeringConnectionOptionsAccepter(allow_remote_vpc_dns_resolution=True),
        )
        for here, there in ((requester, accepter), (accepter, requester)):
            for tier in (here.private, here.database):
                for letter, route_table in tier.route_tables.items():
                    Route(
                        self,
                        f"{here.region.name}-{tier.name}-{letter}",
                        provider=here.region.provider,
                        route_table_id=route_table.id,
                        destination_cidr_block=str(there.region.cidr),
                        vpc_peering_connection_id=active.id,
                    )
