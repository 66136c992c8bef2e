"""The platform: every area in every region, and what connects regions."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from cdktf import Aspects, TerraformStack

from modules.account.baseline import AccountBaseline, RegionBaseline
from modules.addressing import region_blocks
from modules.database.backups import BackupReplication
from modules.database.credentials import Credentials
from modules.database.database import Database
from modules.database.rotation.code import RotationCode
from modules.database.rotation.function import RotationFunction
from modules.database.rotation.rotation import Rotation
from modules.errors import building
from modules.identity.role import InstanceRole
from modules.keys.keys import Keys
from modules.network.network import Network
from modules.network.peering import Peering
from modules.region import Region
from modules.secrets.database import DatabaseSecret
from modules.sessions.table import SessionTable
from modules.state.backend import use_state_backend
from modules.storage.administrators import Administrators
from modules.storage.deliveries import trail_arn
from modules.storage.replication import Replication
from modules.storage.storage import APPLICATION, DATA, Storage, data_roles
from modules.tagging import LaunchTags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from modules.settings import Settings
    from modules.storage.bucket import Bucket


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
        Aspects.of(self).add(LaunchTags(settings.tags))
        network = settings.network
        blocks = region_blocks(
            settings.regions,
            pool=network.cidr,
            prefix_length=network.vpc_prefix_length,
            fixed=network.region_cidrs,
        )
        outside = [str(block) for block in blocks.values() if not block.subnet_of(network.cidr)]
        platform = [str(network.cidr), *outside]
        regions = {
            name: Region(self, name, name=name, settings=settings, cidr=blocks[name]) for name in settings.regions
        }
        primary = regions[settings.primary_region]
        with building("storage", primary.name):
            administrators = Administrators(self, "administrators", region=primary)
        networks, keys, buckets, applications = {}, {}, {}, {}
        for name, region in regions.items():
            with building("keys", name):
                keys[name] = Keys(
                    region, "keys", region=region, storage_roles=data_roles(region), trail_arn=trail_arn(region)
                )
            with building("account", name):
                RegionBaseline(region, "baseline", region=region, key=keys[name].volumes)
            with building("network", name):
                networks[name] = Network(region, "network", region=region, logs_key=keys[name].logs, platform=platform)
            with building("identity", name):
                applications[name] = InstanceRole(region, "application-role", region=region, identifier=APPLICATION)
            with building("storage", name):
                buckets[name] = Storage(
                    region,
                    "storage",
                    region=region,
                    keys=keys[name],
                    application=applications[name],
                    administrators=administrators.arns,
                ).data
        with building("account", primary.name):
            AccountBaseline(self, "account", region=primary)
        self._connect(networks)
        self._replicate(buckets, primary=primary.name)
        secret = self._keep_secrets(regions[settings.home], keys)
        databases = self._build_databases(networks, keys, secret=secret)
        with building("secrets", secret.region.name):
            writer = databases[settings.topology.writer].instance
            credentials = Credentials(secret.region, "database-credentials", secret=secret, writer=writer)
        self._rotate(credentials, keys, networks=networks, databases=databases)
        self._keep_sessions(regions[settings.home], keys, networks=networks, applications=applications)

    def _connect(self, networks: Mapping[str, Network]) -> None:
        # By name and not by place in the file: another order of the regions must not turn a connection round.
        for one, other in combinations(sorted(networks), 2):
            with building("peering", f"{one} and {other}"):
                Peering(self, f"peering-{one}-{other}", requester=networks[one], accepter=networks[other])

    def _replicate(self, buckets: Mapping[str, Bucket], *, primary: str) -> None:
        # Both ways between the primary and each other region, so that what is written after a failover comes back.
        others = [bucket for name, bucket in buckets.items() if name != primary]
        for name, bucket in buckets.items():
            destinations = others if name == primary else [buckets[primary]]
            if destinations:
                with building("storage", name):
                    Replication(
                        bucket.region, "data-replication", identifier=DATA, source=bucket, destinations=destinations
                    )

    def _keep_secrets(self, home: Region, keys: Mapping[str, Keys]) -> DatabaseSecret:
        with building("secrets", home.name):
            return DatabaseSecret(
                home, "database-secret", region=home, keys={name: one.secrets for name, one in keys.items()}
            )

    def _build_databases(
        self, networks: Mapping[str, Network], keys: Mapping[str, Keys], *, secret: DatabaseSecret
    ) -> dict[str, Database]:
        settings = secret.region.settings
        databases: dict[str, Database] = {}
        for place in settings.topology.in_order:
            network = networks[place.region]
            region, copies = network.region, settings.backups_in(place.region)
            with building("database", region.name):
                databases[region.name] = Database(
                    region,
                    "database",
                    network=network,
                    place=place,
                    source=databases[place.source] if place.source else None,
                    keys=keys[region.name],
                    secret=secret,
                    others=[networks[name].region for name in sorted(networks) if name != region.name],
                )
                if place.stands_alone and copies:
                    BackupReplication(
                        region,
                        # Made by the destination's provider: another destination is another resource.
                        f"database-backups-{copies}",
                        instance=databases[region.name].instance,
                        destination=networks[copies].region,
                        key=keys[copies].data,
                    )
        return databases

    def _rotate(
        self,
        credentials: Credentials,
        keys: Mapping[str, Keys],
        *,
        networks: Mapping[str, Network],
        databases: Mapping[str, Database],
    ) -> None:
        regions = [network.region for network in networks.values()]
        secret = credentials.secret
        home = secret.region
        with building("rotation", home.name):
            code = RotationCode(self, "rotation-code", regions=[region.name for region in regions])
        functions, admitted = {}, []
        for name, network in sorted(networks.items()):
            with building("rotation", name):
                functions[name] = RotationFunction(
                    network.region,
                    "rotation-function",
                    network=network,
                    keys=keys[name],
                    secret=secret,
                    code=code,
                    databases=regions,
                )
                admitted.append(databases[name].access.admit("rotation", functions[name].security_group.id))
        with building("rotation", home.name):
            needed = [credentials.value, *admitted]
            Rotation(home, "rotation", secret=secret, function=functions[home.name], depends_on=needed)

    def _keep_sessions(
        self,
        home: Region,
        keys: Mapping[str, Keys],
        *,
        networks: Mapping[str, Network],
        applications: Mapping[str, InstanceRole],
    ) -> None:
        with building("sessions", home.name):
            table = SessionTable(home, "sessions", region=home, keys={name: one.data for name, one in keys.items()})
        for name, application in applications.items():
            with building("sessions", name):
                application.allow("sessions", table.work_with(networks[name]))
