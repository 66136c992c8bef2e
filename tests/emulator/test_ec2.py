import pytest

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "eu-north-1"


def test_the_default_ebs_key_reads_back_and_can_be_reset(emulator: Emulator) -> None:
    ec2, kms = emulator.client("ec2", REGION), emulator.client("kms", REGION)
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    managed = ec2.get_ebs_default_kms_key_id()["KmsKeyId"]
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=arn)
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == arn
    assert ec2.reset_ebs_default_kms_key_id()["KmsKeyId"] != arn
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"].split(":")[:5] == managed.split(":")[:5]


def test_tags_of_a_launch_template_are_not_those_of_its_instances(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", REGION)
    specifications = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}]
    created = ec2.create_launch_template(
        LaunchTemplateName="tagged",
        LaunchTemplateData={"ImageId": "ami-1", "TagSpecifications": specifications},
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": [{"Key": "Owner", "Value": "platform"}]}],
    )["LaunchTemplate"]
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateId=created["LaunchTemplateId"])[
        "LaunchTemplateVersions"
    ]
    assert version["LaunchTemplateData"]["TagSpecifications"] == specifications
    (template,) = ec2.describe_launch_templates(LaunchTemplateNames=["tagged"])["LaunchTemplates"]
    assert template["Tags"] == [{"Key": "Owner", "Value": "platform"}]


def test_a_launch_template_without_tag_specifications_gets_none(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", REGION)
    ec2.create_launch_template(
        LaunchTemplateName="untagged",
        LaunchTemplateData={"ImageId": "ami-1"},
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": [{"Key": "Owner", "Value": "platform"}]}],
    )
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateName="untagged")["LaunchTemplateVersions"]
    assert "TagSpecifications" not in version["LaunchTemplateData"]
