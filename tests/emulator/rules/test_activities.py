import math
from typing import Any

import pytest

from tests.support.refusals import fresh_name, refused
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "eu-west-2"


def launch(emulator: Emulator, size: int, *, instance_type: str = "m6g.large", **distribution: int) -> str:
    """Make a group of this size, with a mix of On-Demand and Spot if a distribution is given; return its name."""
    ec2, name = emulator.client("ec2", REGION), fresh_name("group")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    template = ec2.create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData={"ImageId": image, "InstanceType": instance_type}
    )["LaunchTemplate"]["LaunchTemplateId"]
    one = {"LaunchTemplateId": template, "Version": "$Latest"}
    mixed = {
        "LaunchTemplate": {"LaunchTemplateSpecification": one, "Overrides": [{"InstanceType": instance_type}]},
        "InstancesDistribution": distribution,
    }
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    emulator.client("autoscaling", REGION).create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=100,
        DesiredCapacity=size,
        VPCZoneIdentifier=",".join(subnets),
        **({"MixedInstancesPolicy": mixed} if distribution else {"LaunchTemplate": one}),
    )
    return name


def instances(emulator: Emulator, name: str) -> list[dict[str, Any]]:
    groups = emulator.client("autoscaling", REGION).describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    ids = [instance["InstanceId"] for instance in groups["AutoScalingGroups"][0]["Instances"]]
    found = emulator.client("ec2", REGION).describe_instances(InstanceIds=ids)["Reservations"] if ids else []
    return [instance for reservation in found for instance in reservation["Instances"]]


@pytest.fixture
def cleared(emulator: Emulator) -> Emulator:
    """The emulator without the instances of the other tests here."""
    scaling = emulator.client("autoscaling", REGION)
    for group in scaling.describe_auto_scaling_groups()["AutoScalingGroups"]:
        scaling.delete_auto_scaling_group(AutoScalingGroupName=group["AutoScalingGroupName"], ForceDelete=True)
    return emulator


@pytest.mark.parametrize("on_demand", [0, 1, 50, 99, 100])
@pytest.mark.parametrize("size", [3, 6])
def test_a_group_has_its_size_whatever_share_of_it_is_spot(cleared: Emulator, on_demand: int, size: int) -> None:
    name = launch(cleared, size, OnDemandBaseCapacity=2, OnDemandPercentageAboveBaseCapacity=on_demand)
    found = instances(cleared, name)
    spot = [instance for instance in found if instance.get("InstanceLifecycle") == "spot"]
    assert len(found) == size
    assert len(spot) == size - 2 - math.ceil((size - 2) * on_demand / 100)


def test_a_group_that_would_run_more_processors_than_the_account_may_has_failed_activities(cleared: Emulator) -> None:
    # 32 in an account that asked for as many: 16 instances of two.
    name = launch(cleared, 17)
    activities = cleared.client("autoscaling", REGION).describe_scaling_activities(AutoScalingGroupName=name)
    failed = [one for one in activities["Activities"] if one["StatusCode"] == "Failed"]
    assert len(instances(cleared, name)) == 16
    assert len(failed) == 1
    assert "vCPU limit of 32" in failed[0]["StatusMessage"]
    image = cleared.client("ec2", REGION).describe_images()["Images"][0]["ImageId"]
    with refused("VcpuLimitExceeded"):
        cleared.client("ec2", REGION).run_instances(ImageId=image, InstanceType="m6g.large", MinCount=1, MaxCount=1)


def test_each_launch_is_an_activity(cleared: Emulator) -> None:
    name = launch(cleared, 3)
    activities = cleared.client("autoscaling", REGION).describe_scaling_activities(AutoScalingGroupName=name)
    assert [one["StatusCode"] for one in activities["Activities"]] == ["Successful"] * 3
