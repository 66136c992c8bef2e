"""What IAM is asked for a call."""

from typing import Any

import pytest

from tools.emulator.call import Call, model_of
from tools.emulator.iam.judge import questions
from tools.emulator.iam.reference import access_level, is_action
from tools.emulator.iam.tags import ACTIONS

ACCOUNT = "123456789012"
EC2 = f"arn:aws:ec2:eu-west-1:{ACCOUNT}"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"


def asked(service: str, operation: str, region: str = "eu-west-1", **parameters: Any) -> dict[str, list[str]]:
    """The resources that each action is asked for."""
    found: dict[str, list[str]] = {}
    call = Call(service=service, operation=operation, region=region, parameters=parameters)
    for question in questions(call, ACCOUNT):
        found.setdefault(question.action, []).append(question.resource)
    return found


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "action", "resources"),
    [
        ("ec2", "DescribeVpcs", {}, "ec2:DescribeVpcs", ["*"]),
        ("ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16"}, "ec2:CreateVpc", [f"{EC2}:vpc/*"]),
        (
            "ec2",
            "DeleteSubnet",
            {"SubnetId": "subnet-12345678"},
            "ec2:DeleteSubnet",
            ["arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-12345678"],
        ),
        ("s3", "HeadBucket", {"Bucket": "b"}, "s3:ListBucket", ["arn:aws:s3:::b"]),
        ("s3", "GetObject", {"Bucket": "b", "Key": "k/l"}, "s3:GetObject", ["arn:aws:s3:::b/k/l"]),
        (
            "s3",
            "DeleteObjects",
            {"Bucket": "b", "Delete": {"Objects": [{"Key": "1"}, {"Key": "2"}]}},
            "s3:DeleteObject",
            ["arn:aws:s3:::b/1", "arn:aws:s3:::b/2"],
        ),
        ("s3", "GetObject", {"Bucket": "b", "Key": "k", "VersionId": "1"}, "s3:GetObjectVersion", ["arn:aws:s3:::b/k"]),
        ("s3control", "GetPublicAccessBlock", {"AccountId": ACCOUNT}, "s3:GetAccountPublicAccessBlock", ["*"]),
        (
            "secretsmanager",
            "GetSecretValue",
            {"SecretId": "database"},
            "secretsmanager:GetSecretValue",
            ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:database-??????"],
        ),
        (
            "sqs",
            "SendMessage",
            {"QueueUrl": "http://127.0.0.1/123456789012/orders"},
            "sqs:SendMessage",
            ["arn:aws:sqs:eu-west-1:123456789012:orders"],
        ),
        (
            "ssm",
            "GetParameter",
            {"Name": "/aws/service/ami/x"},
            "ssm:GetParameter",
            ["arn:aws:ssm:eu-west-1::parameter/aws/service/ami/x"],
        ),
        (
            "ssm",
            "GetParameters",
            {"Names": ["/PROD/main/one", "two"]},
            "ssm:GetParameters",
            [f"arn:aws:ssm:eu-west-1:123456789012:parameter/{name}" for name in ("PROD/main/one", "two")],
        ),
        (
            "ssm",
            "GetParametersByPath",
            {"Path": "/PROD/main", "Recursive": True},
            "ssm:GetParametersByPath",
            ["arn:aws:ssm:eu-west-1:123456789012:parameter/PROD/main"],
        ),
        *(
            (
                "ssm",
                operation,
                {"ResourceType": kind.capitalize(), "ResourceId": name},
                f"ssm:{operation}",
                [f"arn:aws:ssm:eu-west-1:123456789012:{kind}/{name.removeprefix('/')}"],
            )
            for operation in ("AddTagsToResource", "ListTagsForResource", "RemoveTagsFromResource")
            for kind, name in (("document", "SSM-SessionManagerRunShell"), ("parameter", "/PROD/main/data/bucket"))
        ),
        ("lambda", "Invoke", {"FunctionName": "f"}, "lambda:InvokeFunction", [FUNCTION]),
        (
            "route53",
            "ChangeResourceRecordSets",
            {"HostedZoneId": "/hostedzone/Z1"},
            "route53:ChangeResourceRecordSets",
            ["arn:aws:route53:::hostedzone/Z1"],
        ),
        (
            "iam",
            "CreateServiceLinkedRole",
            {"AWSServiceName": "config.amazonaws.com"},
            "iam:CreateServiceLinkedRole",
            ["arn:aws:iam::123456789012:role/aws-service-role/config.amazonaws.com/*"],
        ),
    ],
)  # fmt: skip
def test_action_and_resources_of_a_call(
    service: str, operation: str, parameters: dict[str, Any], action: str, resources: list[str]
) -> None:
    assert asked(service, operation, **parameters)[action] == resources


def test_who_one_is_needs_no_permission() -> None:
    assert asked("sts", "GetCallerIdentity") == {}


def test_new_subnet_is_asked_for_with_its_vpc_and_its_tags() -> None:
    tags = [{"ResourceType": "subnet", "Tags": [{"Key": "Project", "Value": "p"}]}]
    found = asked("ec2", "CreateSubnet", VpcId="vpc-12345678", CidrBlock="10.0.0.0/24", TagSpecifications=tags)
    ec2 = "arn:aws:ec2:eu-west-1:123456789012"
    assert found["ec2:CreateSubnet"] == [f"{ec2}:subnet/*", f"{ec2}:vpc/vpc-12345678"]
    assert found["ec2:CreateTags"] == [f"{ec2}:subnet/*"]


def test_database_needs_its_key_its_role_and_the_service_s_role() -> None:
    role, key = f"arn:aws:iam::{ACCOUNT}:role/monitor", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
    found = asked("rds", "CreateDBInstance", DBInstanceIdentifier="d", KmsKeyId=key, MonitoringRoleArn=role)
    assert found["rds:CreateDBInstance"] == [f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:d"]
    assert found["kms:CreateGrant"] == [key]
    assert found["iam:PassRole"] == [role]
    assert "iam:CreateServiceLinkedRole" in found


def test_replica_of_a_table_is_asked_for_in_its_own_region() -> None:
    found = asked("dynamodb", "UpdateTable", TableName="t", ReplicaUpdates=[{"Create": {"RegionName": "us-east-1"}}])
    assert found["dynamodb:CreateTableReplica"] == [f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t"]
    assert found["dynamodb:UpdateTable"] == [f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t"]


def test_new_key_with_a_policy_needs_to_put_it() -> None:
    found = asked("kms", "CreateKey", Policy="{}", Tags=[{"TagKey": "Project", "TagValue": "p"}])
    any_key = [f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*"]
    assert found == {"kms:CreateKey": ["*"], "kms:PutKeyPolicy": any_key, "kms:TagResource": any_key}


def test_stream_of_a_group_is_asked_for_under_the_group() -> None:
    found = asked("logs", "PutLogEvents", logGroupName="g", logStreamName="s")
    assert found == {"logs:PutLogEvents": [f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:g:log-stream:s"]}


@pytest.mark.parametrize("service", ["accessanalyzer", "backup", "dynamodb", "ec2", "iam", "kms", "rds", "s3", "wafv2"])
def test_every_operation_is_asked_about_whatever_its_parameters(service: str) -> None:
    model = model_of(service)
    assert model
    for operation in model.operation_names:
        assert asked(service, operation), operation


@pytest.mark.parametrize(("service", "action"), sorted(ACTIONS.items()))
def test_what_tags_something_new_is_an_action_of_its_service(service: str, action: str) -> None:
    assert access_level(f"{service}:{action}") == "Tagging"
    assert not is_action(f"{service}:TagResource")
