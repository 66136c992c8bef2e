"""Network ACLs of the tiers: a coarse second fence behind the security groups.

ACLs keep no track of connections, so answers need rules of their own: they come in on ephemeral ports. 3389 is left
out of that range, so that remote desktop stays shut whatever a security group says. Nor do they know that a router on
the way says a packet is too big: instances send 9,001 bytes, a peering between regions takes 8,500 and the internet
1,500, and without that word what is larger is lost.
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

FIRST = 100

ALL: Ports = (0, 0)
EPHEMERAL: tuple[Ports, ...] = ((1024, 3388), (3390, 65535))
WEB: tuple[Ports, ...] = ((80, 80), (443, 443))
POSTGRESQL: Ports = (5432, 5432)
#: Type and code of "fragmentation needed", ICMP's word for a packet that is too big.
TOO_BIG = (3, 4)


class TierAcl(Construct):
    """The network ACL of one tier.

    Public takes web requests and answers from anywhere. Private takes everything from the platform's own networks and
    answers from anywhere. Database takes PostgreSQL from the platform's own networks, and answers nobody else. All let
    the word pass that a packet is too big, both ways.

    Parameters
    ----------
    platform
        Blocks that the platform's own traffic comes from, peers included.
    tier
        The subnets to fence.

    See https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html and
    https://docs.aws.amazon.com/vpc/latest/userguide/path_mtu_discovery.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, vpc: Vpc, tier: SubnetTier, platform: Sequence[str]
    ) -> None:
        super().__init__(scope, id_)
        inside = [(block, ALL) for block in platform]
        web, answers = ([(ANYWHERE, ports) for ports in group] for group in (WEB, EPHEMERAL))
        ingress, egress = {
            PUBLIC.name: ([*inside, *web, *answers], [*inside, *web, *answers]),
            PRIVATE.name: ([*inside, *answers], [*inside, *web]),
            DATABASE.name: (
                [(block, POSTGRESQL) for block in platform],
                [(block, ports) for block in platform for ports in EPHEMERAL],
            ),
        }[tier.name]
        NetworkAcl(
            self,
            "Resource",
            provider=region.provider,
            vpc_id=vpc.id,
            subnet_ids=tier.subnet_ids,
            ingress=_rules(NetworkAclIngress, ingress),
            egress=_rules(NetworkAclEgress, egress),
            tags={"Name": region.names.of("acl", tier.name), "Tier": tier.name},
        )


def _rules(kind: type[Rule], allowed: Sequence[tuple[str, Ports]]) -> list[Rule]:
    rules = [_rule(kind, number, block, ports) for number, (block, ports) in enumerate(allowed, FIRST)]
    rules.append(_too_big(kind, FIRST + len(rules)))
    return rules


def _rule(kind: type[Rule], number: int, block: str, ports: Ports) -> Rule:
    return kind(
        rule_no=number,
        action="allow",
        protocol="-1" if ports == ALL else "tcp",
        cidr_block=block,
        from_port=ports[0],
        to_port=ports[1],
    )


def _too_big(kind: type[Rule], number: int) -> Rule:
    # From anywhere, since any router on the way may say it.
    icmp_type, icmp_code = TOO_BIG
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
