"""Who comes to the load balancer, and whom it talks to."""

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
    """The security group of a load balancer: HTTP and HTTPS from clients, and nothing out until ``reach`` is called.

    Where not everyone is a client, Route 53 still is, so that its health checks can judge the region.

    Parameters
    ----------
    region
        The region, with ``entry.client_cidrs`` of the settings.
    network
        The network that it is in.

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
        for word, port in (("http", HTTP), ("https", HTTPS)):
            for block in clients:
                self._admit(word, port, source=f"-{block.translate(str.maketrans('./', '--'))}", cidr_ipv4=block)
        if ANYWHERE not in clients:
            checkers = DataAwsEc2ManagedPrefixList(
                self,
                "health-checkers",
                provider=region.provider,
                name=f"com.amazonaws.{region.name}.route53-healthchecks",
            )
            self._admit("https", HTTPS, source="-health-checkers", prefix_list_id=checkers.id)

    def reach(self, security_group_id: str) -> None:
        """Let HTTPS out to what is in the security group."""
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

    def _admit(self, word: str, port: int, *, source: str, **peer: Unpack[Peer]) -> None:
        ingress_rule(
            self,
            f"{word}-from{source}",
            region=self._region,
            group=self.resource,
            port=port,
            identifier=f"alb-{word}-from{source}",
            description=f"{word.upper()} from clients"
            if "cidr_ipv4" in peer
            else "HTTPS from health checks of Route 53",
            **peer,
        )
