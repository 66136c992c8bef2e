"""Operations of the platform: the trail, AWS Config, findings, backups, alarms, the dashboard and the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import TerraformStack
from constructs import Construct

from modules.areas.alerts.chat import Chat
from modules.areas.alerts.subscription_checks import warn_of_missing_subscriptions
from modules.areas.aws_config.account import ConfigAccount
from modules.areas.aws_config.recorder import Recorder
from modules.areas.aws_config.rules import ConfigRules
from modules.areas.backup.plan import BackupPlan
from modules.areas.backup.restore_testing import RestoreTesting
from modules.areas.budget.budget import Budget
from modules.areas.failover.description import describe
from modules.areas.failover.failover import Failover, HeldCheck
from modules.areas.failover.permissions import Reach
from modules.areas.findings.findings import Findings
from modules.areas.findings.hub import aggregate_regions
from modules.areas.findings.marker.marker import FindingsMarker
from modules.areas.monitoring.dashboard import Dashboard
from modules.areas.monitoring.health_checks import health_check_alarms
from modules.areas.monitoring.topics import topic_alarms
from modules.areas.trail.alarms import TrailAlarms
from modules.areas.trail.metric_filters import METRIC_FILTERS
from modules.areas.trail.state_metric_filters import state_buckets, state_metric_filters
from modules.areas.trail.trail import Trail
from modules.blocks.alarms.alert_topics import AlertTopics
from modules.blocks.alarms.tier_alarms import TierAlarms
from modules.blocks.keys.key import Key
from modules.blocks.keys.key_policy import allow_publishers
from modules.core.errors import error_context
from modules.core.region import Region, provider
from modules.region_monitoring import RegionMonitoring
from modules.settings.ownership import MANAGED, in_region
from modules.settings.regions import METRICS_OF_ROUTE_53, chatbot_region

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck

    from modules.areas.secrets.secret import Secret
    from modules.areas.sessions.table import SessionTable
    from modules.blocks.alarms.alarm import Alarm, AlarmSpec
    from modules.settings import Settings
    from modules.site import Site


class Operations(Construct):
    """Trail, AWS Config, findings, backups, failover, alarms, dashboard and budget of all regions.

    Resources that exist once for all regions are made in the home region.

    Parameters
    ----------
    settings
        The platform's settings.
    sites
        The site of each region, by region.
    sessions
        The session table.
    secrets
        The secrets of the database, which follow its writer in a failover.

    Attributes
    ----------
    alerts
        The topics for alerts of each region, and of us-east-1.
    usable
        By region, the health check of Route 53 that also knows whether a failover has left the region; empty if the
        writer cannot be moved.

    Raises
    ------
    AreaError
        If an area cannot be built.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        sites: Mapping[str, Site],
        sessions: SessionTable,
        secrets: Sequence[Secret],
    ) -> None:
        super().__init__(scope, id_)
        self._settings, self._sites = settings, dict(sorted(sites.items()))
        self._home = sites[settings.home].region
        self.alerts = self._alert_topics()
        self._chat()
        warn_of_missing_subscriptions(
            self, settings=settings, alerts=[topics for _, topics in sorted(self.alerts.items())]
        )
        trail, trail_alarms = self._trail(sessions)
        self._aws_config()
        findings = self._findings()
        marker = self._findings_marker(findings)
        self._backups()
        failovers = self._failovers(secrets) if settings.fails_over else {}
        self.usable = self._usable(failovers)
        views = []
        for name, site in self._sites.items():
            is_home = name == settings.home
            with error_context("monitoring", name):
                monitoring = RegionMonitoring(
                    site.region,
                    "watching",
                    site=site,
                    alerts=self.alerts[name],
                    sessions=sessions,
                    event_rules=findings[name].event_rules,
                    other_alarms=[
                        *(failovers[name].alarms if failovers else []),
                        *([*trail_alarms.alarms, *(marker.alarms if marker else [])] if is_home else []),
                    ],
                    other_logs={"trail": trail.log_group.name} if is_home else None,
                )
                views.append(monitoring.view)
        with error_context("budget", self._home.name):
            Budget(self, "budget", region=self._home, alerts=self.alerts[self._home.name])
        health_checks = self._health_check_alarms()
        with error_context("monitoring", self._home.name):
            Dashboard(self, "dashboard", region=self._home, views=views, other_alarms=health_checks)

    def _alert_topics(self) -> dict[str, AlertTopics]:
        topics = {}
        for name, site in self._sites.items():
            with error_context("alerts", name):
                topics[name] = AlertTopics(site.region, "alerts", region=site.region, key=site.keys.alerts)
        # While that region is lost, nobody looks at the checks from outside.
        if METRICS_OF_ROUTE_53 not in topics and METRICS_OF_ROUTE_53 not in self._settings.lost_regions:
            with error_context("alerts", METRICS_OF_ROUTE_53):
                topics[METRICS_OF_ROUTE_53] = self._alert_topics_outside(METRICS_OF_ROUTE_53)
        return topics

    def _alert_topics_outside(self, name: str) -> AlertTopics:
        """Topics and their key in a region that is not one of the platform's.

        Their ids are those of a region of the platform: if the region becomes one, Terraform replaces nothing.
        """
        settings = self._settings
        region = Region(TerraformStack.of(self), name, name=name, settings=settings, cidr=settings.network.cidr)
        statements = [allow_publishers(region)]
        key = Key(Construct(region, "keys"), "alerts", region=region, purpose="alerts", statements=statements)
        return AlertTopics(region, "alerts", region=region, key=key)

    def _chat(self) -> None:
        home, regions = self._home, {name: site.region for name, site in self._sites.items()}
        name = chatbot_region(home.name, lost=self._settings.lost_regions)
        with error_context("alerts", home.name):
            # The provider exists without a channel too: Terraform needs it to delete the last channel.
            chatbot = (
                regions[name].provider
                if name in regions
                else provider(home, "chat-provider", region=name, settings=self._settings)
            )
            if self._settings.alerts.channels:
                topics = [topics for _, topics in sorted(self.alerts.items())]
                Chat(home, "chat", home=home, provider=chatbot, alerts=topics)

    def _trail(self, sessions: SessionTable) -> tuple[Trail, TrailAlarms]:
        home, site = self._home, self._sites[self._home.name]
        administrators = self._settings.state_administrators or site.storage.administrators
        with error_context("trail", home.name):
            trail = Trail(
                home,
                "trail",
                region=home,
                bucket=site.storage.trail,
                key=site.keys.logs,
                buckets=[*(other.storage.data.arn for other in self._sites.values()), *state_buckets(home)],
                tables=[other.region.arn("dynamodb", f"table/{sessions.name}") for other in self._sites.values()],
            )
            alarms = TrailAlarms(
                home,
                "trail-alarms",
                region=home,
                log_group=trail.log_group,
                metric_filters=METRIC_FILTERS | state_metric_filters(home, administrators=administrators),
                alerts=self.alerts[home.name],
            )
        return trail, alarms

    def _aws_config(self) -> None:
        with error_context("aws_config", self._home.name):
            account = ConfigAccount(self, "configuration", region=self._home)
        settings = self._settings.configuration
        for name, site in self._sites.items():
            region = site.region
            with error_context("aws_config", name):
                recorder = None
                if in_region(settings.recorder, name) == MANAGED:
                    recorder = Recorder(
                        region,
                        "recorder",
                        region=region,
                        bucket=site.storage.configuration,
                        key=site.keys.logs,
                        role_arn=account.role_arn,
                    ).status
                ConfigRules(region, "configuration-rules", region=region, recorder=recorder)

    def _findings(self) -> dict[str, Findings]:
        findings = {}
        for name, site in self._sites.items():
            with error_context("findings", name):
                findings[name] = Findings(site.region, "findings", region=site.region, alerts=self.alerts[name])
        return findings

    def _findings_marker(self, findings: Mapping[str, Findings]) -> FindingsMarker | None:
        # Whoever owns a Security Hub also sets the workflow status of its findings.
        hubs = {name: region.hub for name, region in findings.items() if region.hub}
        if not hubs:
            return None
        home = self._home
        with error_context("findings", home.name):
            if self._settings.findings.aggregator == "managed":
                aggregate_regions(findings[home.name], home, list(hubs.values()))
            keys = self._sites[home.name].keys
            # If the platform manages the hub of every region, none is named: a new region then changes nothing here.
            ours = list(hubs) if len(hubs) < len(findings) else []
            return FindingsMarker(home, "findings-marker", keys=keys, home=self.alerts[home.name], regions=ours)

    def _backups(self) -> None:
        for name, site in self._sites.items():
            destination, region = self._settings.backup_copies_of(name), site.region
            with error_context("backup", name):
                BackupPlan(
                    region,
                    "backup-plan",
                    region=region,
                    vault=site.vault,
                    key=site.keys.data,
                    copy_to=self._sites[destination].vault if destination else None,
                )
                if self._settings.backup.restore_testing:
                    RestoreTesting(region, "restore-testing", region=region, vault=site.vault, key=site.keys.data)

    def _failovers(self, secrets: Sequence[Secret]) -> dict[str, Failover]:
        description = describe(self._settings)
        failovers = {}
        for name, site in self._sites.items():
            with error_context("failover", name):
                reach = Reach(
                    region=site.region,
                    platform=description,
                    keys={other: there.keys for other, there in self._sites.items()},
                    alerts=self.alerts,
                    acls=[there.network.database_acl.id for there in self._sites.values()],
                    secrets=secrets,
                )
                failovers[name] = Failover(site.region, "failover", reach=reach)
        return failovers

    def _usable(self, failovers: Mapping[str, Failover]) -> dict[str, Route53HealthCheck]:
        """Health checks of the regions whose failover can be recorded, each held by another region."""
        return {
            name: HeldCheck(
                self._sites[name].region,
                "usable",
                region=self._sites[name].region,
                keeper=keeper,
                alarm=alarm,
                page=self._sites[name].health_check,
            ).resource
            for keeper, failover in failovers.items()
            for name, alarm in failover.held_alarms.items()
            if name in self._sites
        }

    def _health_check_alarms(self) -> list[Alarm]:
        """Alarms on the health checks of Route 53, whose metrics are in one region."""
        if METRICS_OF_ROUTE_53 in self._settings.lost_regions:
            return []
        alerts = self.alerts[METRICS_OF_ROUTE_53]
        checks = {name: site.health_check for name, site in self._sites.items()}
        with error_context("monitoring", METRICS_OF_ROUTE_53):
            specs: dict[str, tuple[Construct, dict[str, AlarmSpec]]] = {
                "reach": (self, health_check_alarms(self, region=alerts.region, checks=checks))
            }
            if METRICS_OF_ROUTE_53 not in self._sites:
                specs["alerts"] = (Construct(alerts.region, "watching"), topic_alarms(alerts=alerts))
            return [
                alarm
                for tier, (scope, tier_specs) in specs.items()
                for alarm in TierAlarms(
                    scope, tier, region=alerts.region, alerts=alerts, tier=tier, specs=tier_specs
                ).alarms
            ]
