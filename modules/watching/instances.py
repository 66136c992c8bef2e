"""Alarms of the Auto Scaling group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.watching.alarm import Concern, Formula, Metric
from modules.watching.tier import Tier

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.autoscaling_group import AutoscalingGroup
    from constructs import Construct

    from modules.alerts.alerts import Alerts
    from modules.region import Region


class InstanceAlarms(Tier):
    """Fewer instances than there have to be, and no room for more.

    Parameters
    ----------
    region
        The region.
    alerts
        The region's topics.
    group
        The group, which must publish its metrics.

    See https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, alerts: Alerts, group: AutoscalingGroup) -> None:
        def compare(expression: str, **names: str) -> Formula:
            metrics = {
                id_: Metric(
                    namespace="AWS/AutoScaling",
                    name=name,
                    dimensions={"AutoScalingGroupName": group.name},
                    statistic="Minimum",
                )
                for id_, name in names.items()
            }
            return Formula(expression=f"IF({expression}, 1, 0)", metrics=metrics)

        concerns = {
            "below-floor": Concern(
                measure=compare("running < floor", running="GroupInServiceInstances", floor="GroupMinSize"),
                threshold=0,
                periods=10,
                # A group says every minute how many it has: silence means it is gone.
                missing="breaching",
                severity="page",
                meaning="For ten minutes fewer instances have been in service than the group's floor. Its activity "
                "history says why they do not start.",
            ),
            "at-maximum": Concern(
                measure=compare("wanted >= most", wanted="GroupDesiredCapacity", most="GroupMaxSize"),
                threshold=0,
                periods=15,
                missing="notBreaching",
                severity="ticket",
                meaning="The group has been as large as it may be for 15 minutes: more load finds no more instances.",
            ),
        }
        super().__init__(scope, id_, region=region, alerts=alerts, title="asg", concerns=concerns)
