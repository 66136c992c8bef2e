"""The platform: every area in every region, and what connects regions."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from cdktf import TerraformStack

from modules.account.baseline import AccountBaseline
from modules.addressing import region_blocks
from modules.compute.web_tier import WebTier
from modules.database.backups import BackupReplication
from modules.database.credentials import Credentials
from modules.database.database import Database, log_in_with_tokens
from modules.database.rotation.code import RotationCode
from modules.database.rotation.function import RotationFunction, rotation_role_arn
from modules.database.rotation.rotation import Rotation
from modules.entry.entry import Entry
from modules.errors import building
from modules.foundation import lay_foundation
from modules.network.peering import Peering
from modules.oversight import Oversight
from modules.region import Region
from modules.secrets.application import TOKEN_USERNAME, ApplicationSecret
from modules.secrets.database import DatabaseSecret
from modules.sessions.table import SessionTable
from modules.state.backend import use_state_backend
from modules.storage.administrators import Administrators
from modules.storage.replication import Replication
from modules.storage.storage import DATA
from modules.tagging import tag_launched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from modules.settings import Settings


class PlatformStack(TerraformStack):
    """Everything but the state backend, in all regions.

    Parameters
    ----------
    settings
        The platform's settings.

    Raises
    ------
    AreaError
        If an area cannot be built; its text names the area and the region.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        use_state_backend(self, settings=settings, stack=id_)
        self._settings = settings
        regions = self._regions()
        primary, home = regions[settings.primary_region], regions[settings.home]
        with building("storage", primary.name):
            administrators = Administrators(
                self,
                "administrators",
                region=primary,
                named=settings.storage.administrators,
                setting="storage.administrators",
            )
        self._foundations = {
            name: lay_foundation(region, platform=self._platform(regions), administrators=administrators.arns)
            for name, region in regions.items()
        }
        with building("account", primary.name):
            AccountBaseline(self, "account", region=primary)
        self._connect_networks()
        replications = self._replicate_data()
        with building("secrets", home.name):
            keys = {name: one.keys.secrets for name, one in self._foundations.items()}
            readers = [*administrators.arns, *(rotation_role_arn(region) for region in regions.values())]
            secret = DatabaseSecret(home, "database-secret", region=home, keys=keys, readers=readers)
        databases = self._build_databases(secret)
        with building("secrets", home.name):
            writer = databases[settings.topology.writer].instance
            credentials = Credentials(home, "database-credentials", secret=secret, writer=writer)
            application = ApplicationSecret(
                home, "application-secret", region=home, keys=keys, master=secret, writer=writer
            )
        rotations = self._rotate(credentials, application, databases)
        sessions = self._keep_sessions(home)
        entry = self._let_in()
        oversight = Oversight(
            self,
            "oversight",
            settings=settings,
            foundations=self._foundations,
            databases=databases,
            rotations=rotations,
            tiers=self._serve(entry, application, databases),
            entry=entry,
            sessions=sessions,
            replications=replications,
            state_administrators=settings.state_administrators or administrators.arns,
        )
        with building("entry", home.name):
            checks = entry.lead(oversight.healths)
        oversight.watch_from_outside(checks)
        tag_launched(self, settings.tags)

    def _regions(self) -> dict[str, Region]:
        settings, network = self._settings, self._settings.network
        blocks = region_blocks(
            settings.regions,
            pool=network.cidr,
            prefix_length=network.vpc_prefix_length,
            fixed=network.region_cidrs,
        )
        return {name: Region(self, name, name=name, settings=settings, cidr=blocks[name]) for name in settings.regions}

    def _platform(self, regions: Mapping[str, Region]) -> list[str]:
        pool = self._settings.network.cidr
        return [str(pool), *(str(region.cidr) for region in regions.values() if not region.cidr.subnet_of(pool))]

    def _connect_networks(self) -> None:
        # By name and not by place in the file: another order of the regions must not turn a connection round.
        for one, other in combinations(sorted(self._foundations), 2):
            with building("peering", f"{one} and {other}"):
                Peering(
                    self,
                    f"peering-{one}-{other}",
                    requester=self._foundations[one].network,
                    accepter=self._foundations[other].network,
                )

    def _replicate_data(self) -> list[Replication]:
        # Both ways between the primary and each other region, so that what is written after a failover comes back.
        buckets = {name: one.storage.data for name, one in self._foundations.items()}
        primary = self._settings.primary_region
        others = [bucket for name, bucket in buckets.items() if name != primary]
        replications = []
        for name, bucket in buckets.items():
            destinations = others if name == primary else [buckets[primary]]
            if destinations:
                with building("storage", name):
                    replications.append(
                        Replication(
                            bucket.region, "data-replication", identifier=DATA, source=bucket, destinations=destinations
                        )
                    )
        return replications

    def _build_databases(self, secret: DatabaseSecret) -> dict[str, Database]:
        databases: dict[str, Database] = {}
        for place in self._settings.topology.in_order:
            here, copies = self._foundations[place.region], self._settings.backups_in(place.region)
            with building("database", place.region):
                databases[place.region] = Database(
                    here.region,
                    "database",
                    network=here.network,
                    place=place,
                    source=databases[place.source] if place.source else None,
                    keys=here.keys,
                    secret=secret,
                    others=[one.region for name, one in sorted(self._foundations.items()) if name != place.region],
                )
                if place.stands_alone and copies:
                    BackupReplication(
                        here.region,
                        f"database-backups-{copies}",
                        instance=databases[place.region].instance,
                        destination=self._foundations[copies].region,
                        key=self._foundations[copies].keys.data,
                    )
        return databases

    def _rotate(
        self, credentials: Credentials, application: ApplicationSecret, databases: Mapping[str, Database]
    ) -> dict[str, RotationFunction]:
        secret, home = credentials.secret, credentials.secret.region
        regions = [one.region for one in self._foundations.values()]
        with building("rotation", home.name):
            code = RotationCode(self, "rotation-code", regions=[region.name for region in regions])
        functions, admitted = {}, []
        for name, here in sorted(self._foundations.items()):
            with building("rotation", name):
                functions[name] = RotationFunction(
                    here.region,
                    "rotation-function",
                    network=here.network,
                    keys=here.keys,
                    secret=secret,
                    application=application,
                    code=code,
                    databases=regions,
                )
                admitted.append(databases[name].access.admit("rotation", functions[name].security_group.id))
        with building("rotation", home.name):
            function, at_once = functions[home.name], self._settings.database.rotation.immediately
            master = Rotation(
                home,
                "rotation",
                secret=secret,
                value=credentials.value,
                function=function,
                immediately=at_once,
                depends_on=[secret.value, *admitted],
            )
            # Its first rotation makes the user.
            Rotation(
                home,
                "application-rotation",
                secret=application,
                value=application.value,
                function=function,
                immediately=True,
                depends_on=[master.resource, *admitted],
            )
        return functions

    def _keep_sessions(self, home: Region) -> SessionTable:
        with building("sessions", home.name):
            keys = {name: one.keys.data for name, one in self._foundations.items()}
            table = SessionTable(home, "sessions", region=home, keys=keys)
        for name, here in self._foundations.items():
            with building("sessions", name):
                here.application.allow("sessions", table.work_with(here.network))
        return table

    def _let_in(self) -> Entry:
        with building("entry", self._settings.home):
            return Entry(
                self,
                "entry",
                networks={name: here.network for name, here in self._foundations.items()},
                storages={name: here.storage for name, here in self._foundations.items()},
                keys={name: here.keys for name, here in self._foundations.items()},
                home=self._settings.home,
            )

    def _serve(self, entry: Entry, secret: ApplicationSecret, databases: Mapping[str, Database]) -> dict[str, WebTier]:
        tiers = {}
        for name, here in self._foundations.items():
            with building("secrets", name):
                here.application.allow("secret", secret.read_in(name))
            if self._settings.database.application.authentication == "iam":
                with building("database", name):
                    here.application.allow("database", log_in_with_tokens(databases.values(), TOKEN_USERNAME))
            with building("compute", name):
                tiers[name] = WebTier(
                    here.region,
                    "web",
                    region=here.region,
                    network=here.network,
                    keys=here.keys,
                    role=here.application,
                    artifacts=here.storage.data,
                    load_balancer=entry.load_balancers[name],
                    clients=[databases[name].access.clients],
                )
        return tiers
