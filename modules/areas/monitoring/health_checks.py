"""Alarms on the health checks of Route 53, which reach the regions as clients do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck

from modules.blocks.alarms.alarm import AlarmSpec, MathExpression, Metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from modules.core.region import Region

#: Minutes in a row. A health check is unhealthy only after three failures, so this comes on top.
PERIODS = 3


def health_check_alarms(
    scope: Construct, *, region: Region, checks: Mapping[str, Route53HealthCheck]
) -> dict[str, AlarmSpec]:
    """An alarm for each region that Route 53 finds unhealthy, and the alarm ``any`` if no region is healthy.

    Nothing inside a region can notice that its DNS name, its certificate or the route to it is broken, or that the
    region is down. While no region is healthy, only ``any`` is in ALARM, so that one fault pages once. A calculated
    health check counts the healthy regions. With a single region there is nothing to count.

    Parameters
    ----------
    region
        The region in which Route 53 publishes its metrics: us-east-1.
    checks
        By region, its health check.

    See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html
    """

    def metric(check: Route53HealthCheck, name: str = "HealthCheckStatus") -> Metric:
        dimensions = {"HealthCheckId": check.id}
        return Metric(namespace="AWS/Route53", name=name, dimensions=dimensions, statistic="Minimum")

    if len(checks) == 1:
        (only,) = checks.values()
        healthy, specs = metric(only), {}
    else:
        healthy = metric(_calculated_check(scope, region, checks), "ChildHealthCheckHealthyCount")
        specs = {
            name: AlarmSpec(
                metric=MathExpression(
                    expression="IF(reached >= 1, IF(own < 1, 1, 0), 0)",
                    metrics={"own": metric(check), "reached": healthy},
                ),
                threshold=0,
                evaluation_periods=PERIODS,
                # Route 53 publishes it all the time. Missing data means a fault of CloudWatch, or a new health check.
                treat_missing_data="ignore",
                severity="page",
                description=f"Route 53 does not reach {name}, and leads clients to the other regions. See whether an "
                "instance is healthy there; if so, try the region's own name: DNS, certificate, firewall, routes.",
            )
            for name, check in sorted(checks.items())
        }
    specs["any"] = AlarmSpec(
        metric=healthy,
        threshold=1,
        below=True,
        evaluation_periods=PERIODS,
        treat_missing_data="ignore",
        severity="page",
        description="Route 53 reaches no region: clients are served nowhere. See whether instances are healthy; if so, "
        "it is what all share: the zone's delegation, the certificates, the last release.",
    )
    return specs


def _calculated_check(scope: Construct, region: Region, checks: Mapping[str, Route53HealthCheck]) -> Route53HealthCheck:
    return Route53HealthCheck(
        scope,
        "reached",
        provider=region.provider,
        type="CALCULATED",
        child_healthchecks=[check.id for _, check in sorted(checks.items())],
        child_health_threshold=1,
        tags={"Name": region.names.of("route53", "reached")},
    )
