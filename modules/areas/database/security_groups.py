"""The security groups of the database and of its clients."""

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


class DatabaseSecurityGroups(Construct):
    """The security group of the database, which allows ingress from known clients and no egress, and one for clients.

    Clients in the same region are allowed by their security group. A rule cannot reference a security group of another
    region, so clients there are allowed by the CIDR blocks of their private and database tiers.

    Parameters
    ----------
    network
        The network of the database.
    other_regions
        The other regions. Their clients connect while the writer is in this region.

    Attributes
    ----------
    resource
        The security group of the DB instance.
    clients
        A security group whose members may connect to the databases of all regions.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html and
    https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html
    """

    def __init__(self, scope: Construct, id_: str, *, network: Network, other_regions: Iterable[Region]) -> None:
        super().__init__(scope, id_)
        self._network, self._region = network, network.region
        other_regions = list(other_regions)
        self.resource = self._security_group("Resource", "database", "PostgreSQL from those who are named")
        self.clients = self._security_group("clients", "database-clients", "PostgreSQL to the databases")
        self.allow_from("clients", self.clients.id)
        for other in other_regions:
            for tier in (PRIVATE, DATABASE):
                self._ingress_rule(
                    f"{other.name}-{tier.name}",
                    f"PostgreSQL from the {tier.name} tier of {other.name}",
                    cidr_ipv4=str(tier_block(other.cidr, tier)),
                )
        self._egress_rule("here", "PostgreSQL to the database", referenced_security_group_id=self.resource.id)
        for other in other_regions:
            block = str(tier_block(other.cidr, DATABASE))
            self._egress_rule(other.name, f"PostgreSQL to the database of {other.name}", cidr_ipv4=block)

    def allow_from(self, client: str, security_group_id: str) -> VpcSecurityGroupIngressRule:
        """Allow ingress from a security group of this region.

        Parameters
        ----------
        client
            What the members of the group are, in lower-case words joined by hyphens; part of the rule's name.
        security_group_id
            The security group. Its own egress rules are not changed.

        Returns
        -------
        VpcSecurityGroupIngressRule
            The rule, for resources that depend on it.
        """
        return self._ingress_rule(client, f"PostgreSQL from {client}", referenced_security_group_id=security_group_id)

    def _security_group(self, id_: str, identifier: str, description: str) -> SecurityGroup:
        vpc = self._network.vpc
        return security_group(
            self, id_, region=self._region, vpc_id=vpc.id, identifier=identifier, description=description
        )

    def _ingress_rule(self, client: str, description: str, **peer: Unpack[Peer]) -> VpcSecurityGroupIngressRule:
        return ingress_rule(
            self,
            f"from-{client}",
            region=self._region,
            group=self.resource,
            port=PORT,
            identifier=f"database-from-{client}",
            description=description,
            **peer,
        )

    def _egress_rule(self, destination: str, description: str, **peer: Unpack[Peer]) -> None:
        egress_rule(
            self,
            f"to-{destination}",
            region=self._region,
            group=self.clients,
            port=PORT,
            identifier=f"database-clients-to-{destination}",
            description=description,
            **peer,
        )
