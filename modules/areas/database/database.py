"""The database of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from constructs import Construct

from modules.areas.database.instance import Instance
from modules.areas.database.parameter_group import ParameterGroup
from modules.areas.database.security_groups import DatabaseSecurityGroups
from modules.blocks.identity.policy import Statement
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cdktf_cdktf_provider_aws.db_instance import DbInstance

    from modules.areas.network.network import Network
    from modules.areas.secrets.database import DatabaseSecret
    from modules.blocks.keys.keys import Keys
    from modules.core.region import Region
    from modules.settings.topology import DatabaseMember


class Database(Construct):
    """PostgreSQL in the isolated subnets of one region.

    Parameters
    ----------
    network
        The network of the database. It also decides the region.
    member
        The role of this region's instance: writer, former writer or replica.
    source
        ARN of the source instance of a replica; ``None`` if the instance is standalone.
    keys
        The region's keys.
    secret
        The secret with the credentials.
    other_regions
        The other regions.

    Attributes
    ----------
    instance
        The DB instance. Its ``address`` is the host that clients connect to.
    identifier
        The identifier of the DB instance.
    security_groups
        The security groups of the instance and of its clients.
    logs
        The log groups, by log type.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_PostgreSQL.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        network: Network,
        member: DatabaseMember,
        source: str | None,
        keys: Keys,
        secret: DatabaseSecret,
        other_regions: Iterable[Region],
    ) -> None:
        super().__init__(scope, id_)
        self.region = region = network.region
        self.member = member
        name = region.names.of("rds", "subnets")
        subnets = DbSubnetGroup(
            self,
            "subnets",
            provider=region.provider,
            name=name,
            description=f"Database tier of {region.name}",
            subnet_ids=network.database.subnet_ids,
            tags={"Name": name},
        )
        self.security_groups = DatabaseSecurityGroups(self, "access", network=network, other_regions=other_regions)
        instance = Instance(
            self,
            "instance",
            region=region,
            member=member,
            source=source,
            subnets=subnets,
            security_group=self.security_groups.resource,
            parameter_group=ParameterGroup(self, "parameters", region=region),
            keys=keys,
            secret=secret,
        )
        self.instance: DbInstance = instance.resource
        self.identifier = instance.identifier
        self.logs = instance.logs.groups


def database_login_statements(databases: Iterable[Database], username: str) -> list[Statement]:
    """Allow a role to log in with IAM tokens as one user, to all databases: each of them may become the writer.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
    """
    users = [
        f"arn:{PARTITION}:rds-db:{database.region.name}:{database.region.account_id}:"
        f"dbuser:{database.instance.resource_id}/{username}"
        for database in databases
    ]
    return [Statement(sid="ConnectToDatabase", actions=["rds-db:connect"], resources=users)]
