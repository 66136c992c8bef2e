"""Instances get what their launch template says."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator
REGION = "eu-central-1"
KINDS = ("instance", "volume", "network-interface")


class Launched:
    """Two instances of a group, launched from the second version of a template whose default is the first."""

    def __init__(self, emulator: Emulator) -> None:
        name = f"launching-{uuid4().hex[:8]}"
        self.ec2: Any = emulator.client("ec2", REGION)
        self.balancing: Any = emulator.client("elbv2", REGION)
        vpc_id = self.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        self.subnet_ids = [
            self.ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")[
                "Subnet"
            ]["SubnetId"]
            for number, zone in enumerate("ab")
        ]
        self.group_id = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc_id)["GroupId"]
        self.key = emulator.client("kms", REGION).create_key()["KeyMetadata"]["Arn"]
        iam = emulator.client("iam", REGION)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({}))
        self.profile = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Arn"]
        template = self.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=self._data(16))
        template_id = template["LaunchTemplate"]["LaunchTemplateId"]
        self.ec2.create_launch_template_version(LaunchTemplateId=template_id, LaunchTemplateData=self._data(20))
        self.target_group_arn = self.balancing.create_target_group(Name=name, Protocol="HTTPS", Port=443, VpcId=vpc_id)[
            "TargetGroups"
        ][0]["TargetGroupArn"]
        emulator.client("autoscaling", REGION).create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=2,
            MaxSize=2,
            LaunchTemplate={"LaunchTemplateId": template_id, "Version": "2"},
            VPCZoneIdentifier=",".join(self.subnet_ids),
            TargetGroupARNs=[self.target_group_arn],
        )
        groups = {"Name": "instance.group-id", "Values": [self.group_id]}
        found = self.ec2.describe_instances(Filters=[groups])["Reservations"]
        self.instances = [instance for reservation in found for instance in reservation["Instances"]]

    def _data(self, size: int) -> dict[str, Any]:
        return {
            "ImageId": self.ec2.describe_images()["Images"][0]["ImageId"],
            "InstanceType": "t3.micro",
            "EbsOptimized": True,
            "Monitoring": {"Enabled": True},
            "IamInstanceProfile": {"Arn": self.profile},
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled"},
            "BlockDeviceMappings": [
                {
                    "DeviceName": "/dev/xvda",
                    "Ebs": {"Encrypted": True, "KmsKeyId": self.key, "VolumeType": "gp3", "VolumeSize": size},
                }
            ],
            "NetworkInterfaces": [
                {"DeviceIndex": 0, "AssociatePublicIpAddress": False, "Groups": [self.group_id]},
            ],
            "TagSpecifications": [{"ResourceType": kind, "Tags": [{"Key": "Kind", "Value": kind}]} for kind in KINDS],
        }


@pytest.fixture(scope="module")
def launched(emulator: Emulator) -> Launched:
    return Launched(emulator)


def tags(resource: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in resource.get("Tags") or resource.get("TagSet", [])}


def test_instances_stand_one_in_each_subnet_and_are_healthy_targets(launched: Launched) -> None:
    assert sorted(one["SubnetId"] for one in launched.instances) == sorted(launched.subnet_ids)
    found = launched.balancing.describe_target_health(TargetGroupArn=launched.target_group_arn)
    health = {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found["TargetHealthDescriptions"]}
    assert health == {one["InstanceId"]: "healthy" for one in launched.instances}


def test_instances_have_the_templates_settings(launched: Launched) -> None:
    assert len(launched.instances) == 2
    for instance in launched.instances:
        options = instance["MetadataOptions"]
        assert (options["HttpTokens"], options["HttpPutResponseHopLimit"]) == ("required", 2)
        assert [group["GroupId"] for group in instance["SecurityGroups"]] == [launched.group_id]
        assert instance["IamInstanceProfile"]["Arn"] == launched.profile
        assert instance["Monitoring"]["State"] == "enabled"
        assert instance["EbsOptimized"]
        assert "PublicIpAddress" not in instance
        assert tags(instance)["Kind"] == "instance"


def test_each_instance_has_one_volume_as_the_groups_version_of_the_template_says(launched: Launched) -> None:
    for instance in launched.instances:
        attached = {"Name": "attachment.instance-id", "Values": [instance["InstanceId"]]}
        (volume,) = launched.ec2.describe_volumes(Filters=[attached])["Volumes"]
        assert (volume["VolumeType"], volume["Size"]) == ("gp3", 20)
        assert (volume["Encrypted"], volume["KmsKeyId"]) == (True, launched.key)
        assert tags(volume)["Kind"] == "volume"


def test_network_interfaces_bear_the_templates_tags(launched: Launched) -> None:
    for instance in launched.instances:
        (interface,) = instance["NetworkInterfaces"]
        found = launched.ec2.describe_network_interfaces(NetworkInterfaceIds=[interface["NetworkInterfaceId"]])
        assert tags(found["NetworkInterfaces"][0])["Kind"] == "network-interface"
