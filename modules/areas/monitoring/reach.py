"""Alarms of whether clients reach the regions, which only Route 53 can say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck

from modules.blocks.alarms.alarm import AlarmSpec, MathExpression, Metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from modules.core.region import Region

#: Minutes in a row. Route 53 itself has seen three failures by then.
PERIODS = 3


def reach_alarms(scope: Construct, *, region: Region, checks: Mapping[str, Route53HealthCheck]) -> dict[str, AlarmSpec]:
    """Regions that Route 53 does not reach by their own names, and that it reaches none: each page once for a fault.

    Nothing inside a region notices that its name, its certificate or the way to it is broken, or that the region is
    gone as a whole. A region's alarm is silent while no region is reached, which the alarm ``any`` tells. A calculated
    health check counts the regions that are reached; where there is one region, there is nothing to count.

    Parameters
    ----------
    region
        The region whose CloudWatch has the metrics of Route 53: us-east-1.
    checks
        By region, the health check of its health page.

    See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html
    """

    def metric(check: Route53HealthCheck, name: str = "HealthCheckStatus") -> Metric:
        dimensions = {"HealthCheckId": check.id}
        return Metric(namespace="AWS/Route53", name=name, dimensions=dimensions, statistic="Minimum")

    if len(checks) == 1:
        (only,) = checks.values()
        reached, specs = metric(only), {}
    else:
        reached = metric(_count(scope, region, checks), "ChildHealthCheckHealthyCount")
        specs = {
            name: AlarmSpec(
                metric=MathExpression(
                    expression="IF(reached >= 1, IF(own < 1, 1, 0), 0)",
                    metrics={"own": metric(check), "reached": reached},
                ),
                threshold=0,
                evaluation_periods=PERIODS,
                # Route 53 always says: silence is CloudWatch's own, and a new check has not spoken yet.
                treat_missing_data="ignore",
                severity="page",
                description=f"Route 53 does not reach {name}, and leads clients to the other regions. See whether an "
                "instance is healthy there; if so, try the region's own name: DNS, certificate, firewall, routes.",
            )
            for name, check in sorted(checks.items())
        }
    specs["any"] = AlarmSpec(
        metric=reached,
        threshold=1,
        below=True,
        evaluation_periods=PERIODS,
        treat_missing_data="ignore",
        severity="page",
        description="Route 53 reaches no region: clients are served nowhere. See whether instances are healthy; if so, "
        "it is what all share: the zone's delegation, the certificates, the last release.",
    )
    return specs


def _count(scope: Construct, region: Region, checks: Mapping[str, Route53HealthCheck]) -> Route53HealthCheck:
    return Route53HealthCheck(
        scope,
        "reached",
        provider=region.provider,
        type="CALCULATED",
        child_healthchecks=[check.id for _, check in sorted(checks.items())],
        child_health_threshold=1,
        tags={"Name": region.names.of("route53", "reached")},
    )
