"""Alarms on the Auto Scaling group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, MathExpression, Metric

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.autoscaling_group import AutoscalingGroup
    from cdktf_cdktf_provider_aws.lb import Lb
    from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup


def instance_alarms(*, group: AutoscalingGroup, load_balancer: Lb, target_group: LbTargetGroup) -> dict[str, AlarmSpec]:
    """Fewer instances in service than the minimum, and a group at its maximum size.

    Parameters
    ----------
    group
        The group. It must publish its metrics.
    load_balancer, target_group
        They show whether any instance is healthy. While none is, the health check alarm of the region pages instead.

    See https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html
    """

    def metrics(**names: str) -> dict[str, Metric]:
        return {
            id_: Metric(
                namespace="AWS/AutoScaling",
                name=name,
                dimensions={"AutoScalingGroupName": group.name},
                statistic="Minimum",
            )
            for id_, name in names.items()
        }

    hosts = Metric(
        namespace="AWS/ApplicationELB",
        name="HealthyHostCount",
        dimensions={"LoadBalancer": load_balancer.arn_suffix, "TargetGroup": target_group.arn_suffix},
        statistic="Minimum",
    )
    return {
        "below-floor": AlarmSpec(
            metric=MathExpression(
                expression="IF(hosts > 0, IF(running < floor, 1, 0), 0)",
                metrics={**metrics(running="GroupInServiceInstances", floor="GroupMinSize"), "hosts": hosts},
            ),
            threshold=0,
            evaluation_periods=10,
            # A new group publishes its first metrics some minutes after its creation.
            treat_missing_data="ignore",
            severity="page",
            description="For ten minutes fewer instances have been in service than the group's floor. Its activity "
            "history says why they do not start.",
        ),
        "at-maximum": AlarmSpec(
            metric=MathExpression(
                expression="IF(wanted >= most, 1, 0)",
                metrics=metrics(wanted="GroupDesiredCapacity", most="GroupMaxSize"),
            ),
            threshold=0,
            evaluation_periods=15,
            treat_missing_data="notBreaching",
            severity="ticket",
            description="The group has been as large as it may be for 15 minutes: more load finds no more instances.",
        ),
    }
