"""Who the instances of the web tier talk to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.network.ways_out import ANYWHERE

if TYPE_CHECKING:
    from modules.entry.load_balancer import LoadBalancer
    from modules.network.network import Network
    from modules.region import Region

HTTPS = 443


class WebSecurityGroup(Construct):
    """The security group of the web tier: HTTPS from the load balancer alone, and HTTPS out.

    Out goes to AWS services, through endpoints or NAT gateways, whose addresses are not known. What else an instance
    may reach, such as the database, is a group of that area's.

    Parameters
    ----------
    region
        The region.
    network
        The network that it is in.
    load_balancer
        The only one that may come.

    See https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, network: Network, load_balancer: LoadBalancer
    ) -> None:
        super().__init__(scope, id_)
        name = region.names.of("sg", "web")
        self.resource = SecurityGroup(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            description="Instances of the web tier",
            vpc_id=network.vpc.id,
            tags={"Name": name},
        )
        self.id = self.resource.id
        VpcSecurityGroupIngressRule(
            self,
            "https-from-load-balancer",
            provider=region.provider,
            security_group_id=self.id,
            description="HTTPS from the load balancer",
            referenced_security_group_id=load_balancer.security_group.id,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            tags={"Name": region.names.of("sg", "web-from-alb")},
        )
        VpcSecurityGroupEgressRule(
            self,
            "https-out",
            provider=region.provider,
            security_group_id=self.id,
            description="HTTPS to AWS services",
            cidr_ipv4=ANYWHERE,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            tags={"Name": region.names.of("sg", "web-https-out")},
        )
