"""The security group of the rotation function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from constructs import Construct

from modules.areas.network.nat import ANYWHERE
from modules.areas.secrets.database import PORT
from modules.blocks.security_group import egress_rule, security_group
from modules.settings.addressing import DATABASE, tier_block

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modules.areas.network.network import Network
    from modules.blocks.security_group import Peer
    from modules.core.region import Region

SECRETS_MANAGER = "secretsmanager"
HTTPS = 443


class RotationSecurityGroup(Construct):
    """The function's security group: egress to the databases and to Secrets Manager, no ingress.

    Egress goes to the databases of all regions, because after a failover the writer is in another region than the
    secret. Secrets Manager is reached through its interface endpoint if ``network.interface_endpoints`` has it,
    otherwise through the NAT gateways.

    Parameters
    ----------
    network
        The network that the function runs in.
    databases
        The regions whose database subnets it connects to.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotation-network-rqmts.html
    """

    def __init__(self, scope: Construct, id_: str, *, network: Network, databases: Iterable[Region]) -> None:
        super().__init__(scope, id_)
        self._region = region = network.region
        self.resource = security_group(
            self,
            "Resource",
            region=region,
            vpc_id=network.vpc.id,
            identifier="rotation",
            description="Rotation function to the databases and Secrets Manager",
        )
        self.id, self.arn = self.resource.id, self.resource.arn
        for database in databases:
            self._egress_rule(
                f"postgresql-{database.name}",
                f"PostgreSQL in {database.name}",
                port=PORT,
                cidr_ipv4=str(tier_block(database.cidr, DATABASE)),
            )
        if SECRETS_MANAGER in region.settings.network.interface_endpoints:
            endpoints = network.endpoints.security_group.id
            self._egress_rule("https", "Interface endpoints", port=HTTPS, referenced_security_group_id=endpoints)
        else:
            self._egress_rule("https", "Secrets Manager behind the NAT gateways", port=HTTPS, cidr_ipv4=ANYWHERE)

    def _egress_rule(self, id_: str, description: str, *, port: int, **peer: Unpack[Peer]) -> None:
        egress_rule(
            self,
            id_,
            region=self._region,
            group=self.resource,
            port=port,
            identifier=f"rotation-{id_}",
            description=description,
            **peer,
        )
