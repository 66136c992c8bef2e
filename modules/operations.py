"""What watches over the platform: records of what is done, findings, backups, alarms, and whom they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import TerraformStack
from constructs import Construct

from modules.areas.alerts.alerts import Alerts
from modules.areas.alerts.chat import Chat
from modules.areas.alerts.checks import warn_of_silence
from modules.areas.aws_config.account import ConfigurationAccount
from modules.areas.aws_config.recorder import Recorder
from modules.areas.aws_config.rules import Rules
from modules.areas.backup.plan import BackupPlan
from modules.areas.backup.restore_testing import RestoreTesting
from modules.areas.backup.vault import BackupVault
from modules.areas.budget.budget import Budget
from modules.areas.findings.findings import Findings
from modules.areas.findings.hub import show_all_regions
from modules.areas.findings.marker.marker import FindingsMarker
from modules.areas.monitoring.alerts import AlertAlarms
from modules.areas.monitoring.dashboard import Dashboard
from modules.areas.monitoring.monitoring import Watching
from modules.areas.monitoring.reach import ReachAlarms
from modules.areas.monitoring.watched import Watched
from modules.areas.trail.alarms import TrailAlarms
from modules.areas.trail.metric_filters import SIGNALS
from modules.areas.trail.state_access import state_buckets, state_signals
from modules.areas.trail.trail import Trail
from modules.blocks.keys.key import Key
from modules.blocks.keys.key_policy import used_by_publishers
from modules.core.errors import building
from modules.core.region import Region, provider
from modules.settings.ownership import MANAGED, in_region
from modules.settings.regions import METRICS_OF_ROUTE_53, chatbot_region

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck

    from modules.areas.compute.web_tier import WebTier
    from modules.areas.database.database import Database
    from modules.areas.ingress.ingress import Entry
    from modules.areas.rotation.function import RotationFunction
    from modules.areas.sessions.table import SessionTable
    from modules.areas.storage.replication import Replication
    from modules.settings import Settings
    from modules.site import Foundation


class Oversight(Construct):
    """Trail, AWS Config, findings, backups, alarms, dashboard and budget of all regions.

    What exists once is made in the home region.

    Parameters
    ----------
    settings
        The platform's settings.
    foundations, databases, rotations, tiers
        By region, what is watched.
    entry
        The way in.
    sessions
        The table of sessions.
    replications
        The replications of buckets.
    state_administrators
        ARNs, or patterns of them, of who may reach the state.

    Attributes
    ----------
    healths
        By region, the alarm that says whether it is ill.

    Raises
    ------
    AreaError
        If an area cannot be built.
    """

    def __init__(  # noqa: PLR0913 - it watches over every area
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        foundations: Mapping[str, Foundation],
        databases: Mapping[str, Database],
        rotations: Mapping[str, RotationFunction],
        tiers: Mapping[str, WebTier],
        entry: Entry,
        sessions: SessionTable,
        replications: Sequence[Replication],
        state_administrators: Sequence[str],
    ) -> None:
        super().__init__(scope, id_)
        self._state_administrators = state_administrators
        self._settings, self._foundations = settings, foundations
        self._home = foundations[settings.home].region
        self._alerts = self._tell()
        self._talk()
        warn_of_silence(self, settings=settings, alerts=[one for _, one in sorted(self._alerts.items())])
        trail, signals = self._record_calls(sessions)
        self._record_changes()
        findings = self._find()
        marker = self._tell_once(findings)
        vaults = self._back_up()
        others, logs = [*signals.alarms], {"trail": trail.log_group.name}
        if marker:
            others += marker.alarms
        self.healths, self._views = {}, []
        for name, here in sorted(foundations.items()):
            at_home = name == settings.home
            with building("watching", name):
                watched = Watched(
                    network=here.network,
                    database=databases[name],
                    rotation=rotations[name],
                    load_balancer=entry.load_balancers[name],
                    web=tiers[name],
                    vault=vaults[name],
                    sessions=sessions,
                    receivers=[one.region for other, one in sorted(foundations.items()) if other != name],
                    replications=replications,
                    certificate=entry.certificates.watched[name],
                )
                watching = Watching(
                    here.region,
                    "watching",
                    region=here.region,
                    alerts=self._alerts[name],
                    watched=watched,
                    notices=findings[name].notices,
                    others=others if at_home else (),
                    logs=logs if at_home else None,
                )
                self.healths[name] = watching.health
                self._views.append(watching.view)
        with building("budget", self._home.name):
            Budget(self, "budget", region=self._home, alerts=self._alerts[self._home.name])

    def watch_from_outside(self, checks: Mapping[str, Route53HealthCheck]) -> None:
        """Watch whether clients reach the regions, and show it all on the dashboard; to be called once.

        Parameters
        ----------
        checks
            By region, the health check of its health page.
        """
        alerts = self._alerts[METRICS_OF_ROUTE_53]
        with building("watching", METRICS_OF_ROUTE_53):
            others = list(ReachAlarms(self, "reach", region=alerts.region, alerts=alerts, checks=checks).alarms)
            if METRICS_OF_ROUTE_53 not in self._foundations:
                place = Construct(alerts.region, "watching")
                others += AlertAlarms(place, "alerts", region=alerts.region, alerts=alerts).alarms
        with building("watching", self._home.name):
            Dashboard(self, "dashboard", region=self._home, views=self._views, others=others)

    def _tell(self) -> dict[str, Alerts]:
        alerts = {}
        for name, here in self._foundations.items():
            with building("alerts", name):
                alerts[name] = Alerts(here.region, "alerts", region=here.region, key=here.keys.alerts)
        if METRICS_OF_ROUTE_53 not in alerts:
            with building("alerts", METRICS_OF_ROUTE_53):
                alerts[METRICS_OF_ROUTE_53] = self._tell_where_nothing_else_is(METRICS_OF_ROUTE_53)
        return alerts

    def _tell_where_nothing_else_is(self, name: str) -> Alerts:
        """Topics and their key in a region that is none of the platform's.

        They have the ids that they would have if it were: it may become one, and nothing is made anew.
        """
        settings = self._settings
        region = Region(TerraformStack.of(self), name, name=name, settings=settings, cidr=settings.network.cidr)
        statements = [used_by_publishers(region)]
        key = Key(Construct(region, "keys"), "alerts", region=region, purpose="alerts", statements=statements)
        return Alerts(region, "alerts", region=region, key=key)

    def _talk(self) -> None:
        regions = {name: one.region for name, one in sorted(self._foundations.items())}
        name = chatbot_region([self._home.name, *regions])
        with building("alerts", self._home.name):
            # It is there without a channel as well: Terraform needs it to delete the last one.
            speaker = (
                regions[name].provider
                if name in regions
                else provider(self._home, "chat-provider", region=name, settings=self._settings)
            )
            if self._settings.alerts.channels:
                told = [one for _, one in sorted(self._alerts.items())]
                Chat(self._home, "chat", home=self._home, provider=speaker, alerts=told)

    def _record_calls(self, sessions: SessionTable) -> tuple[Trail, TrailAlarms]:
        home, here = self._home, self._foundations[self._home.name]
        everywhere = [one for _, one in sorted(self._foundations.items())]
        with building("trail", home.name):
            trail = Trail(
                home,
                "trail",
                region=home,
                bucket=here.storage.trail,
                key=here.keys.logs,
                buckets=[*(one.storage.data.arn for one in everywhere), *state_buckets(home)],
                tables=[
                    one.region.arn("dynamodb", f"table/{sessions.name}") for _, one in sorted(self._foundations.items())
                ],
            )
            signals = TrailAlarms(
                home,
                "trail-alarms",
                region=home,
                log_group=trail.log_group,
                signals=SIGNALS | state_signals(home, administrators=self._state_administrators),
                alerts=self._alerts[home.name],
            )
        return trail, signals

    def _record_changes(self) -> None:
        with building("configuration", self._home.name):
            account = ConfigurationAccount(self, "configuration", region=self._home)
        settings = self._settings.configuration
        for name, here in self._foundations.items():
            region = here.region
            with building("configuration", name):
                recorder = None
                if in_region(settings.recorder, name) == MANAGED:
                    recorder = Recorder(
                        region,
                        "recorder",
                        region=region,
                        bucket=here.storage.configuration,
                        key=here.keys.logs,
                        role_arn=account.role_arn,
                    ).status
                Rules(region, "configuration-rules", region=region, recorder=recorder)

    def _find(self) -> dict[str, Findings]:
        findings = {}
        for name, here in self._foundations.items():
            with building("findings", name):
                findings[name] = Findings(here.region, "findings", region=here.region, alerts=self._alerts[name])
        return findings

    def _tell_once(self, findings: Mapping[str, Findings]) -> FindingsMarker | None:
        # Of a hub of someone else the status is someone else's too.
        hubs = {name: one.hub for name, one in sorted(findings.items()) if one.hub}
        if not hubs:
            return None
        home = self._home
        with building("findings", home.name):
            if self._settings.findings.aggregator == "managed":
                show_all_regions(findings[home.name], home, list(hubs.values()))
            keys = self._foundations[home.name].keys
            # Where all hubs are the platform's none is named, so that a region that joins changes nothing here.
            ours = list(hubs) if len(hubs) < len(findings) else []
            return FindingsMarker(home, "findings-marker", keys=keys, home=self._alerts[home.name], regions=ours)

    def _back_up(self) -> dict[str, BackupVault]:
        vaults = {}
        for name, here in self._foundations.items():
            with building("backup", name):
                keys = here.keys
                vaults[name] = BackupVault(
                    here.region, "backup-vault", region=here.region, key=keys.backup, sources=[keys.data]
                )
        for name, here in self._foundations.items():
            copies = self._settings.backup_copies_of(name)
            with building("backup", name):
                BackupPlan(
                    here.region,
                    "backup-plan",
                    region=here.region,
                    vault=vaults[name],
                    key=here.keys.data,
                    copy_to=vaults[copies] if copies else None,
                )
                if self._settings.backup.restore_testing:
                    RestoreTesting(
                        here.region, "restore-testing", region=here.region, vault=vaults[name], key=here.keys.data
                    )
        return vaults
