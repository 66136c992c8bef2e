"""The security group of the load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from cdktf_cdktf_provider_aws.data_aws_ec2_managed_prefix_list import DataAwsEc2ManagedPrefixList
from constructs import Construct

from modules.areas.network.nat import ANYWHERE
from modules.blocks.security_group import egress_rule, ingress_rule, security_group

if TYPE_CHECKING:
    from modules.areas.network.network import Network
    from modules.blocks.security_group import Peer
    from modules.core.region import Region

HTTP, HTTPS = 80, 443


class LoadBalancerSecurityGroup(Construct):
    """The security group of a load balancer: ingress of HTTP and HTTPS from clients, no egress before ``allow_to``.

    If ``entry.client_cidrs`` excludes the internet, HTTPS from the Route 53 health checkers is still allowed.

    Parameters
    ----------
    region
        The region, with the ``entry.client_cidrs`` setting.
    network
        The network of the load balancer.

    See https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html
    and https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, network: Network) -> None:
        super().__init__(scope, id_)
        self._region = region
        self.resource = security_group(
            self,
            "Resource",
            region=region,
            vpc_id=network.vpc.id,
            identifier="alb",
            description="Load balancer of the web tier",
        )
        clients = [str(block) for block in region.settings.entry.client_cidrs]
        for protocol, port in (("http", HTTP), ("https", HTTPS)):
            for block in clients:
                self._ingress_rule(
                    protocol, port, source=f"-{block.translate(str.maketrans('./', '--'))}", cidr_ipv4=block
                )
        if ANYWHERE not in clients:
            checkers = DataAwsEc2ManagedPrefixList(
                self,
                "health-checkers",
                provider=region.provider,
                name=f"com.amazonaws.{region.name}.route53-healthchecks",
            )
            self._ingress_rule("https", HTTPS, source="-health-checkers", prefix_list_id=checkers.id)

    def allow_to(self, security_group_id: str) -> None:
        """Allow egress of HTTPS to a security group."""
        egress_rule(
            self,
            "https-to-targets",
            region=self._region,
            group=self.resource,
            port=HTTPS,
            identifier="alb-to-web",
            description="HTTPS to the targets",
            referenced_security_group_id=security_group_id,
        )

    def _ingress_rule(self, protocol: str, port: int, *, source: str, **peer: Unpack[Peer]) -> None:
        ingress_rule(
            self,
            f"{protocol}-from{source}",
            region=self._region,
            group=self.resource,
            port=port,
            identifier=f"alb-{protocol}-from{source}",
            description=f"{protocol.upper()} from clients"
            if "cidr_ipv4" in peer
            else "HTTPS from health checks of Route 53",
            **peer,
        )
