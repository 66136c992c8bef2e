"""Auto Scaling: how many instances a group launches, which of them are Spot, and what it tells of its launches."""

import math
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult

from tools.emulator import capacity
from tools.emulator.helpers.replacing import Method, replace, wrap
from tools.emulator.helpers.requests import parameter

DISTRIBUTION = "InstancesDistribution"


def set_desired_capacity(original: Method, group: FakeAutoScalingGroup, new_capacity: int | None) -> None:
    """Launch as many instances as are desired, whatever share of them is Spot.

    moto rounds both shares down and loses an instance, so that Terraform waits for it until it gives up. AWS rounds the
    On-Demand share up, and the rest is Spot.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/mixed-instances-groups-set-up-overview.html
    """
    policy = group.mixed_instances_policy
    distribution = (policy or {}).get(DISTRIBUTION, {})
    if policy:
        group.mixed_instances_policy = policy | {
            DISTRIBUTION: distribution | {"OnDemandPercentageAboveBaseCapacity": "100"}
        }
    try:
        original(group, new_capacity)
    finally:
        group.mixed_instances_policy = policy
    if not policy:
        return
    instances = [state.instance for state in group.instance_states]
    base = min(int(distribution.get("OnDemandBaseCapacity", 0)), len(instances))
    share = int(distribution.get("OnDemandPercentageAboveBaseCapacity", 100))
    on_demand = base + math.ceil((len(instances) - base) * share / 100)
    for number, instance in enumerate(instances):
        instance.lifecycle = None if number < on_demand else "spot"


def launch(original: Method, group: FakeAutoScalingGroup, count_needed: int, propagated_tags: dict[str, str]) -> None:
    """Launch one instance after another, or keep a failed activity for each that the account may not run any more.

    moto launches without end, and lists no activities.
    """
    backend = group.autoscaling_backend.ec2_backend
    for _ in range(count_needed):
        message = capacity.exceeded(backend, group.instance_type, 1)
        if message is None:
            original(group, 1, propagated_tags)
        _keep(group, message)


def describe_scaling_activities(response: AutoScalingResponse) -> ActionResult:
    """List what a group has launched, and what it could not, the newest first."""
    name = parameter(response, "AutoScalingGroupName")
    groups = response.autoscaling_backend.autoscaling_groups.values()
    found = [activity for group in groups if name in {None, group.name} for activity in _activities(group)]
    return ActionResult({"Activities": sorted(found, key=lambda one: one["StartTime"], reverse=True)})


def _activities(group: FakeAutoScalingGroup) -> list[dict[str, Any]]:
    activities: list[dict[str, Any]] = group.__dict__.setdefault("activities", [])
    return activities


def _keep(group: FakeAutoScalingGroup, fault: str | None) -> None:
    now = datetime.now(tz=UTC).replace(tzinfo=None)
    outcome = {"StatusCode": "Successful", "Description": "Launching a new EC2 instance"}
    if fault:
        message = f"{fault} Launching EC2 instance failed."
        description = f"Launching a new EC2 instance.  Status Reason: {message}"
        outcome = {"StatusCode": "Failed", "StatusMessage": message, "Description": description}
    _activities(group).append(
        {
            "ActivityId": str(uuid4()),
            "AutoScalingGroupName": group.name,
            "Cause": "the number of instances differed from the desired capacity",
            "StartTime": now,
            "EndTime": now,
            "Progress": 100,
            **outcome,
        }
    )


def apply() -> None:
    """Apply the patches."""
    wrap(FakeAutoScalingGroup, "set_desired_capacity", set_desired_capacity)
    wrap(FakeAutoScalingGroup, "replace_autoscaling_group_instances", launch)
    replace(AutoScalingResponse, "describe_scaling_activities", describe_scaling_activities)
