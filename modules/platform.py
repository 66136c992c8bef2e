"""The platform: every area in every region, and what connects regions."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from cdktf import Aspects, TerraformStack

from modules.account.baseline import AccountBaseline, RegionBaseline
from modules.addressing import region_blocks
from modules.compute.web_tier import WebTier
from modules.entry.entry import Entry
from modules.errors import building
from modules.identity.role import InstanceRole
from modules.keys.keys import Keys
from modules.network.network import Network
from modules.network.peering import Peering
from modules.region import Region
from modules.secrets.database import DatabaseSecret
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
        networks, keys, storages, applications = {}, {}, {}, {}
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
                storages[name] = Storage(
                    region,
                    "storage",
                    region=region,
                    keys=keys[name],
                    application=applications[name],
                    administrators=administrators.arns,
                )
        with building("account", primary.name):
            AccountBaseline(self, "account", region=primary)
        self._connect(networks)
        self._replicate({name: one.data for name, one in storages.items()}, primary=primary.name)
        with building("entry", settings.home):
            entry = Entry(self, "entry", networks=networks, storages=storages, keys=keys, home=settings.home)
        for name, region in regions.items():
            with building("compute", name):
                WebTier(
                    region,
                    "web",
                    region=region,
                    network=networks[name],
                    keys=keys[name],
                    role=applications[name],
                    artifacts=storages[name].data,
                    load_balancer=entry.load_balancers[name],
                )
        self._keep_secrets(regions[settings.home], keys)

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

    def _keep_secrets(self, home: Region, keys: Mapping[str, Keys]) -> None:
        with building("secrets", home.name):
            DatabaseSecret(home, "database-secret", region=home, keys={name: one.secrets for name, one in keys.items()})
