"""VPC peering between two regions."""

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
    """A VPC peering connection, with DNS resolution and routes in both directions.

    The private and database route tables of each side get a route to the other VPC. The public tier gets none.

    Parameters
    ----------
    requester, accepter
        The two networks. Their roles make no difference to the traffic, but swapping them replaces the connection.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/vpc_peering_connection_options
    """

    def __init__(self, scope: Construct, id_: str, *, requester: Network, accepter: Network) -> None:
        super().__init__(scope, id_)
        requester_region, accepter_region = requester.region, accepter.region
        connection = VpcPeeringConnection(
            self,
            "Resource",
            provider=requester_region.provider,
            vpc_id=requester.vpc.id,
            peer_vpc_id=accepter.vpc.id,
            peer_region=accepter_region.name,
            tags={"Name": requester_region.names.of("pcx", accepter_region.name)},
        )
        # By the accepter's id and not the connection's: it is known only once the connection is active.
        active = VpcPeeringConnectionAccepterA(
            self,
            "accepter",
            provider=accepter_region.provider,
            vpc_peering_connection_id=connection.id,
            auto_accept=True,
            tags={"Name": accepter_region.names.of("pcx", requester_region.name)},
        )
        VpcPeeringConnectionOptions(
            self,
            "requester-options",
            provider=requester_region.provider,
            vpc_peering_connection_id=active.id,
            requester=VpcPeeringConnectionOptionsRequester(allow_remote_vpc_dns_resolution=True),
        )
        VpcPeeringConnectionOptions(
            self,
            "accepter-options",
            provider=accepter_region.provider,
            vpc_peering_connection_id=active.id,
            accepter=VpcPeeringConnectionOptionsAccepter(allow_remote_vpc_dns_resolution=True),
        )
        for network, peer in ((requester, accepter), (accepter, requester)):
            for tier in (network.private, network.database):
                for letter, route_table in tier.route_tables.items():
                    Route(
                        self,
                        f"{network.region.name}-{tier.name}-{letter}",
                        provider=network.region.provider,
                        route_table_id=route_table.id,
                        destination_cidr_block=str(peer.region.cidr),
                        vpc_peering_connection_id=active.id,
                    )
