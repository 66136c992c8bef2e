"""Network ACLs of the tiers: a coarse second fence behind the security groups.

ACLs keep no track of connections, so answers need rules of their own: they come in on ephemeral ports. 3389 is left
out of that range, so that remote desktop stays shut whatever a security group says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cdktf_cdktf_provider_aws.network_acl import NetworkAcl, NetworkAclEgress, NetworkAclIngress
from constructs import Construct

from modules.addressing import DATABASE, PRIVATE, PUBLIC
from modules.network.ways_out import ANYWHERE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.network.subnets import SubnetTier
    from modules.network.vpc import Vpc
    from modules.region import Region

Ports = tuple[int, int]
Rule = TypeVar("Rule", NetworkAclIngress, NetworkAclEgress)

FIRST = 100

ALL: Ports = (0, 0)
EPHEMERAL: tuple[Ports, ...] = ((1024, 3388), (3390, 65535))
WEB: tuple[Ports, ...] = ((80, 80), (443, 443))
POSTGRESQL: Ports = (5432, 5432)


class TierAcl(Construct):
    """The network ACL of one tier.

    Public takes web requests and answers from anywhere. Private takes everything from the platform's own networks and
    answers from anywhere. Database takes PostgreSQL from the platform's own networks, and answers nobody else.

    Parameters
    ----------
    platform
        Blocks that the platform's own traffic comes from, peers included.
    tier
        The subnets to fence.

    See https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
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
            ingress=[_rule(NetworkAclIngress, number, *allowed) for number, allowed in enumerate(ingress, FIRST)],
            egress=[_rule(NetworkAclEgress, number, *allowed) for number, allowed in enumerate(egress, FIRST)],
            tags={"Name": region.names.of("acl", tier.name), "Tier": tier.name},
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
