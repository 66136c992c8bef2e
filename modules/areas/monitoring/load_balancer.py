"""Alarms of the load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import Concern, Formula, Metric
from modules.blocks.alarms.tier import Tier

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.autoscaling_group import AutoscalingGroup
    from cdktf_cdktf_provider_aws.lb import Lb
    from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup
    from constructs import Construct

    from modules.areas.alerts.alerts import Alerts
    from modules.core.region import Region

#: Requests in a minute below which one fault would be a percentage that frightens for nothing: more than three times as
#: many as the health checks of Route 53 make, from some sixteen places every 30 seconds.
FEW = 100


class LoadBalancerAlarms(Tier):
    """Answers that are faults or late, requests that are turned away, and instances that are not well.

    That no instance is left is told by Route 53's verdict, which pages; here it sends clients elsewhere, and keeps the
    alarm on faults from telling the same.

    Parameters
    ----------
    region
        The region, with ``alarms`` of the settings.
    alerts
        The region's topics.
    load_balancer
        The load balancer.
    target_group
        Its target group.
    group
        The Auto Scaling group of the instances, which the alarms wait for: until it stands there is none.

    See https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        alerts: Alerts,
        load_balancer: Lb,
        target_group: LbTargetGroup,
        group: AutoscalingGroup,
    ) -> None:
        settings = region.settings.alarms

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

        concerns = {
            "errors": Concern(
                measure=Formula(
                    # Codes that did not occur have no data, which would make the sum have none.
                    expression=f"IF(hosts > 0, IF(requests > {FEW}, "
                    "100 * (FILL(own, 0) + FILL(targets, 0)) / requests, 0), 0)",
                    metrics={
                        "requests": balancer("RequestCount"),
                        "own": balancer("HTTPCode_ELB_5XX_Count"),
                        "targets": balancer("HTTPCode_Target_5XX_Count"),
                        "hosts": targets("HealthyHostCount", "Minimum"),
                    },
                ),
                threshold=settings.load_balancer_error_percent,
                missing="notBreaching",
                severity="page",
                headline=True,
                meaning="Too many requests are answered with 5xx. Query the load balancer's logs for which targets and "
                "paths.",
            ),
            "latency": Concern(
                measure=balancer("TargetResponseTime", "p99"),
                threshold=settings.load_balancer_latency_seconds,
                missing="notBreaching",
                severity="page",
                headline=True,
                meaning="One request in a hundred waits too long. Look at the database first, then at the instances.",
            ),
            "no-healthy-host": Concern(
                measure=targets("HealthyHostCount", "Minimum"),
                threshold=1,
                below=True,
                periods=2,
                # A load balancer always says how many it has: silence means it is gone.
                missing="breaching",
                severity="ticket",
                elsewhere=True,
                meaning="No instance is fit to take requests: the region serves nobody. Route 53's alarm on the region "
                "pages.",
            ),
            "unhealthy-hosts": Concern(
                measure=targets("UnHealthyHostCount", "Maximum"),
                threshold=0,
                periods=10,
                missing="notBreaching",
                severity="ticket",
                meaning="An instance has failed its health check for ten minutes and has not been replaced.",
            ),
            "rejected": Concern(
                measure=balancer("RejectedConnectionCount"),
                threshold=0,
                periods=1,
                missing="notBreaching",
                severity="ticket",
                meaning="The load balancer has turned connections away, since it was at its limit.",
            ),
        }
        super().__init__(scope, id_, region=region, alerts=alerts, title="alb", concerns=concerns, depends_on=[group])
