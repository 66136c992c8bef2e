"""A region's network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.areas.network.acl import TierAcl
from modules.areas.network.endpoints import Endpoints
from modules.areas.network.flow_logs import FlowLogs
from modules.areas.network.nat import NatGateways, PublicRoutes
from modules.areas.network.subnets import SubnetTier
from modules.areas.network.vpc import Vpc
from modules.core.region import Zones
from modules.settings.addressing import DATABASE, PRIVATE, PUBLIC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.keys.key import Key
    from modules.core.region import Region


class Network(Construct):
    """VPC, three tiers of subnets, NAT gateways, VPC endpoints, network ACLs and flow logs of one region.

    Parameters
    ----------
    region
        The region.
    logs_key
        The key that flow logs are encrypted with.
    vpc_cidrs
        CIDR blocks of all the platform's VPCs, this one's included.

    Attributes
    ----------
    vpc, public, private, database
        The VPC and its tiers of subnets.
    database_acl
        The network ACL of the database tier.
    nat, flow_logs
        The NAT gateways and the flow logs.
    endpoints
        The VPC endpoints.
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, logs_key: Key, vpc_cidrs: Sequence[str]) -> None:
        super().__init__(scope, id_)
        self.region = region
        zones = Zones(self, "zones", region=region)
        self.vpc = Vpc(self, "vpc", region=region)
        self.public, self.private, self.database = (
            SubnetTier(self, tier.name, region=region, vpc=self.vpc, zones=zones, tier=tier)
            for tier in (PUBLIC, PRIVATE, DATABASE)
        )
        acls = {
            tier.name: TierAcl(self, f"{tier.name}-acl", region=region, vpc=self.vpc, tier=tier, vpc_cidrs=vpc_cidrs)
            for tier in (self.public, self.private, self.database)
        }
        self.database_acl = acls[DATABASE.name].resource
        PublicRoutes(self, "public-routes", region=region, vpc=self.vpc, public=self.public)
        self.nat = NatGateways(self, "nat", region=region, vpc=self.vpc, public=self.public, private=self.private)
        self.endpoints = Endpoints(
            self,
            "endpoints",
            region=region,
            vpc=self.vpc,
            private=self.private,
            routed=(self.private, self.database),
        )
        self.flow_logs = FlowLogs(self, "flow-logs", region=region, vpc=self.vpc, key=logs_key)
