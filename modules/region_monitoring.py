"""Monitoring of one region: its alarms, event rules, health, row on the dashboard and saved queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.areas.monitoring.backup import backup_alarms
from modules.areas.monitoring.certificates import certificate_alarms
from modules.areas.monitoring.dashboard import RegionView
from modules.areas.monitoring.database import database_alarms
from modules.areas.monitoring.event_rules import EventRules
from modules.areas.monitoring.failed_invocations import failed_invocation_alarms
from modules.areas.monitoring.instances import instance_alarms
from modules.areas.monitoring.load_balancer import load_balancer_alarms
from modules.areas.monitoring.network import network_alarms
from modules.areas.monitoring.queries import Queries
from modules.areas.monitoring.region_health import RegionHealth
from modules.areas.monitoring.sessions import session_alarms
from modules.areas.monitoring.storage import storage_alarms
from modules.areas.monitoring.topics import topic_alarms
from modules.blocks.alarms.function_alarms import function_alarms
from modules.blocks.alarms.tier_alarms import TierAlarms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdktf import ITerraformDependable

    from modules.areas.sessions.table import SessionTable
    from modules.blocks.alarms.alarm import Alarm, AlarmSpec
    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.blocks.alarms.event_rule import EventRule
    from modules.site import Site

#: The word in alarm names, for tiers whose id is another word.
TIER_NAMES = {"load-balancer": "alb", "instances": "asg"}


class RegionMonitoring(Construct):
    """The alarms of every tier of a region, its health, its event rules and its saved queries.

    Parameters
    ----------
    site
        The region's site.
    alerts
        The region's topics.
    sessions
        The session table.
    event_rules
        More event rules that send events to the topics. None by default.
    other_alarms
        Alarms that the dashboard shows and that do not count for the region's health, such as those on API calls. None
        by default.
    other_logs
        Names of more log groups to save queries for, by the key of ``QUERY_STRINGS``. None by default.

    Attributes
    ----------
    view
        The region's row on the dashboard.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        site: Site,
        alerts: AlertTopics,
        sessions: SessionTable,
        event_rules: Sequence[EventRule] = (),
        other_alarms: Sequence[Alarm] = (),
        other_logs: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._site, self._alerts = site, alerts
        tiers = [
            self._tier(tier, specs, [site.web.group.resource] if tier == "load-balancer" else [])
            for tier, specs in self._specs(sessions).items()
        ]
        rules = EventRules(self, "notices", region=site.region, alerts=alerts, instance=site.database.instance).rules
        tiers.append(self._tier("events", failed_invocation_alarms(rules=[*rules, *event_rules])))
        health = RegionHealth(self, "health", region=site.region, tiers=tiers)
        alarms = [alarm for tier in tiers for alarm in tier.alarms]
        self.view = RegionView(region=site.region, health=health, alarms=[*alarms, *other_alarms])
        Queries(self, "queries", region=site.region, logs=site.logs | dict(other_logs or {}))

    def _specs(self, sessions: SessionTable) -> dict[str, Mapping[str, AlarmSpec]]:
        site, settings = self._site, self._site.region.settings
        thresholds, instance = settings.alarms, site.database.instance
        group, load_balancer, targets = site.web.group, site.load_balancer.resource, site.load_balancer.target_group
        return {
            "network": network_alarms(thresholds=thresholds, gateways=site.network.nat.gateways),
            "load-balancer": load_balancer_alarms(
                thresholds=thresholds, load_balancer=load_balancer, target_group=targets
            ),
            "instances": instance_alarms(group=group.resource, load_balancer=load_balancer, target_group=targets),
            "database": database_alarms(
                thresholds=thresholds,
                instance=instance,
                instance_class=settings.database.class_in(site.region.name),
                replica=not site.database.member.is_standalone,
            ),
            "sessions": session_alarms(
                thresholds=thresholds, table=sessions.resource, receivers=sessions.regions_besides(site.region.name)
            ),
            "rotation": function_alarms(
                thresholds=thresholds,
                identifier="rotation",
                function=site.rotation.resource,
                dead_letters=site.rotation.dead_letters.resource,
            ),
            "storage": storage_alarms(region=site.region, replications=site.replications),
            "backup": backup_alarms(vault=site.vault, instance=instance),
            "certificate": certificate_alarms(thresholds=thresholds, arn=site.certificate_arn),
            "alerts": topic_alarms(alerts=self._alerts),
        }

    def _tier(
        self, tier: str, specs: Mapping[str, AlarmSpec], depends_on: Sequence[ITerraformDependable] = ()
    ) -> TierAlarms:
        return TierAlarms(
            self,
            tier,
            region=self._site.region,
            alerts=self._alerts,
            tier=TIER_NAMES.get(tier, tier),
            specs=specs,
            depends_on=depends_on,
        )
