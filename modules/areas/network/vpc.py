"""The VPC, with its default security group, network ACL and route table closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.default_network_acl import DefaultNetworkAcl
from cdktf_cdktf_provider_aws.default_route_table import DefaultRouteTable
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.vpc import Vpc as VpcResource
from constructs import Construct

if TYPE_CHECKING:
    from modules.core.region import Region


class Vpc(Construct):
    """A VPC with DNS and an internet gateway, whose default security group, network ACL and route table allow nothing.

    Parameters
    ----------
    region
        The region. Its ``cidr`` is the VPC's CIDR block.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-2
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region) -> None:
        super().__init__(scope, id_)
        self.resource = VpcResource(
            self,
            "Resource",
            provider=region.provider,
            cidr_block=str(region.cidr),
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": region.names.of("vpc", "platform")},
        )
        self.id = self.resource.id
        self.internet_gateway = InternetGateway(
            self,
            "internet-gateway",
            provider=region.provider,
            vpc_id=self.id,
            tags={"Name": region.names.of("igw", "platform")},
        )
        DefaultSecurityGroup(
            self,
            "default-security-group",
            provider=region.provider,
            vpc_id=self.id,
            tags={"Name": region.names.of("sg", "default-closed")},
        )
        DefaultNetworkAcl(
            self,
            "default-network-acl",
            provider=region.provider,
            default_network_acl_id=self.resource.default_network_acl_id,
            tags={"Name": region.names.of("acl", "default-closed")},
        )
        DefaultRouteTable(
            self,
            "default-route-table",
            provider=region.provider,
            default_route_table_id=self.resource.default_route_table_id,
            route=[],
            tags={"Name": region.names.of("rtb", "default-closed")},
        )
