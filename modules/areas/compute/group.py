"""The instances of the web tier, as many as are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cdktf import Precondition, TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.autoscaling_group import (
    AutoscalingGroup,
    AutoscalingGroupAvailabilityZoneDistribution,
    AutoscalingGroupInstanceMaintenancePolicy,
    AutoscalingGroupInstanceRefresh,
    AutoscalingGroupInstanceRefreshPreferences,
    AutoscalingGroupLaunchTemplate,
    AutoscalingGroupMixedInstancesPolicy,
    AutoscalingGroupMixedInstancesPolicyInstancesDistribution,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplate,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecification,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplateOverride,
    AutoscalingGroupTag,
    AutoscalingGroupWarmPool,
    AutoscalingGroupWarmPoolInstanceReusePolicy,
)
from cdktf_cdktf_provider_aws.data_aws_ec2_instance_type_offerings import (
    DataAwsEc2InstanceTypeOfferings,
    DataAwsEc2InstanceTypeOfferingsFilter,
)
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.areas.compute.template import LaunchTemplate
    from modules.areas.ingress.load_balancer import LoadBalancer
    from modules.areas.network.network import Network
    from modules.core.region import Region
    from modules.settings.compute import ComputeSettings

#: Seconds from launch to the first answer: packages, the agent, what is served.
WARM_UP = 180
HEALTH_GRACE = 300
#: A new instance has to be healthy before an old one goes; half as many again may run at a time.
MINIMUM_HEALTHY, MAXIMUM_HEALTHY = 100, 150
SECONDS_PER_DAY = 86_400
METRICS = (
    *("GroupDesiredCapacity", "GroupInServiceInstances", "GroupMaxSize", "GroupMinSize", "GroupPendingInstances"),
    *("GroupStandbyInstances", "GroupTerminatingInstances", "GroupTotalInstances"),
)


class InstanceGroup(Construct):
    """An Auto Scaling group over every private subnet, behind a load balancer.

    The load balancer judges the instances. A change of the template replaces all of them, none before its successor
    is healthy. The template's version is a number and not ``$Latest``, so that a change shows in a plan and there is a
    version to go back to; who deploys goes back to it when a refresh fails (``tools.rollout``).

    Auto Scaling's own rollback is off: it goes back to the version that was saved on the group before the refresh, and
    the provider saves the new one first, so that it would replace broken instances by others of the same version.

    Parameters
    ----------
    region
        The region, with ``compute`` of the settings.
    identifier
        What the name says of it.
    network
        The network whose private subnets hold the instances.
    load_balancer
        The load balancer whose target group they join.
    template
        What they are launched from.
    needed
        What has to be there, with all that is in it, before an instance can boot and become healthy.

    See https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html and
    https://github.com/hashicorp/terraform-provider-aws/issues/34189
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        identifier: str,
        network: Network,
        load_balancer: LoadBalancer,
        template: LaunchTemplate,
        needed: Sequence[Construct],
    ) -> None:
        super().__init__(scope, id_)
        compute = region.settings.compute
        self.name = region.names.of("asg", identifier)
        smallest = compute.smallest_size(zones=len(region.zones))
        self.resource = AutoscalingGroup(
            self,
            "Resource",
            provider=region.provider,
            name=self.name,
            min_size=smallest,
            max_size=compute.max_size,
            # The apply waits for as many to be healthy at first; from then on scaling decides how many there are.
            min_elb_capacity=smallest,
            wait_for_capacity_timeout="15m",
            # Auto Scaling tries again by itself where a zone has no capacity or a role is not known everywhere yet.
            ignore_failed_scaling_activities=True,
            vpc_zone_identifier=network.private.subnet_ids,
            availability_zone_distribution=AutoscalingGroupAvailabilityZoneDistribution(
                # When a zone fails, the others take its instances.
                capacity_distribution_strategy="balanced-best-effort"
            ),
            target_group_arns=[load_balancer.target_group.arn],
            health_check_type="ELB",
            health_check_grace_period=HEALTH_GRACE,
            default_instance_warmup=WARM_UP,
            capacity_rebalance=compute.spot_percentage > 0,
            max_instance_lifetime=compute.max_lifetime_days * SECONDS_PER_DAY,
            termination_policies=["OldestLaunchTemplate", "OldestInstance"],
            instance_maintenance_policy=AutoscalingGroupInstanceMaintenancePolicy(
                min_healthy_percentage=MINIMUM_HEALTHY, max_healthy_percentage=MAXIMUM_HEALTHY
            ),
            instance_refresh=AutoscalingGroupInstanceRefresh(
                strategy="Rolling",
                preferences=AutoscalingGroupInstanceRefreshPreferences(
                    min_healthy_percentage=MINIMUM_HEALTHY,
                    max_healthy_percentage=MAXIMUM_HEALTHY,
                    auto_rollback=False,
                    skip_matching=True,
                ),
            ),
            warm_pool=_warm_pool(compute),
            metrics_granularity="1Minute",
            enabled_metrics=list(METRICS),
            tag=[AutoscalingGroupTag(key="Name", value=self.name, propagate_at_launch=True)],
            depends_on=[
                child for one in needed for child in one.node.find_all() if isinstance(child, TerraformResource)
            ],
            # Not of the data source: with what has yet to be made in it, that would be read at the apply.
            lifecycle=TerraformResourceLifecycle(precondition=[_zones_have_instances(self, region, network)]),
            **_launch(template, compute),
        )


def _zones_have_instances(scope: Construct, region: Region, network: Network) -> Precondition:
    """Condition that every zone of the private subnets has one of the instance types, which a plan asks AWS.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-discovery.html
    """
    types = list(region.settings.compute.instance_types)
    offers = DataAwsEc2InstanceTypeOfferings(
        scope,
        "instance-type-offers",
        provider=region.provider,
        location_type="availability-zone",
        filter=[DataAwsEc2InstanceTypeOfferingsFilter(name="instance-type", values=types)],
    )
    zones = ", ".join(f"{subnet.fqn}.availability_zone" for subnet in network.private.subnets.values())
    return Precondition(
        condition=f"${{length(setsubtract([{zones}], {offers.fqn}.locations)) == 0}}",
        error_message=f"an Availability Zone of {region.name} has no {' or '.join(types)}: name instance types "
        "that every zone has in compute.instance_types, or, before the subnets stand, zones in "
        f"network.zones.{region.name}; "
        f"`aws ec2 describe-instance-type-offerings --region {region.name} --location-type availability-zone "
        f"--filters Name=instance-type,Values={','.join(types)}` lists the zones that do",
    )


def _launch(template: LaunchTemplate, compute: ComputeSettings) -> dict[str, Any]:
    """The template by itself, or with a choice of instance types or a share of Spot instances."""
    version = str(template.resource.latest_version)
    if len(compute.instance_types) == 1 and not compute.spot_percentage:
        return {"launch_template": AutoscalingGroupLaunchTemplate(id=template.resource.id, version=version)}
    mixed = AutoscalingGroupMixedInstancesPolicy(
        launch_template=AutoscalingGroupMixedInstancesPolicyLaunchTemplate(
            launch_template_specification=AutoscalingGroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecification(
                launch_template_id=template.resource.id, version=version
            ),
            override=[
                AutoscalingGroupMixedInstancesPolicyLaunchTemplateOverride(instance_type=one)
                for one in compute.instance_types
            ],
        ),
        instances_distribution=AutoscalingGroupMixedInstancesPolicyInstancesDistribution(
            on_demand_allocation_strategy="prioritized",
            # What has to be left without a zone is never left to the Spot market.
            on_demand_base_capacity=compute.surviving_instances,
            on_demand_percentage_above_base_capacity=100 - compute.spot_percentage,
            spot_allocation_strategy="price-capacity-optimized",
        ),
    )
    return {"mixed_instances_policy": mixed}


def _warm_pool(compute: ComputeSettings) -> AutoscalingGroupWarmPool | None:
    if not compute.warm_pool_size:
        return None
    return AutoscalingGroupWarmPool(
        pool_state="Stopped",
        min_size=compute.warm_pool_size,
        instance_reuse_policy=AutoscalingGroupWarmPoolInstanceReusePolicy(reuse_on_scale_in=False),
    )
