"""Auto Scaling: settings that moto forgets, and where instances are launched."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup, FakeScalingPolicy, InstanceState
from moto.autoscaling.responses import AutoScalingResponse

from tools.emulator.helpers.replacing import replace, wrap, wrap_all
from tools.emulator.helpers.requests import parameter

KEPT_SETTINGS = {
    "AvailabilityZoneDistribution": "availability_zone_distribution",
    "CapacityRebalance": "capacity_rebalance",
    "DefaultCooldown": "default_cooldown",
    "DefaultInstanceWarmup": "default_instance_warmup",
    "InstanceMaintenancePolicy": "instance_maintenance_policy",
    "MaxInstanceLifetime": "max_instance_lifetime",
    "TerminationPolicies": "termination_policies",
}


def keep_settings(original: Callable[..., object], response: AutoScalingResponse) -> object:
    """Keep the settings of a group that moto drops, at creation or in an update: Terraform sees drift in each."""
    answer = original(response)
    group = response.autoscaling_backend.autoscaling_groups[parameter(response, "AutoScalingGroupName")]
    for name, attribute in KEPT_SETTINGS.items():
        value = parameter(response, name)
        if value is not None:
            # Minus one takes a setting away.
            setattr(group, attribute, None if value == -1 else value)
    return answer


def create_policy(original: Callable[..., None], policy: FakeScalingPolicy, *args: object, **kwargs: object) -> None:
    """Say that a policy is enabled, and nothing of predictive scaling where there is none.

    moto says neither, and Terraform would enable the policy again at every apply.
    """
    original(policy, *args, **kwargs)
    policy.enabled = True  # type: ignore[attr-defined]
    policy.predictive_scaling_configuration = policy.predictive_scaling_configuration or None  # type: ignore[assignment]


def launch(
    original: Callable[..., None], group: FakeAutoScalingGroup, count_needed: int, propagated_tags: dict[str, str]
) -> None:
    """Launch each instance in the subnet that has fewest, so that a group is balanced over its zones.

    moto launches all of them in the first subnet.
    """
    subnet_ids = (group.vpc_zone_identifier or "").split(",")
    zones = group.availability_zones
    for _ in range(count_needed):
        if subnet_ids != [""]:
            running = Counter(state.instance.subnet_id for state in group.instance_states)
            subnet_id = min(subnet_ids, key=lambda candidate: running[candidate])
            group.vpc_zone_identifier = subnet_id
            group.availability_zones = [_zone(group, subnet_id)]
        try:
            original(group, 1, propagated_tags)
        finally:
            group.vpc_zone_identifier = ",".join(subnet_ids) or None
            group.availability_zones = zones


def create_instance_state(original: Callable[..., None], state: InstanceState, *args: object, **kwargs: object) -> None:
    """Remember the version of the launch template that the instance was launched from."""
    original(state, *args, **kwargs)
    group = state.auto_scaling_group
    if group.ec2_launch_template is not None:
        version = group.ec2_launch_template.get_version(group.launch_template_version)
        state.launched_version = version.number  # type: ignore[attr-defined]


def launch_template_of(state: InstanceState) -> dict[str, Any] | None:
    """Tell the version that the instance was launched from; moto tells the template's default version of today."""
    template = state.auto_scaling_group.ec2_launch_template
    if template is None:
        return None
    version = str(getattr(state, "launched_version", template.default_version_number))
    return {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Version": version}


def _zone(group: FakeAutoScalingGroup, subnet_id: str) -> str:
    (subnet,) = group.autoscaling_backend.ec2_backend.describe_subnets(subnet_ids=[subnet_id])
    return str(subnet.availability_zone)


def apply() -> None:
    """Apply the patches."""
    wrap_all(AutoScalingResponse, ("create_auto_scaling_group", "update_auto_scaling_group"), keep_settings)
    wrap(FakeScalingPolicy, "__init__", create_policy)
    wrap(FakeAutoScalingGroup, "replace_autoscaling_group_instances", launch)
    wrap(InstanceState, "__init__", create_instance_state)
    replace(InstanceState, "launch_template", property(launch_template_of))
