from typing import Any

import pytest

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "eu-north-1"


def test_the_default_ebs_key_reads_back_and_can_be_reset(emulator: Emulator) -> None:
    ec2, kms = emulator.client("ec2", REGION), emulator.client("kms", REGION)
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=arn)
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == arn
    assert ec2.reset_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"


def test_the_health_checkers_of_route_53_have_a_prefix_list(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", REGION)
    wanted = [{"Name": "prefix-list-name", "Values": [f"com.amazonaws.{REGION}.route53-healthchecks"]}]
    (found,) = ec2.describe_managed_prefix_lists(Filters=wanted)["PrefixLists"]
    assert found["OwnerId"] == "AWS"


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


def test_a_tag_of_a_launch_template_is_changed_added_and_taken_away(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", REGION)
    given = [{"Key": "Owner", "Value": "platform"}, {"Key": "Project", "Value": "meridian"}]
    template_id = ec2.create_launch_template(
        LaunchTemplateName="retagged",
        LaunchTemplateData={"ImageId": "ami-1"},
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": given}],
    )["LaunchTemplate"]["LaunchTemplateId"]
    wanted = [{"Key": "CostCenter", "Value": "CC-1"}, {"Key": "Owner", "Value": "another"}]
    ec2.create_tags(Resources=[template_id], Tags=wanted)
    ec2.delete_tags(Resources=[template_id], Tags=[{"Key": "Project"}])
    (template,) = ec2.describe_launch_templates(LaunchTemplateIds=[template_id])["LaunchTemplates"]
    assert sorted(template["Tags"], key=lambda tag: str(tag["Key"])) == wanted


def test_a_rule_that_refers_to_a_group_keeps_its_description_and_takes_another(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    here, there = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("here", "there")
    )
    https: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    pair = {"GroupId": there, "Description": "first"}
    (made,) = ec2.authorize_security_group_egress(GroupId=here, IpPermissions=[https | {"UserIdGroupPairs": [pair]}])[
        "SecurityGroupRules"
    ]
    rule_id = made["SecurityGroupRuleId"]

    def description() -> str:
        (rule,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule_id])["SecurityGroupRules"]
        assert rule["ReferencedGroupInfo"]["GroupId"] == there
        return str(rule["Description"])

    assert description() == "first"
    update = {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": https | {"ReferencedGroupId": there}}
    update["SecurityGroupRule"]["Description"] = "second"
    ec2.modify_security_group_rules(GroupId=here, SecurityGroupRules=[update])
    assert description() == "second"


def test_rules_of_network_acls_keep_types_and_codes_of_icmp(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", REGION)
    vpc_id = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    acl_id = ec2.create_network_acl(VpcId=vpc_id)["NetworkAcl"]["NetworkAclId"]
    place = {"NetworkAclId": acl_id, "RuleNumber": 100, "Egress": False}
    rule = {"Protocol": "1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}

    def kept() -> dict[str, Any]:
        (acl,) = ec2.describe_network_acls(NetworkAclIds=[acl_id])["NetworkAcls"]
        (entry,) = [one for one in acl["Entries"] if one["RuleNumber"] == 100]
        return dict(entry["IcmpTypeCode"])

    ec2.create_network_acl_entry(**place, **rule, IcmpTypeCode={"Type": 3, "Code": 4})
    assert kept() == {"Type": 3, "Code": 4}
    ec2.replace_network_acl_entry(**place, **rule, IcmpTypeCode={"Type": 11, "Code": 0})
    assert kept() == {"Type": 11, "Code": 0}


def test_a_vpc_goes_with_its_default_network_acl(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", REGION)
    before = {one["NetworkAclId"] for one in ec2.describe_network_acls()["NetworkAcls"]}
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    assert {one["NetworkAclId"] for one in ec2.describe_network_acls()["NetworkAcls"]} > before
    ec2.delete_vpc(VpcId=vpc)
    assert {one["NetworkAclId"] for one in ec2.describe_network_acls()["NetworkAcls"]} == before
