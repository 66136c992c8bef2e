"""Regions that are well, which takes more than an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Fn
from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from constructs import Construct

from modules.areas.ingress.routes import failover_record, latency_record, to_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdktf_cdktf_provider_aws.route53_record import Route53Record

    from modules.areas.ingress.load_balancer import LoadBalancer
    from modules.areas.ingress.zone import Zone
    from modules.areas.monitoring.health import RegionHealth
    from modules.blocks.alarms.alarm import Alarm
    from modules.core.region import Region

#: The first labels of the name that leads to the nearest region that is well, and of the one that leads on without any.
WELL, BEST = "well", "best"
#: What Route 53 says of a region while the metric of an alarm is silent, by what the alarm makes of silence.
SILENT = {"breaching": "Unhealthy", "ignore": "LastKnownStatus", "notBreaching": "Healthy"}
#: What Route 53 copies of an alarm when it starts to follow it.
COPIED = (
    *("namespace", "metric_name", "dimensions", "statistic", "period"),
    *("comparison_operator", "threshold", "evaluation_periods"),
)


class WellRegions(Construct):
    """Records that lead to regions whose health page answers and whose alarms do not send clients away.

    A region is well while the check of its health page and those of its alarms are all healthy. ``well`` leads to the
    nearest such region. ``best`` leads there too, and to the nearest region that answers if none is well: alarms choose
    among regions, and never take the last one away. Without that, the loss of the region that has the writer would
    do so, since all replicas are late from then on.

    Parameters
    ----------
    zone
        The hosted zone.
    load_balancers
        By region, what clients are led to.
    answering
        By region, the check of its health page.
    nearest
        A record of the name that leads to the nearest region that answers.
    healths
        By region, its health, of whose alarms those are followed that Route 53 can follow and that send clients away.

    Attributes
    ----------
    checks
        By region, the check that is healthy while the region is well.
    best
        A record of ``best``.

    See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        zone: Zone,
        load_balancers: Mapping[str, LoadBalancer],
        answering: Mapping[str, Route53HealthCheck],
        nearest: Route53Record,
        healths: Mapping[str, RegionHealth],
    ) -> None:
        super().__init__(scope, id_)
        domain = zone.region.settings.domain
        self.checks: dict[str, Route53HealthCheck] = {}
        records = {}
        for name, load_balancer in load_balancers.items():
            region = load_balancer.region
            alarms = [alarm for alarm in healths[name].checkable if alarm.concern.elsewhere]
            self.checks[name] = self._check(region, [answering[name], *(self._follow(region, one) for one in alarms)])
            records[name] = latency_record(
                self,
                f"well-{name}",
                zone=zone,
                name=f"{WELL}.{domain}",
                load_balancer=load_balancer,
                health_check=self.checks[name],
            )
        well = to_record(records[zone.region.name], zone=zone)
        self.best = failover_record(self, "best-well", zone=zone, name=f"{BEST}.{domain}", role="PRIMARY", alias=well)
        failover_record(
            self,
            "best-answering",
            zone=zone,
            name=f"{BEST}.{domain}",
            role="SECONDARY",
            alias=to_record(nearest, zone=zone),
        )

    def _check(self, region: Region, children: list[Route53HealthCheck]) -> Route53HealthCheck:
        return Route53HealthCheck(
            self,
            f"health-{region.name}",
            provider=region.provider,
            type="CALCULATED",
            child_healthchecks=[child.id for child in children],
            child_health_threshold=len(children),
            tags={"Name": region.names.of("route53", "well")},
        )

    def _follow(self, region: Region, alarm: Alarm) -> Route53HealthCheck:
        identifier = f"{alarm.tier}-{alarm.node.id}"
        return Route53HealthCheck(
            self,
            f"health-{region.name}-{identifier}",
            provider=region.provider,
            type="CLOUDWATCH_METRIC",
            cloudwatch_alarm_name=alarm.name,
            cloudwatch_alarm_region=region.name,
            insufficient_data_health_status=SILENT[alarm.concern.missing],
            # Without it Route 53 would keep to what the alarm was when it was first followed.
            triggers={"alarm": Fn.jsonencode([alarm.resource.interpolation_for_attribute(one) for one in COPIED])},
            tags={"Name": region.names.of("route53", identifier)},
        )
