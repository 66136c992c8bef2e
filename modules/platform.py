"""The platform: every area in every region, and the connections between regions."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from cdktf import TerraformStack

from modules.areas.account.baseline import AccountBaseline
from modules.areas.compute.web_tier import WebTier
from modules.areas.database.backups import BackupReplication
from modules.areas.database.credentials import Credentials
from modules.areas.database.database import Database, database_login_statements
from modules.areas.database.instance import DATABASE
from modules.areas.failover.description import ACT
from modules.areas.ingress.ingress import Ingress
from modules.areas.network.peering import Peering
from modules.areas.network.remote_peering import RemotePeering
from modules.areas.parameters.parameters import Parameters, read_statements
from modules.areas.rotation.code import RotationCode
from modules.areas.rotation.function import RotationFunction, rotation_role_arn
from modules.areas.rotation.rotation import Rotation
from modules.areas.secrets.application import TOKEN_USERNAME, ApplicationSecret
from modules.areas.secrets.database import DatabaseSecret
from modules.areas.sessions.table import SessionTable
from modules.areas.state.backend import use_state_backend
from modules.areas.storage.administrators import Administrators
from modules.areas.storage.names import DATA
from modules.areas.storage.replication import Replication
from modules.blocks.identity.role import role_arn
from modules.core.errors import error_context
from modules.core.region import Region, unused_providers
from modules.core.tagging import tag_launched
from modules.operations import Operations
from modules.settings.addressing import region_blocks
from modules.settings.regions import METRICS_OF_ROUTE_53, PARTITION, chatbot_region
from modules.site import Site, build_foundation, parameter_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from constructs import Construct

    from modules.blocks.keys.key import Key
    from modules.settings import Settings
    from modules.settings.topology import DatabaseMember


class PlatformStack(TerraformStack):
    """All resources of all regions, except the state backend.

    Parameters
    ----------
    settings
        The platform's settings.
    extend
        Adds what a team has of its own; it gets the stack when everything else is built. None by default.

    Attributes
    ----------
    settings
        What it was made with.
    sites
        Everything that is built in a region, by region. ``sites[name].region`` has its provider and its names.
    alerts
        The topics for alerts, by region.
    parameters
        The parameters of Systems Manager, by region.
    sessions
        The session table.

    Raises
    ------
    AreaError
        If an area cannot be built; its text names the area and the region.
    """

    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, extend: Callable[[PlatformStack], None] | None = None
    ) -> None:
        super().__init__(scope, id_)
        use_state_backend(self, settings=settings, stack=id_)
        self.settings = settings
        regions = self._regions()
        primary, self._home = regions[settings.primary_region], regions[settings.home]
        administrators = self._administrators(primary)
        vpc_cidrs = self._vpc_cidrs(regions.values())
        self._foundations = {
            name: build_foundation(region, vpc_cidrs=vpc_cidrs, administrators=administrators.arns)
            for name, region in regions.items()
        }
        with error_context("account", primary.name):
            AccountBaseline(self, "account", region=primary)
        self._peerings()
        replications = self._replications()
        master = self._master_secret(administrators)
        databases = self._databases(master)
        credentials, application = self._credentials(master, databases)
        rotations = self._rotations(credentials, application, databases)
        self.sessions = self._sessions()
        ingress = self._ingress()
        web_tiers = self._web_tiers(ingress, application, databases)
        self.sites = {
            name: Site(
                **vars(foundation),
                database=databases[name],
                rotation=rotations[name],
                load_balancer=ingress.load_balancers[name],
                certificate_arn=ingress.certificates.monitored[name],
                health_check=ingress.health_checks[name],
                web=web_tiers[name],
                replications=[replication for replication in replications if replication.involves(foundation.region)],
            )
            for name, foundation in self._foundations.items()
        }
        built = {*settings.regions, METRICS_OF_ROUTE_53, chatbot_region(settings.home, lost=settings.lost_regions)}
        unused_providers(self, {*settings.retired_regions} - built, settings=settings)
        operations = Operations(
            self,
            "oversight",
            settings=settings,
            sites=self.sites,
            sessions=self.sessions,
            secrets=[master, application],
        )
        self.alerts = operations.alerts
        ingress.records.follow(operations.usable)
        self.parameters = self._parameters(master, application)
        if extend:
            with error_context("extensions", "the platform"):
                extend(self)
        for name, site in self.sites.items():
            site.web.group.wait_for(self.parameters[name].resources.values())
        tag_launched(self, settings.tags)

    def _regions(self) -> dict[str, Region]:
        settings, network = self.settings, self.settings.network
        blocks = region_blocks(
            settings.regions,
            pool=network.cidr,
            prefix_length=network.vpc_prefix_length,
            fixed=network.region_cidrs,
        )
        return {name: Region(self, name, name=name, settings=settings, cidr=blocks[name]) for name in sorted(blocks)}

    def _vpc_cidrs(self, regions: Iterable[Region]) -> list[str]:
        pool = self.settings.network.cidr
        return [str(pool), *(str(region.cidr) for region in regions if not region.cidr.subnet_of(pool))]

    def _administrators(self, primary: Region) -> Administrators:
        with error_context("storage", primary.name):
            return Administrators(
                self,
                "administrators",
                region=primary,
                named=self.settings.storage.administrators,
                setting="storage.administrators",
            )

    def _peerings(self) -> None:
        # By name, not by place in the settings file: another order of the regions must not replace a connection.
        for requester, accepter in combinations(sorted(self._foundations), 2):
            with error_context("peering", f"{requester} and {accepter}"):
                Peering(
                    self,
                    f"peering-{requester}-{accepter}",
                    requester=self._foundations[requester].network,
                    accepter=self._foundations[accepter].network,
                )
        for name, foundation in self._foundations.items():
            for peer in self.settings.network.peers.get(name, ()):
                with error_context("peering", f"{name} and {peer.vpc_id}"):
                    RemotePeering(foundation.region, f"peer-{peer.vpc_id}", network=foundation.network, peer=peer)

    def _replications(self) -> list[Replication]:
        buckets = {name: foundation.storage.data for name, foundation in self._foundations.items()}
        replications = []
        for name, bucket in buckets.items():
            destinations = [buckets[other] for other in self.settings.replication_destinations(name)]
            if destinations:
                with error_context("storage", name):
                    replications.append(
                        Replication(
                            bucket.region, "data-replication", identifier=DATA, source=bucket, destinations=destinations
                        )
                    )
        return replications

    def _secret_keys(self) -> dict[str, Key]:
        return {name: foundation.keys.secrets for name, foundation in self._foundations.items()}

    def _master_secret(self, administrators: Administrators) -> DatabaseSecret:
        regions = [foundation.region for foundation in self._foundations.values()]
        functions = [rotation_role_arn(region) for region in regions]
        if self.settings.fails_over:
            functions += [role_arn(region, ACT) for region in regions]
        with error_context("secrets", self._home.name):
            return DatabaseSecret(
                self._home,
                "database-secret",
                region=self._home,
                keys=self._secret_keys(),
                readers=[*administrators.arns, *functions],
            )

    def _databases(self, master: DatabaseSecret) -> dict[str, Database]:
        databases: dict[str, Database] = {}
        for member in self.settings.topology.in_order:
            name = member.region
            foundation, other_regions = self._foundations[name], sorted(self._foundations.keys() - {name})
            with error_context("database", name):
                databases[name] = Database(
                    foundation.region,
                    "database",
                    network=foundation.network,
                    member=member,
                    source=self._source_arn(member, databases),
                    keys=foundation.keys,
                    secret=master,
                    other_regions=[self._foundations[other].region for other in other_regions],
                )
                destination = self.settings.backups_in(name)
                if member.is_standalone and destination:
                    BackupReplication(
                        foundation.region,
                        f"database-backups-{destination}",
                        instance=databases[name].instance,
                        destination=self._foundations[destination].region,
                        key=self._foundations[destination].keys.data,
                    )
        return databases

    def _source_arn(self, member: DatabaseMember, databases: Mapping[str, Database]) -> str | None:
        """ARN of the instance that one replicates; of one in a lost region by its name."""
        if member.source is None or member.source in databases:
            return databases[member.source].instance.arn if member.source else None
        region = self._foundations[member.region].region
        name = replace(region.names, region=member.source).of("rds", DATABASE)
        return f"arn:{PARTITION}:rds:{member.source}:{region.account_id}:db:{name}"

    def _credentials(
        self, master: DatabaseSecret, databases: Mapping[str, Database]
    ) -> tuple[Credentials, ApplicationSecret]:
        home, writer = self._home, databases[self.settings.topology.writer].instance
        with error_context("secrets", home.name):
            credentials = Credentials(home, "database-credentials", secret=master, writer=writer)
            application = ApplicationSecret(
                home, "application-secret", region=home, keys=self._secret_keys(), master=master, writer=writer
            )
        return credentials, application

    def _rotations(
        self, credentials: Credentials, application: ApplicationSecret, databases: Mapping[str, Database]
    ) -> dict[str, RotationFunction]:
        master, home = credentials.secret, self._home
        regions = [foundation.region for foundation in self._foundations.values()]
        with error_context("rotation", home.name):
            code = RotationCode(self, "rotation-code", regions=[region.name for region in regions])
        functions, rules = {}, []
        for name, foundation in sorted(self._foundations.items()):
            with error_context("rotation", name):
                functions[name] = RotationFunction(
                    foundation.region,
                    "rotation-function",
                    network=foundation.network,
                    keys=foundation.keys,
                    secret=master,
                    application=application,
                    code=code,
                    databases=regions,
                )
                rules.append(databases[name].security_groups.allow_from("rotation", functions[name].security_group.id))
        with error_context("rotation", home.name):
            rotation = Rotation(
                home,
                "rotation",
                secret=master,
                value=credentials.value,
                function=functions[home.name],
                immediately=self.settings.database.rotation.immediately,
                depends_on=[master.value, *rules],
            )
            # The first rotation creates the database user.
            Rotation(
                home,
                "application-rotation",
                secret=application,
                value=application.value,
                function=functions[home.name],
                immediately=True,
                depends_on=[rotation.resource, *rules],
            )
        return functions

    def _sessions(self) -> SessionTable:
        home = self._home
        with error_context("sessions", home.name):
            keys = {name: foundation.keys.data for name, foundation in self._foundations.items()}
            table = SessionTable(home, "sessions", region=home, keys=keys)
        for name, foundation in self._foundations.items():
            with error_context("sessions", name):
                foundation.application.allow("sessions", table.access_statements(foundation.network))
        return table

    def _parameters(self, master: DatabaseSecret, secret: ApplicationSecret) -> dict[str, Parameters]:
        parameters = {}
        for name, site in self.sites.items():
            with error_context("parameters", name):
                values = parameter_values(
                    site,
                    secret=secret,
                    database=master.database,
                    sessions=self.sessions,
                    alerts=self.alerts[name],
                )
                parameters[name] = Parameters(site.region, "parameters", region=site.region, values=values)
        return parameters

    def _ingress(self) -> Ingress:
        with error_context("ingress", self._home.name):
            return Ingress(
                self,
                "entry",
                networks={name: foundation.network for name, foundation in self._foundations.items()},
                storages={name: foundation.storage for name, foundation in self._foundations.items()},
                keys={name: foundation.keys for name, foundation in self._foundations.items()},
                home=self._home.name,
            )

    def _web_tiers(
        self, ingress: Ingress, secret: ApplicationSecret, databases: Mapping[str, Database]
    ) -> dict[str, WebTier]:
        web_tiers = {}
        for name, foundation in self._foundations.items():
            with error_context("secrets", name):
                foundation.application.allow("secret", secret.read_statements(name))
            with error_context("parameters", name):
                foundation.application.allow("parameters", read_statements(foundation.region))
            if self.settings.database.application.authentication == "iam":
                with error_context("database", name):
                    foundation.application.allow(
                        "database", database_login_statements(databases.values(), TOKEN_USERNAME)
                    )
            with error_context("compute", name):
                web_tiers[name] = WebTier(
                    foundation.region,
                    "web",
                    region=foundation.region,
                    network=foundation.network,
                    keys=foundation.keys,
                    role=foundation.application,
                    artifacts=foundation.storage.data,
                    load_balancer=ingress.load_balancers[name],
                    clients=[databases[name].security_groups.clients],
                )
        return web_tiers
