"""The scaling policies of the web tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.autoscaling_policy import (
    AutoscalingPolicy,
    AutoscalingPolicyTargetTrackingConfiguration,
    AutoscalingPolicyTargetTrackingConfigurationPredefinedMetricSpecification,
)
from constructs import Construct

if TYPE_CHECKING:
    from modules.areas.compute.group import InstanceGroup
    from modules.areas.ingress.load_balancer import LoadBalancer
    from modules.core.region import Region


class Scaling(Construct):
    """Target tracking on CPU utilization and on requests per instance. The larger result decides the group's size.

    Parameters
    ----------
    region
        The region. ``compute.cpu_target`` and ``compute.requests_target`` are the target values.
    group
        The group to scale.
    load_balancer
        The load balancer that counts the requests.

    See https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, group: InstanceGroup, load_balancer: LoadBalancer
    ) -> None:
        super().__init__(scope, id_)
        self._region, self._group = region, group
        compute = region.settings.compute
        self._track("cpu", "ASGAverageCPUUtilization", target=compute.cpu_target)
        self._track(
            "requests",
            "ALBRequestCountPerTarget",
            target=compute.requests_target,
            resource_label=f"{load_balancer.resource.arn_suffix}/{load_balancer.target_group.arn_suffix}",
        )

    def _track(self, identifier: str, metric: str, *, target: int, resource_label: str | None = None) -> None:
        AutoscalingPolicy(
            self,
            identifier,
            provider=self._region.provider,
            name=self._region.names.of("scaling", identifier),
            autoscaling_group_name=self._group.resource.name,
            policy_type="TargetTrackingScaling",
            target_tracking_configuration=AutoscalingPolicyTargetTrackingConfiguration(
                target_value=target,
                predefined_metric_specification=(
                    AutoscalingPolicyTargetTrackingConfigurationPredefinedMetricSpecification(
                        predefined_metric_type=metric, resource_label=resource_label
                    )
                ),
            ),
        )
