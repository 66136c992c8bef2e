"""A region's database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from constructs import Construct

from modules.areas.database.access import Access
from modules.areas.database.instance import Instance
from modules.areas.database.parameters import Parameters
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
        The network; its region is the database's.
    member
        What the instance here is.
    source
        The database that this one replicates; none if it stands alone.
    keys
        The region's keys.
    secret
        The credentials.
    others
        The other regions.

    Attributes
    ----------
    instance
        The instance; its ``address`` is the host that clients connect to.
    identifier
        The instance's identifier.
    access
        Who can connect to it.
    logs
        The log groups, by kind.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_PostgreSQL.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        network: Network,
        member: DatabaseMember,
        source: Database | None,
        keys: Keys,
        secret: DatabaseSecret,
        others: Iterable[Region],
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
        self.access = Access(self, "access", network=network, others=others)
        instance = Instance(
            self,
            "instance",
            region=region,
            member=member,
            source=source.instance if source else None,
            subnets=subnets,
            access=self.access,
            parameters=Parameters(self, "parameters", region=region),
            keys=keys,
            secret=secret,
        )
        self.instance: DbInstance = instance.resource
        self.identifier = instance.identifier
        self.logs = instance.logs.groups


def database_login_statements(databases: Iterable[Database], username: str) -> list[Statement]:
    """Statement that lets a role make tokens of one user, for any of the databases: each may become the writer.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
    """
    users = [
        f"arn:{PARTITION}:rds-db:{one.region.name}:{one.region.account_id}:dbuser:{one.instance.resource_id}/{username}"
        for one in databases
    ]
    return [Statement(sid="LogInToTheDatabase", actions=["rds-db:connect"], resources=users)]
