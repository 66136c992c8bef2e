"""The three tiers of subnets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from constructs import Construct

from modules.settings.addressing import Tier, subnet_block

if TYPE_CHECKING:
    from modules.areas.network.vpc import Vpc
    from modules.core.region import Region, Zones


class SubnetTier(Construct):
    """One subnet with its own route table in each zone of the region. The only route is the VPC's local one.

    A subnet stays in the zone that it was created in. The n-th zone of an account can change, because AWS opens a zone
    or removes one from the list. Terraform then ignores the change: it would replace the subnet and everything in it.
    A plan fails if two subnets of a tier would be in one zone for that reason.

    Parameters
    ----------
    region
        The region.
    vpc
        The VPC of the subnets.
    zones
        The region's zones.
    tier
        The tier, which decides the subnets' CIDR blocks.

    Attributes
    ----------
    subnets, route_tables
        The subnets and their route tables, by the letter of the zone.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, vpc: Vpc, zones: Zones, tier: Tier) -> None:
        super().__init__(scope, id_)
        self.name = tier.name
        self.subnets: dict[str, Subnet] = {}
        self.route_tables: dict[str, RouteTable] = {}
        for position, letter in enumerate(region.zones):
            subnet = Subnet(
                self,
                f"subnet-{letter}",
                provider=region.provider,
                vpc_id=vpc.id,
                availability_zone=zones.name(position),
                cidr_block=str(subnet_block(region.cidr, tier, position)),
                map_public_ip_on_launch=False,
                tags={"Name": region.names.of("subnet", f"{tier.name}-{letter}"), "Tier": tier.name},
            )
            route_table = RouteTable(
                self,
                f"route-table-{letter}",
                provider=region.provider,
                vpc_id=vpc.id,
                tags={"Name": region.names.of("rtb", f"{tier.name}-{letter}"), "Tier": tier.name},
            )
            RouteTableAssociation(
                self,
                f"association-{letter}",
                provider=region.provider,
                subnet_id=subnet.id,
                route_table_id=route_table.id,
            )
            self.subnets[letter] = subnet
            self.route_tables[letter] = route_table
        self._pin_zones(region)

    def _pin_zones(self, region: Region) -> None:
        *first_subnets, last = self.subnets.values()
        for subnet in first_subnets:
            subnet.lifecycle = TerraformResourceLifecycle(ignore_changes=["availability_zone"])
        zones = ", ".join([*(f"{subnet.fqn}.availability_zone" for subnet in first_subnets), "self.availability_zone"])
        last.lifecycle = TerraformResourceLifecycle(
            ignore_changes=["availability_zone"],
            postcondition=[
                Postcondition(
                    condition=f"${{length(distinct([{zones}])) == {len(self.subnets)}}}",
                    error_message=f"two {self.name} subnets of {region.name} would be in one Availability Zone, since "
                    "the zones of the account have changed after the first was made: "
                    f"name its zones in network.zones.{region.name}, those of the subnets that stand first",
                )
            ],
        )

    @property
    def subnet_ids(self) -> list[str]:
        """Ids of the subnets, by the letter of their zone."""
        return [subnet.id for subnet in self.subnets.values()]

    @property
    def route_table_ids(self) -> list[str]:
        """Ids of the route tables, by the letter of their zone."""
        return [route_table.id for route_table in self.route_tables.values()]
