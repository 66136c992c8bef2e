"""VPC peering with a VPC of somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.vpc_peering_connection import VpcPeeringConnection
from constructs import Construct

if TYPE_CHECKING:
    from modules.areas.network.network import Network
    from modules.settings.network import PeerSettings


class RemotePeering(Construct):
    """The requester's side of a VPC peering connection, and routes of the private tier to the peer.

    The owner of the peer accepts the connection and makes the routes back. Before that the routes exist and lead
    nowhere. A request that nobody accepts within a week expires, and the next plan requests it again. Resolution of
    DNS names is left off, because its options can be set only once the connection is active.

    Parameters
    ----------
    network
        The platform's network.
    peer
        The peer.

    See https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html and
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/vpc_peering_connection
    """

    def __init__(self, scope: Construct, id_: str, *, network: Network, peer: PeerSettings) -> None:
        super().__init__(scope, id_)
        region = network.region
        connection = VpcPeeringConnection(
            self,
            "Resource",
            provider=region.provider,
            vpc_id=network.vpc.id,
            peer_vpc_id=peer.vpc_id,
            peer_owner_id=peer.account_id,
            peer_region=peer.region,
            auto_accept=False,
            tags={"Name": region.names.of("pcx", peer.vpc_id)},
        )
        for letter, route_table in network.private.route_tables.items():
            for cidr in peer.cidrs:
                Route(
                    self,
                    f"{letter}-{cidr.network_address}-{cidr.prefixlen}",
                    provider=region.provider,
                    route_table_id=route_table.id,
                    destination_cidr_block=str(cidr),
                    vpc_peering_connection_id=connection.id,
                )
