"""Network ACLs of the tiers: a second, coarse layer behind the security groups.

Network ACLs are stateless, so responses need rules of their own: they arrive on ephemeral ports. Port 3389 is not in
that range, so that RDP stays blocked whatever a security group allows. Path MTU discovery needs a rule too: a router
reports with ICMP that a packet is too big. Instances send packets of up to 9,001 bytes, a peering connection between
regions carries 8,500 and the internet 1,500. Without the ICMP message, larger packets are lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cdktf_cdktf_provider_aws.network_acl import NetworkAcl, NetworkAclEgress, NetworkAclIngress
from constructs import Construct

from modules.areas.network.nat import ANYWHERE
from modules.settings.addressing import DATABASE, PRIVATE, PUBLIC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.areas.network.subnets import SubnetTier
    from modules.areas.network.vpc import Vpc
    from modules.core.region import Region

Ports = tuple[int, int]
Rule = TypeVar("Rule", NetworkAclIngress, NetworkAclEgress)

#: The rule that fences, before all others.
FENCE_RULE_NUMBER, FIRST_RULE_NUMBER = 1, 100

ALL: Ports = (0, 0)
EPHEMERAL: tuple[Ports, ...] = ((1024, 3388), (3390, 65535))
WEB: tuple[Ports, ...] = ((80, 80), (443, 443))
POSTGRESQL: Ports = (5432, 5432)
#: ICMP type and code of "fragmentation needed": a packet is too big.
FRAGMENTATION_NEEDED = (3, 4)


class TierAcl(Construct):
    """The network ACL of one tier.

    The public tier allows web requests and responses from anywhere, and the same to anywhere. The private tier allows
    responses from anywhere and web requests to anywhere. Both allow all traffic from and to the platform's VPCs. The
    database tier allows only PostgreSQL from the platform's VPCs, and responses to them. All tiers allow the ICMP
    message "fragmentation needed" in both directions.

    While the region's database is detached, a first rule of the database tier denies PostgreSQL. A network ACL also
    stops open connections, and a security group does not. The failover function makes the same rule in an outage, so
    that a plan afterwards shows no change.

    Parameters
    ----------
    region
        The region.
    vpc
        The VPC.
    tier
        The subnets that get the network ACL.
    vpc_cidrs
        CIDR blocks of all the platform's VPCs.

    Attributes
    ----------
    resource
        The network ACL.

    See https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html,
    https://docs.aws.amazon.com/vpc/latest/userguide/path_mtu_discovery.html and
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, vpc: Vpc, tier: SubnetTier, vpc_cidrs: Sequence[str]
    ) -> None:
        super().__init__(scope, id_)
        inside = [(block, ALL) for block in vpc_cidrs]
        web, responses = ([(ANYWHERE, ports) for ports in group] for group in (WEB, EPHEMERAL))
        ingress, egress = {
            PUBLIC.name: ([*inside, *web, *responses], [*inside, *web, *responses]),
            PRIVATE.name: ([*inside, *responses], [*inside, *web]),
            DATABASE.name: (
                [(block, POSTGRESQL) for block in vpc_cidrs],
                [(block, ports) for block in vpc_cidrs for ports in EPHEMERAL],
            ),
        }[tier.name]
        fence = [_fence_rule()] if tier.name == DATABASE.name and region.settings.fenced(region.name) else []
        self.resource = NetworkAcl(
            self,
            "Resource",
            provider=region.provider,
            vpc_id=vpc.id,
            subnet_ids=tier.subnet_ids,
            ingress=[*fence, *_rules(NetworkAclIngress, ingress)],
            egress=_rules(NetworkAclEgress, egress),
            tags={"Name": region.names.of("acl", tier.name), "Tier": tier.name},
        )


def _rules(kind: type[Rule], allowed: Sequence[tuple[str, Ports]]) -> list[Rule]:
    rules = [_rule(kind, number, block, ports) for number, (block, ports) in enumerate(allowed, FIRST_RULE_NUMBER)]
    rules.append(_fragmentation_needed_rule(kind, FIRST_RULE_NUMBER + len(rules)))
    return rules


def _fence_rule() -> NetworkAclIngress:
    first, last = POSTGRESQL
    return NetworkAclIngress(
        rule_no=FENCE_RULE_NUMBER, action="deny", protocol="tcp", cidr_block=ANYWHERE, from_port=first, to_port=last
    )


def _rule(kind: type[Rule], number: int, block: str, ports: Ports) -> Rule:
    return kind(
        rule_no=number,
        action="allow",
        protocol="-1" if ports == ALL else "tcp",
        cidr_block=block,
        from_port=ports[0],
        to_port=ports[1],
    )


def _fragmentation_needed_rule(kind: type[Rule], number: int) -> Rule:
    # From anywhere: any router on the path may send it.
    icmp_type, icmp_code = FRAGMENTATION_NEEDED
    return kind(
        rule_no=number,
        action="allow",
        protocol="icmp",
        cidr_block=ANYWHERE,
        from_port=0,
        to_port=0,
        icmp_type=icmp_type,
        icmp_code=icmp_code,
    )
