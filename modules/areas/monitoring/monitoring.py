"""What watches a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.areas.monitoring.alerts import AlertAlarms
from modules.areas.monitoring.backup import BackupAlarms
from modules.areas.monitoring.certificates import CertificateAlarms
from modules.areas.monitoring.dashboard import RegionView
from modules.areas.monitoring.database import DatabaseAlarms
from modules.areas.monitoring.event_delivery import EventAlarms
from modules.areas.monitoring.event_rules import Notices
from modules.areas.monitoring.health import RegionHealth
from modules.areas.monitoring.instances import InstanceAlarms
from modules.areas.monitoring.load_balancer import LoadBalancerAlarms
from modules.areas.monitoring.network import NetworkAlarms
from modules.areas.monitoring.queries import Queries
from modules.areas.monitoring.sessions import SessionAlarms
from modules.areas.monitoring.storage import StorageAlarms
from modules.blocks.alarms.functions import FunctionAlarms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modules.areas.alerts.alerts import Alerts
    from modules.areas.monitoring.watched import Watched
    from modules.blocks.alarms.alarm import Alarm
    from modules.blocks.alarms.event_rule import Notice
    from modules.blocks.alarms.tier import Tier
    from modules.core.region import Region


class Watching(Construct):
    """The alarms of every tier of a region, its health, its notices and its saved queries.

    Parameters
    ----------
    region
        The region.
    alerts
        Its topics.
    watched
        What there is to watch.
    notices
        More rules that hand events to the topics. None by default.
    others
        Alarms that the dashboard shows and that say nothing of the region's health, such as those on people's doings.
        None by default.
    logs
        Names of more log groups that the usual questions are asked of, by the key of ``QUESTIONS``. None by default.

    Attributes
    ----------
    health
        The alarm that says whether the region is ill.
    view
        What the dashboard shows of the region.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        alerts: Alerts,
        watched: Watched,
        notices: Sequence[Notice] = (),
        others: Sequence[Alarm] = (),
        logs: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id_)
        tiers = self._tiers(region, alerts, watched)
        told = Notices(self, "notices", region=region, alerts=alerts, instance=watched.database.instance).all
        tiers.append(EventAlarms(self, "events", region=region, alerts=alerts, notices=[*told, *notices]))
        self.health = RegionHealth(self, "health", region=region, tiers=tiers)
        alarms = [alarm for tier in tiers for alarm in tier.alarms]
        self.view = RegionView(region=region, health=self.health, alarms=[*alarms, *others])
        Queries(self, "queries", region=region, logs={**watched.logs, **(logs or {})})

    def _tiers(self, region: Region, alerts: Alerts, watched: Watched) -> list[Tier]:
        return [
            NetworkAlarms(self, "network", region=region, alerts=alerts, gateways=watched.network.nat.gateways),
            LoadBalancerAlarms(
                self,
                "load-balancer",
                region=region,
                alerts=alerts,
                load_balancer=watched.load_balancer.resource,
                target_group=watched.load_balancer.target_group,
                group=watched.web.group.resource,
            ),
            InstanceAlarms(
                self,
                "instances",
                region=region,
                alerts=alerts,
                group=watched.web.group.resource,
                load_balancer=watched.load_balancer.resource,
                target_group=watched.load_balancer.target_group,
            ),
            DatabaseAlarms(
                self,
                "database",
                region=region,
                alerts=alerts,
                instance=watched.database.instance,
                replica=not watched.database.place.stands_alone,
            ),
            SessionAlarms(
                self,
                "sessions",
                region=region,
                alerts=alerts,
                table=watched.sessions.resource,
                receivers=watched.receivers,
            ),
            FunctionAlarms(
                self,
                "rotation",
                region=region,
                alerts=alerts,
                title="rotation",
                function=watched.rotation.resource,
                dead_letters=watched.rotation.dead_letters.resource,
            ),
            StorageAlarms(self, "storage", region=region, alerts=alerts, replications=watched.replications),
            BackupAlarms(
                self,
                "backup",
                region=region,
                alerts=alerts,
                vault=watched.vault,
                instance=watched.database.instance,
            ),
            CertificateAlarms(self, "certificate", region=region, alerts=alerts, arn=watched.certificate),
            AlertAlarms(self, "alerts", region=region, alerts=alerts),
        ]
