"""The Auto Scaling group of the web tier."""

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
    from collections.abc import Iterable, Sequence

    from modules.areas.compute.template import LaunchTemplate
    from modules.areas.ingress.load_balancer import LoadBalancer
    from modules.areas.network.network import Network
    from modules.core.region import Region
    from modules.settings.compute import ComputeSettings

#: Seconds from launch to the first response. In this time the instance installs packages, starts the agent and fetches
#: the content.
WARM_UP = 180
HEALTH_GRACE = 300
#: Percent. A new instance must be healthy before an old one is terminated; up to half as many more may run meanwhile.
MINIMUM_HEALTHY, MAXIMUM_HEALTHY = 100, 150
SECONDS_PER_DAY = 86_400
METRICS = (
    *("GroupDesiredCapacity", "GroupInServiceInstances", "GroupMaxSize", "GroupMinSize", "GroupPendingInstances"),
    *("GroupStandbyInstances", "GroupTerminatingInstances", "GroupTotalInstances"),
)


class InstanceGroup(Construct):
    """An Auto Scaling group in every private subnet, behind a load balancer.

    The health checks of the load balancer decide whether an instance is healthy. A change of the launch template
    replaces all instances, and no instance is terminated before its replacement is healthy. The template version is a
    number and not ``$Latest``: a change shows in the plan, and there is a version to roll back to. The deployment tool
    rolls back when an instance refresh fails (``tools.rollout``).

    The automatic rollback of Auto Scaling is off. It returns to the version that the group had before the refresh. The
    provider saves the new version on the group first, so the rollback would launch the same broken version again.

    Parameters
    ----------
    region
        The region, with the ``compute`` settings.
    identifier
        The part of the name that identifies the group.
    network
        The network whose private subnets contain the instances.
    load_balancer
        The load balancer whose target group the instances join.
    template
        The launch template of the instances.
    dependencies
        Constructs that must exist, with all their resources, before an instance can boot and become healthy.

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
        dependencies: Sequence[Construct],
    ) -> None:
        super().__init__(scope, id_)
        compute = region.settings.compute
        self.name = region.names.of("asg", identifier)
        minimum = compute.smallest_size(zones=len(region.zones))
        self.resource = AutoscalingGroup(
            self,
            "Resource",
            provider=region.provider,
            name=self.name,
            min_size=minimum,
            max_size=compute.max_size,
            # The first apply waits until this many instances are healthy. Later the scaling policies decide the number.
            min_elb_capacity=minimum,
            wait_for_capacity_timeout="15m",
            # Auto Scaling retries by itself if a zone has no capacity or if IAM has not propagated a role yet.
            ignore_failed_scaling_activities=True,
            vpc_zone_identifier=network.private.subnet_ids,
            availability_zone_distribution=AutoscalingGroupAvailabilityZoneDistribution(
                # If a zone fails, its instances are launched in the other zones.
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
                resource
                for dependency in dependencies
                for resource in dependency.node.find_all()
                if isinstance(resource, TerraformResource)
            ],
            # The condition belongs to the group and not to the data source: the data source would refer to subnets that
            # do not exist yet, so Terraform would read it only during the apply.
            lifecycle=TerraformResourceLifecycle(precondition=[_zones_offer_instance_types(self, region, network)]),
            **_launch_template(template, compute),
        )

    def wait_for(self, resources: Iterable[TerraformResource]) -> None:
        """Create the group after these resources, which instances read when they boot."""
        # The property takes addresses, and not references as the constructor does.
        addresses = [f"{one.terraform_resource_type}.{one.friendly_unique_id}" for one in resources]
        self.resource.depends_on = [*(self.resource.depends_on or []), *addresses]


def _zones_offer_instance_types(scope: Construct, region: Region, network: Network) -> Precondition:
    """Require that every zone of the private subnets offers one of the instance types. The plan asks AWS.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-discovery.html
    """
    types = list(region.settings.compute.instance_types)
    offerings = DataAwsEc2InstanceTypeOfferings(
        scope,
        "instance-type-offers",
        provider=region.provider,
        location_type="availability-zone",
        filter=[DataAwsEc2InstanceTypeOfferingsFilter(name="instance-type", values=types)],
    )
    zones = ", ".join(f"{subnet.fqn}.availability_zone" for subnet in network.private.subnets.values())
    return Precondition(
        condition=f"${{length(setsubtract([{zones}], {offerings.fqn}.locations)) == 0}}",
        error_message=f"an Availability Zone of {region.name} has no {' or '.join(types)}: name instance types "
        "that every zone has in compute.instance_types, or, before the subnets stand, zones in "
        f"network.zones.{region.name}; "
        f"`aws ec2 describe-instance-type-offerings --region {region.name} --location-type availability-zone "
        f"--filters Name=instance-type,Values={','.join(types)}` lists the zones that do",
    )


def _launch_template(template: LaunchTemplate, compute: ComputeSettings) -> dict[str, Any]:
    """The launch template alone, or a mixed instances policy for several instance types or for Spot Instances."""
    version = str(template.resource.latest_version)
    if len(compute.instance_types) == 1 and not compute.spot_percentage:
        return {"launch_template": AutoscalingGroupLaunchTemplate(id=template.resource.id, version=version)}
    mixed = AutoscalingGroupMixedInstancesPolicy(
        launch_template=AutoscalingGroupMixedInstancesPolicyLaunchTemplate(
            launch_template_specification=AutoscalingGroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecification(
                launch_template_id=template.resource.id, version=version
            ),
            override=[
                AutoscalingGroupMixedInstancesPolicyLaunchTemplateOverride(instance_type=instance_type)
                for instance_type in compute.instance_types
            ],
        ),
        instances_distribution=AutoscalingGroupMixedInstancesPolicyInstancesDistribution(
            on_demand_allocation_strategy="prioritized",
            # The instances that must survive the loss of one zone are On-Demand Instances.
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
