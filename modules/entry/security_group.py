"""Who comes to the load balancer, and whom it talks to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.data_aws_ec2_managed_prefix_list import DataAwsEc2ManagedPrefixList
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.network.ways_out import ANYWHERE

if TYPE_CHECKING:
    from modules.network.network import Network
    from modules.region import Region

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
        name = region.names.of("sg", "alb")
        self.resource = SecurityGroup(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            description="Load balancer of the web tier",
            vpc_id=network.vpc.id,
            tags={"Name": name},
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
        VpcSecurityGroupEgressRule(
            self,
            "https-to-targets",
            provider=self._region.provider,
            security_group_id=self.resource.id,
            description="HTTPS to the targets",
            referenced_security_group_id=security_group_id,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            tags={"Name": self._region.names.of("sg", "alb-to-web")},
        )

    def _admit(
        self, word: str, port: int, *, source: str, cidr_ipv4: str | None = None, prefix_list_id: str | None = None
    ) -> None:
        VpcSecurityGroupIngressRule(
            self,
            f"{word}-from{source}",
            provider=self._region.provider,
            security_group_id=self.resource.id,
            description=f"{word.upper()} from clients" if cidr_ipv4 else "HTTPS from health checks of Route 53",
            cidr_ipv4=cidr_ipv4,
            prefix_list_id=prefix_list_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            tags={"Name": self._region.names.of("sg", f"alb-{word}-from{source}")},
        )
