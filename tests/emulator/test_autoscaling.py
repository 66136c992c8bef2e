import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "eu-central-1"


class Group:
    """A group of instances in three zones behind a target group, and the clients to look at it."""

    def __init__(self, emulator: Emulator, *, size: int = 3, **settings: object) -> None:
        self.name = f"group-{uuid4().hex[:8]}"
        self.ec2: Any = emulator.client("ec2", REGION)
        self.autoscaling: Any = emulator.client("autoscaling", REGION)
        self.balancing: Any = emulator.client("elbv2", REGION)
        vpc_id = self.ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
        self.subnet_ids = [
            self.ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.8.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")[
                "Subnet"
            ]["SubnetId"]
            for number, zone in enumerate("abc")
        ]
        self.image_ids = [image["ImageId"] for image in self.ec2.describe_images()["Images"][:2]]
        self.template_id = self.ec2.create_launch_template(
            LaunchTemplateName=self.name, LaunchTemplateData=self.template_data(0)
        )["LaunchTemplate"]["LaunchTemplateId"]
        self.target_group_arn = self.balancing.create_target_group(
            Name=self.name, Protocol="HTTP", Port=80, VpcId=vpc_id
        )["TargetGroups"][0]["TargetGroupArn"]
        self.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=self.name,
            MinSize=0,
            MaxSize=9,
            DesiredCapacity=size,
            LaunchTemplate={"LaunchTemplateId": self.template_id, "Version": "$Latest"},
            VPCZoneIdentifier=",".join(self.subnet_ids),
            TargetGroupARNs=[self.target_group_arn],
            **settings,
        )

    def template_data(self, number: int) -> dict[str, str]:
        user_data = b64encode(f"#!/bin/sh\necho {number}".encode()).decode()
        return {"ImageId": self.image_ids[number], "InstanceType": "t3.micro", "UserData": user_data}

    def new_version(self) -> None:
        self.ec2.create_launch_template_version(
            LaunchTemplateId=self.template_id, LaunchTemplateData=self.template_data(1)
        )

    def describe(self) -> dict[str, Any]:
        answer = self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self.name])
        found: dict[str, Any] = answer["AutoScalingGroups"][0]
        return found

    def instances(self) -> list[dict[str, Any]]:
        ids = [instance["InstanceId"] for instance in self.describe()["Instances"]]
        reservations = self.ec2.describe_instances(InstanceIds=ids)["Reservations"]
        return [instance for reservation in reservations for instance in reservation["Instances"]]

    def targets(self) -> set[str]:
        answer = self.balancing.describe_target_health(TargetGroupArn=self.target_group_arn)
        return {description["Target"]["Id"] for description in answer["TargetHealthDescriptions"]}

    def refresh(self, **preferences: object) -> str:
        answer = self.autoscaling.start_instance_refresh(AutoScalingGroupName=self.name, Preferences=preferences)
        return str(answer["InstanceRefreshId"])

    def refreshed(self, refresh_id: str) -> dict[str, Any]:
        answer = self.autoscaling.describe_instance_refreshes(
            AutoScalingGroupName=self.name, InstanceRefreshIds=[refresh_id]
        )
        found: dict[str, Any] = answer["InstanceRefreshes"][0]
        return found


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_settings_of_a_group_read_back(emulator: Emulator) -> None:
    group = Group(emulator, size=0, DefaultInstanceWarmup=60, MaxInstanceLifetime=604800)
    assert (group.describe()["DefaultInstanceWarmup"], group.describe()["MaxInstanceLifetime"]) == (60, 604800)
    group.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=group.name,
        DefaultInstanceWarmup=-1,
        DefaultCooldown=120,
        TerminationPolicies=["OldestInstance"],
        InstanceMaintenancePolicy={"MinHealthyPercentage": 90, "MaxHealthyPercentage": 120},
    )
    found = group.describe()
    assert ("DefaultInstanceWarmup" in found, found["MaxInstanceLifetime"]) == (False, 604800)
    assert (found["DefaultCooldown"], found["TerminationPolicies"]) == (120, ["OldestInstance"])
    assert found["InstanceMaintenancePolicy"] == {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 120}


def test_a_scaling_policy_is_enabled(emulator: Emulator) -> None:
    group = Group(emulator, size=0)
    group.autoscaling.put_scaling_policy(
        AutoScalingGroupName=group.name,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 50,
        },
    )
    (policy,) = group.autoscaling.describe_policies(AutoScalingGroupName=group.name)["ScalingPolicies"]
    assert policy["Enabled"] is True
    assert "PredictiveScalingConfiguration" not in policy


def test_instances_are_balanced_over_the_zones(emulator: Emulator) -> None:
    group = Group(emulator, size=6)
    zones = sorted(instance["Placement"]["AvailabilityZone"] for instance in group.instances())
    assert zones == [f"{REGION}{zone}" for zone in "aabbcc"]
    assert group.describe()["VPCZoneIdentifier"] == ",".join(group.subnet_ids)


def test_instances_keep_the_version_that_they_were_launched_from(emulator: Emulator) -> None:
    group = Group(emulator, size=1)
    group.new_version()
    group.autoscaling.set_desired_capacity(AutoScalingGroupName=group.name, DesiredCapacity=2)
    versions = [instance["LaunchTemplate"]["Version"] for instance in group.describe()["Instances"]]
    assert versions == ["1", "2"]
    attribute = group.ec2.describe_instance_attribute(
        InstanceId=group.describe()["Instances"][1]["InstanceId"], Attribute="userData"
    )
    assert b64decode(attribute["UserData"]["Value"]) == b"#!/bin/sh\necho 1"


def test_a_refresh_replaces_the_instances_a_few_at_a_time(emulator: Emulator) -> None:
    group = Group(emulator)
    before = {instance["InstanceId"] for instance in group.instances()}
    group.new_version()
    refresh_id = group.refresh(MinHealthyPercentage=60)
    started = group.refreshed(refresh_id)
    assert (started["Status"], started["InstancesToUpdate"], started["PercentageComplete"]) == ("Pending", 3, 0)
    wait_for(lambda: group.refreshed(refresh_id)["Status"] == "InProgress")
    assert len({instance["InstanceId"] for instance in group.instances()} & before) in {1, 2}
    wait_for(lambda: group.refreshed(refresh_id)["Status"] == "Successful")

    ended = group.refreshed(refresh_id)
    assert (ended["PercentageComplete"], ended["InstancesToUpdate"]) == (100, 0)
    assert ended["EndTime"] > ended["StartTime"]
    after = group.instances()
    assert {instance["ImageId"] for instance in after} == {group.image_ids[1]}
    assert sorted(instance["Placement"]["AvailabilityZone"][-1] for instance in after) == ["a", "b", "c"]
    ids = {instance["InstanceId"] for instance in after}
    assert (len(ids), ids & before) == (3, set())
    assert group.targets() == ids
    assert {instance["LaunchTemplate"]["Version"] for instance in group.describe()["Instances"]} == {"2"}


def test_a_refresh_can_be_seen_in_the_instances_alone(emulator: Emulator) -> None:
    group = Group(emulator, size=1)
    (before,) = group.instances()
    group.refresh()

    def is_terminated() -> bool:
        (found,) = group.ec2.describe_instances(InstanceIds=[before["InstanceId"]])["Reservations"]
        return bool(found["Instances"][0]["State"]["Name"] == "terminated")

    wait_for(is_terminated)


def test_a_refresh_that_cannot_launch_fails_alone(emulator: Emulator) -> None:
    group = Group(emulator, size=1)
    refresh_id = group.refresh()
    for subnet_id in group.subnet_ids:
        group.ec2.delete_subnet(SubnetId=subnet_id)
    wait_for(lambda: group.refreshed(refresh_id)["Status"] == "Failed")
    assert group.refreshed(refresh_id)["StatusReason"]
    assert group.ec2.describe_vpcs()["Vpcs"]


def test_a_refresh_skips_what_matches_if_it_is_told_to(emulator: Emulator) -> None:
    group = Group(emulator, size=2)
    before = {instance["InstanceId"] for instance in group.instances()}
    refresh_id = group.refresh(SkipMatching=True)
    wait_for(lambda: group.refreshed(refresh_id)["Status"] == "Successful")
    assert {instance["InstanceId"] for instance in group.instances()} == before


def test_a_second_refresh_waits_until_the_first_is_cancelled(emulator: Emulator) -> None:
    group = Group(emulator)
    client: BaseClient = group.autoscaling
    refresh_id = group.refresh(MinHealthyPercentage=90)
    with pytest.raises(client.exceptions.InstanceRefreshInProgressFault):
        group.refresh()
    client.cancel_instance_refresh(AutoScalingGroupName=group.name)
    assert group.refreshed(refresh_id)["Status"] == "Cancelled"
    with pytest.raises(client.exceptions.ActiveInstanceRefreshNotFoundFault):
        client.cancel_instance_refresh(AutoScalingGroupName=group.name)
    second = group.refresh(MinHealthyPercentage=0)
    wait_for(lambda: group.refreshed(second)["Status"] == "Successful")
    listed = client.describe_instance_refreshes(AutoScalingGroupName=group.name)["InstanceRefreshes"]
    assert [entry["InstanceRefreshId"] for entry in listed] == [second, refresh_id]


def test_a_desired_configuration_becomes_the_groups(emulator: Emulator) -> None:
    group = Group(emulator, size=1)
    group.new_version()
    group.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=group.name, LaunchTemplate={"LaunchTemplateId": group.template_id, "Version": "1"}
    )
    desired = {"LaunchTemplate": {"LaunchTemplateId": group.template_id, "Version": "2"}}
    answer = group.autoscaling.start_instance_refresh(AutoScalingGroupName=group.name, DesiredConfiguration=desired)
    wait_for(lambda: group.refreshed(answer["InstanceRefreshId"])["Status"] == "Successful")
    assert group.describe()["LaunchTemplate"]["Version"] == "2"
    assert [instance["ImageId"] for instance in group.instances()] == [group.image_ids[1]]


def test_a_refresh_fails_where_a_hook_abandons_what_is_launched(emulator: Emulator) -> None:
    group = Group(emulator, size=2)
    before = {instance["InstanceId"] for instance in group.instances()}
    group.autoscaling.put_lifecycle_hook(
        AutoScalingGroupName=group.name,
        LifecycleHookName="nobody-answers",
        LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING",
        DefaultResult="ABANDON",
    )
    refresh_id = group.refresh()
    wait_for(lambda: group.refreshed(refresh_id)["Status"] == "Failed")
    assert "Lifecycle hooks" in group.refreshed(refresh_id)["StatusReason"]
    assert {instance["InstanceId"] for instance in group.instances()} == before
