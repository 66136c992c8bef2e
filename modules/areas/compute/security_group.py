"""The security group of the web tier's instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.areas.network.nat import ANYWHERE
from modules.blocks.security_group import egress_rule, ingress_rule, security_group

if TYPE_CHECKING:
    from modules.areas.ingress.load_balancer import LoadBalancer
    from modules.areas.network.network import Network
    from modules.core.region import Region

HTTPS = 443


class WebSecurityGroup(Construct):
    """The security group of the web tier: ingress of HTTPS from the load balancer only, and egress of HTTPS.

    Egress is for AWS services, through VPC endpoints or NAT gateways. It allows any address, because those of the
    services are not known. For other destinations, such as the database, instances get a security group of that area.

    Parameters
    ----------
    region
        The region.
    network
        The network of the security group.
    load_balancer
        The load balancer, the only source of ingress.

    See https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, network: Network, load_balancer: LoadBalancer
    ) -> None:
        super().__init__(scope, id_)
        self.resource = security_group(
            self,
            "Resource",
            region=region,
            vpc_id=network.vpc.id,
            identifier="web",
            description="Instances of the web tier",
        )
        self.id = self.resource.id
        ingress_rule(
            self,
            "https-from-load-balancer",
            region=region,
            group=self.resource,
            port=HTTPS,
            identifier="web-from-alb",
            description="HTTPS from the load balancer",
            referenced_security_group_id=load_balancer.security_group.id,
        )
        egress_rule(
            self,
            "https-out",
            region=region,
            group=self.resource,
            port=HTTPS,
            identifier="web-https-out",
            description="HTTPS to AWS services",
            cidr_ipv4=ANYWHERE,
        )
