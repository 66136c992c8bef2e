"""Routes to the internet: the public tier's own, and the private tier's through NAT gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from constructs import Construct

if TYPE_CHECKING:
    from modules.areas.network.subnets import SubnetTier
    from modules.areas.network.vpc import Vpc
    from modules.core.region import Region

ANYWHERE = "0.0.0.0/0"


class PublicRoutes(Construct):
    """The default route of each public subnet, through the internet gateway."""

    def __init__(self, scope: Construct, id_: str, *, region: Region, vpc: Vpc, public: SubnetTier) -> None:
        super().__init__(scope, id_)
        for letter, route_table in public.route_tables.items():
            Route(
                self,
                f"internet-{letter}",
                provider=region.provider,
                route_table_id=route_table.id,
                destination_cidr_block=ANYWHERE,
                gateway_id=vpc.internet_gateway.id,
            )


class NatGateways(Construct):
    """NAT gateways in the public subnets, and the default routes of the private subnets through them.

    Parameters
    ----------
    region
        The region. The setting ``network.nat_gateways`` decides: ``per-az`` makes a gateway in each zone, and each
        private subnet uses that of its own zone. ``single`` makes one in the first zone for all private subnets.
        ``none`` makes no gateways and no routes.

    See https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, vpc: Vpc, public: SubnetTier, private: SubnetTier
    ) -> None:
        super().__init__(scope, id_)
        letters = {"per-az": region.zones, "single": region.zones[:1], "none": ""}[region.settings.network.nat_gateways]
        self.gateways = {letter: self._gateway(region, vpc, public, letter) for letter in letters}
        if not self.gateways:
            return
        for letter, route_table in private.route_tables.items():
            Route(
                self,
                f"default-{letter}",
                provider=region.provider,
                route_table_id=route_table.id,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=self.gateways.get(letter, self.gateways[letters[0]]).id,
            )

    def _gateway(self, region: Region, vpc: Vpc, public: SubnetTier, letter: str) -> NatGateway:
        address = Eip(
            self,
            f"address-{letter}",
            provider=region.provider,
            domain="vpc",
            tags={"Name": region.names.of("eip", f"nat-{letter}")},
        )
        return NatGateway(
            self,
            f"gateway-{letter}",
            provider=region.provider,
            allocation_id=address.allocation_id,
            subnet_id=public.subnets[letter].id,
            tags={"Name": region.names.of("nat", letter)},
            # A NAT gateway fails to start in a VPC without an attached internet gateway.
            depends_on=[vpc.internet_gateway],
        )
