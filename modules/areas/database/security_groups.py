"""Who can connect to the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from constructs import Construct

from modules.areas.secrets.database import PORT
from modules.blocks.security_group import egress_rule, ingress_rule, security_group
from modules.settings.addressing import DATABASE, PRIVATE, tier_block

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cdktf_cdktf_provider_aws.security_group import SecurityGroup
    from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule

    from modules.areas.network.network import Network
    from modules.blocks.security_group import Peer
    from modules.core.region import Region


class Access(Construct):
    """The database's security group, which lets in PostgreSQL from those who are named and nothing out.

    In the region clients are named by their security group. A security group cannot be named from another region, so
    from there the private and database tiers are let in by their addresses.

    Parameters
    ----------
    network
        The network that the database is in.
    others
        The other regions, whose clients connect while the writer is here.

    Attributes
    ----------
    resource
        The security group of the instance.
    clients
        A security group whose bearers may connect to the database of every region.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html and
    https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html
    """

    def __init__(self, scope: Construct, id_: str, *, network: Network, others: Iterable[Region]) -> None:
        super().__init__(scope, id_)
        self._network, self._region = network, network.region
        others = list(others)
        self.resource = self._group("Resource", "database", "PostgreSQL from those who are named")
        self.clients = self._group("clients", "database-clients", "PostgreSQL to the databases")
        self.allow_from("clients", self.clients.id)
        for other in others:
            for tier in (PRIVATE, DATABASE):
                self._let_in(
                    f"{other.name}-{tier.name}",
                    f"PostgreSQL from the {tier.name} tier of {other.name}",
                    cidr_ipv4=str(tier_block(other.cidr, tier)),
                )
        self._let_out("here", "PostgreSQL to the database", referenced_security_group_id=self.resource.id)
        for other in others:
            block = str(tier_block(other.cidr, DATABASE))
            self._let_out(other.name, f"PostgreSQL to the database of {other.name}", cidr_ipv4=block)

    def allow_from(self, who: str, security_group_id: str) -> VpcSecurityGroupIngressRule:
        """Let in those who bear a security group of this region.

        Parameters
        ----------
        who
            What they are, in lower-case words joined by hyphens; part of the rule's name.
        security_group_id
            The security group. Its own way out is left to it.

        Returns
        -------
        VpcSecurityGroupIngressRule
            The rule, for what has to come after it.
        """
        return self._let_in(who, f"PostgreSQL from {who}", referenced_security_group_id=security_group_id)

    def _group(self, id_: str, identifier: str, description: str) -> SecurityGroup:
        vpc = self._network.vpc
        return security_group(
            self, id_, region=self._region, vpc_id=vpc.id, identifier=identifier, description=description
        )

    def _let_in(self, who: str, description: str, **peer: Unpack[Peer]) -> VpcSecurityGroupIngressRule:
        return ingress_rule(
            self,
            f"from-{who}",
            region=self._region,
            group=self.resource,
            port=PORT,
            identifier=f"database-from-{who}",
            description=description,
            **peer,
        )

    def _let_out(self, where: str, description: str, **peer: Unpack[Peer]) -> None:
        egress_rule(
            self,
            f"to-{where}",
            region=self._region,
            group=self.clients,
            port=PORT,
            identifier=f"database-clients-to-{where}",
            description=description,
            **peer,
        )
