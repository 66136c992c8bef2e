"""The platform: every area in every region, and what connects regions."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from cdktf import Aspects, TerraformStack

from modules.account.baseline import AccountBaseline, RegionBaseline
from modules.addressing import region_blocks
from modules.alerts.alerts import Alerts
from modules.backup.plan import BackupPlan
from modules.backup.restore_testing import RestoreTesting
from modules.backup.vault import BackupVault
from modules.budget.budget import Budget
from modules.configuration.account import ConfigurationAccount
from modules.configuration.recorder import Recorder
from modules.configuration.remediation import Remediation
from modules.configuration.rules import Rules
from modules.errors import building
from modules.findings.findings import Findings
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
from modules.trail.alarms import TrailAlarms
from modules.trail.trail import Trail
from modules.watching.dashboard import Dashboard
from modules.watching.watching import Watching

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
        networks, keys, alerts, storages = {}, {}, {}, {}
        for name, region in regions.items():
            with building("keys", name):
                keys[name] = Keys(
                    region, "keys", region=region, storage_roles=data_roles(region), trail_arn=trail_arn(region)
                )
            with building("alerts", name):
                alerts[name] = Alerts(region, "alerts", region=region, key=keys[name].alerts)
            with building("account", name):
                RegionBaseline(region, "baseline", region=region, key=keys[name].volumes)
            with building("network", name):
                networks[name] = Network(region, "network", region=region, logs_key=keys[name].logs, platform=platform)
            with building("identity", name):
                application = InstanceRole(region, "application-role", region=region, identifier=APPLICATION)
            with building("storage", name):
                storages[name] = Storage(
                    region,
                    "storage",
                    region=region,
                    keys=keys[name],
                    application=application,
                    administrators=administrators.arns,
                )
        with building("account", primary.name):
            AccountBaseline(self, "account", region=primary)
        self._connect(networks)
        replications = self._replicate({name: one.data for name, one in storages.items()}, primary=primary.name)
        self._keep_secrets(regions[settings.home], keys)
        trail, signals = self._record_calls(regions[settings.home], keys, storages, alerts[settings.home])
        self._record_changes(regions, keys, storages)
        for name, region in regions.items():
            with building("findings", name):
                Findings(region, "findings", region=region, alerts=alerts[name])
        vaults = self._back_up(regions, keys)
        views = []
        for name, region in sorted(regions.items()):
            at_home = name == settings.home
            with building("watching", name):
                watching = Watching(
                    region,
                    "watching",
                    region=region,
                    alerts=alerts[name],
                    network=networks[name],
                    replications=replications,
                    vault=vaults[name],
                    others=signals.alarms if at_home else (),
                    logs={"trail": trail.log_group.name} if at_home else None,
                )
                views.append(watching.view)
        with building("watching", primary.name):
            Dashboard(self, "dashboard", region=primary, views=views)
        with building("budget", primary.name):
            Budget(self, "budget", region=primary, alerts=alerts[primary.name])

    def _connect(self, networks: Mapping[str, Network]) -> None:
        # By name and not by place in the file: another order of the regions must not turn a connection round.
        for one, other in combinations(sorted(networks), 2):
            with building("peering", f"{one} and {other}"):
                Peering(self, f"peering-{one}-{other}", requester=networks[one], accepter=networks[other])

    def _replicate(self, buckets: Mapping[str, Bucket], *, primary: str) -> list[Replication]:
        # Both ways between the primary and each other region, so that what is written after a failover comes back.
        others, replications = [bucket for name, bucket in buckets.items() if name != primary], []
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

    def _keep_secrets(self, home: Region, keys: Mapping[str, Keys]) -> None:
        with building("secrets", home.name):
            DatabaseSecret(home, "database-secret", region=home, keys={name: one.secrets for name, one in keys.items()})

    def _record_calls(
        self, home: Region, keys: Mapping[str, Keys], storages: Mapping[str, Storage], alerts: Alerts
    ) -> tuple[Trail, TrailAlarms]:
        with building("trail", home.name):
            trail = Trail(
                home,
                "trail",
                region=home,
                bucket=storages[home.name].trail,
                key=keys[home.name].logs,
                buckets=[storages[name].data.arn for name in sorted(storages)],
            )
            signals = TrailAlarms(home, "trail-alarms", region=home, log_group=trail.log_group, alerts=alerts)
        return trail, signals

    def _record_changes(
        self, regions: Mapping[str, Region], keys: Mapping[str, Keys], storages: Mapping[str, Storage]
    ) -> None:
        home = next(iter(regions.values())).settings.home
        with building("configuration", home):
            account = ConfigurationAccount(self, "configuration", region=regions[home])
        for name, region in regions.items():
            settings = region.settings.configuration
            with building("configuration", name):
                recorder = None
                if settings.recorder == "managed":
                    recorder = Recorder(
                        region,
                        "recorder",
                        region=region,
                        bucket=storages[name].configuration,
                        key=keys[name].logs,
                        role_arn=account.role_arn,
                    ).status
                rules = Rules(region, "configuration-rules", region=region, recorder=recorder)
                if settings.remediate:
                    Remediation(region, "remediation", region=region, rules=rules.names)

    def _back_up(self, regions: Mapping[str, Region], keys: Mapping[str, Keys]) -> dict[str, BackupVault]:
        vaults, settings = {}, next(iter(regions.values())).settings
        for name, region in regions.items():
            with building("backup", name):
                vaults[name] = BackupVault(region, "backup-vault", region=region, key=keys[name].backup)
        for name, region in regions.items():
            copies = settings.backup_copies_of(name)
            with building("backup", name):
                BackupPlan(
                    region, "backup-plan", region=region, vault=vaults[name], copy_to=vaults[copies] if copies else None
                )
                if settings.backup.restore_testing:
                    RestoreTesting(region, "restore-testing", region=region, vault=vaults[name])
        return vaults
