"""Alarms on the load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, MathExpression, Metric

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.lb import Lb
    from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup

    from modules.settings.alarms import AlarmSettings

#: The error rate counts only above this number of requests a minute: below it, a single error is a high percentage.
#: Route 53's health checks alone make fewer than a third of it: about 16 checkers, every 30 seconds.
MIN_REQUESTS = 100


def load_balancer_alarms(
    *, thresholds: AlarmSettings, load_balancer: Lb, target_group: LbTargetGroup
) -> dict[str, AlarmSpec]:
    """Errors, latency, rejected connections and unhealthy instances.

    While no instance is healthy, the health check alarm of the region pages. The alarm here only makes the region
    unhealthy, and the alarm on errors stays OK, so that one fault pages once.

    Parameters
    ----------
    thresholds
        The settings ``alarms``.
    load_balancer
        The load balancer.
    target_group
        Its target group.

    See https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """

    def balancer(name: str, statistic: str = "Sum") -> Metric:
        return Metric(
            namespace="AWS/ApplicationELB",
            name=name,
            dimensions={"LoadBalancer": load_balancer.arn_suffix},
            statistic=statistic,
        )

    def targets(name: str, statistic: str) -> Metric:
        return Metric(
            namespace="AWS/ApplicationELB",
            name=name,
            dimensions={"LoadBalancer": load_balancer.arn_suffix, "TargetGroup": target_group.arn_suffix},
            statistic=statistic,
        )

    return {
        "errors": AlarmSpec(
            metric=MathExpression(
                # A code that did not occur has no data, and the sum would have none either.
                expression=f"IF(hosts > 0, IF(requests > {MIN_REQUESTS}, "
                "100 * (FILL(own, 0) + FILL(targets, 0)) / requests, 0), 0)",
                metrics={
                    "requests": balancer("RequestCount"),
                    "own": balancer("HTTPCode_ELB_5XX_Count"),
                    "targets": balancer("HTTPCode_Target_5XX_Count"),
                    "hosts": targets("HealthyHostCount", "Minimum"),
                },
            ),
            threshold=thresholds.load_balancer_error_percent,
            treat_missing_data="notBreaching",
            severity="page",
            on_dashboard=True,
            description="Too many requests are answered with 5xx. Query the load balancer's logs for which targets and "
            "paths.",
        ),
        "latency": AlarmSpec(
            metric=balancer("TargetResponseTime", "p99"),
            threshold=thresholds.load_balancer_latency_seconds,
            treat_missing_data="notBreaching",
            severity="page",
            on_dashboard=True,
            description="One request in a hundred waits too long. Look at the database first, then at the instances.",
        ),
        "no-healthy-host": AlarmSpec(
            metric=targets("HealthyHostCount", "Minimum"),
            threshold=1,
            below=True,
            evaluation_periods=2,
            # A load balancer always publishes this metric: missing data means that it is gone.
            treat_missing_data="breaching",
            severity="ticket",
            unhealthy=True,
            description="No instance is fit to take requests: the region serves nobody. Route 53's alarm on the region "
            "pages.",
        ),
        "unhealthy-hosts": AlarmSpec(
            metric=targets("UnHealthyHostCount", "Maximum"),
            threshold=0,
            evaluation_periods=10,
            treat_missing_data="notBreaching",
            severity="ticket",
            description="An instance has failed its health check for ten minutes and has not been replaced.",
        ),
        "rejected": AlarmSpec(
            metric=balancer("RejectedConnectionCount"),
            threshold=0,
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            severity="ticket",
            description="The load balancer has turned connections away, since it was at its limit.",
        ),
    }
