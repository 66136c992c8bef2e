from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from werkzeug.test import EnvironBuilder

from tools.emulator.call import Call, call_of

ACCOUNT = "123456789012"
KEY = "AKIAIOSFODNN7EXAMPLE"


def send(service: str, operation: str, *, addressing: str = "path", **parameters: Any) -> Call | None:
    """Return what the emulator makes of a call of boto3, without an emulator."""
    calls: list[Call | None] = []

    def capture(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        calls.append(_received(request))
        return AWSResponse(request.url, 200, {}, _Raw())

    client = boto3.Session().client(
        service,
        region_name="eu-west-1",
        endpoint_url="http://localhost:5000" if addressing == "path" else None,
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
        config=Config(s3={"addressing_style": addressing}, retries={"total_max_attempts": 1}),
    )
    client.meta.events.register("before-send", capture)
    with suppress(Exception):  # an empty answer is no answer of every service
        getattr(client, operation)(**parameters)
    return calls[0]


class _Raw:
    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return [b""]


def _received(request: AWSPreparedRequest) -> Call | None:
    body = request.body or b""
    body = body.read() if hasattr(body, "read") else body
    body = body.encode() if isinstance(body, str) else body
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    headers.pop("Transfer-Encoding", None)
    environ = EnvironBuilder(
        path=urlsplit(request.url).path,
        base_url=f"{urlsplit(request.url).scheme}://{urlsplit(request.url).netloc}",
        query_string=urlsplit(request.url).query,
        method=request.method,
        headers=headers,
        data=body,
    ).get_environ()
    return call_of(environ, body)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("ec2", "create_vpc", {"CidrBlock": "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock": True}),
        ("elbv2", "create_load_balancer", {"Name": "a", "Subnets": ["subnet-1", "subnet-2"]}),
        ("elb", "describe_load_balancers", {"LoadBalancerNames": ["a"]}),
        (
            "rds",
            "create_db_subnet_group",
            {"DBSubnetGroupName": "a", "DBSubnetGroupDescription": "b", "SubnetIds": ["subnet-1"]},
        ),
        (
            "iam",
            "create_role",
            {"RoleName": "a", "AssumeRolePolicyDocument": "{}", "Tags": [{"Key": "a", "Value": ""}]},
        ),
        ("sns", "create_topic", {"Name": "a", "Attributes": {"KmsMasterKeyId": "alias/a"}}),
        ("sqs", "create_queue", {"QueueName": "a", "Attributes": {"DelaySeconds": "1"}}),
        (
            "cloudwatch",
            "put_metric_alarm",
            {
                "AlarmName": "a",
                "ComparisonOperator": "GreaterThanThreshold",
                "EvaluationPeriods": 1,
                "Dimensions": [{"Name": "x", "Value": "y"}],
            },
        ),
        ("dynamodb", "describe_table", {"TableName": "abc"}),
        ("kms", "create_key", {"Policy": "{}", "MultiRegion": True}),
        ("events", "put_rule", {"Name": "a", "EventPattern": "{}"}),
        ("service-quotas", "get_service_quota", {"ServiceCode": "ec2", "QuotaCode": "L-1216C47A"}),
        ("lambda", "put_function_concurrency", {"FunctionName": "a", "ReservedConcurrentExecutions": 2}),
        ("lambda", "list_versions_by_function", {"FunctionName": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:a"}),
        ("backup", "put_backup_vault_access_policy", {"BackupVaultName": "a-b", "Policy": "{}"}),
        (
            "backup",
            "create_backup_selection",
            {"BackupPlanId": "p", "BackupSelection": {"SelectionName": "a", "IamRoleArn": "r"}},
        ),
        ("accessanalyzer", "list_analyzers", {"type": "ACCOUNT"}),
        ("guardduty", "create_detector", {"Enable": True}),
        ("route53", "list_resource_record_sets", {"HostedZoneId": "Z123"}),
        (
            "route53",
            "create_health_check",
            {"CallerReference": "a", "HealthCheckConfig": {"Type": "CALCULATED", "ChildHealthChecks": ["x", "y"]}},
        ),
        ("s3control", "get_public_access_block", {"AccountId": ACCOUNT}),
        ("resourcegroupstaggingapi", "get_resources", {"TagFilters": [{"Key": "a", "Values": ["b"]}]}),
    ],
)
def test_a_call_is_read_back_as_it_was_made(service: str, operation: str, parameters: dict[str, Any]) -> None:
    call = send(service, operation, **parameters)
    assert call is not None
    assert call.service == service
    assert call.operation.lower() == operation.replace("_", "")
    assert {name: call.parameters[name] for name in parameters} == parameters
    assert call.access_key == KEY
    assert call.region in {"eu-west-1", "us-east-1"}


@pytest.mark.parametrize("addressing", ["path", "virtual"])
@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("create_bucket", {"Bucket": "my.bucket"}),
        ("put_bucket_policy", {"Bucket": "bucket", "Policy": "{}"}),
        ("get_bucket_location", {"Bucket": "bucket"}),
        ("list_objects_v2", {"Bucket": "bucket", "Prefix": "a/"}),
        ("put_object", {"Bucket": "bucket", "Key": "a/b c", "ServerSideEncryption": "aws:kms"}),
        ("copy_object", {"Bucket": "bucket", "Key": "a", "CopySource": "bucket/b"}),
        ("delete_objects", {"Bucket": "bucket", "Delete": {"Objects": [{"Key": "a"}]}}),
        ("put_bucket_versioning", {"Bucket": "bucket", "VersioningConfiguration": {"Status": "Enabled"}}),
    ],
)
def test_a_call_of_s3_is_read_back_however_the_bucket_is_addressed(
    addressing: str, operation: str, parameters: dict[str, Any]
) -> None:
    call = send("s3", operation, addressing=addressing, **parameters)
    assert call is not None
    assert call.operation.lower() == operation.replace("_", "")
    assert {name: call.parameters[name] for name in parameters} == parameters


def test_a_target_with_the_host_in_it_as_a_proxy_gets_it_is_read() -> None:
    environ = EnvironBuilder(
        path="/v20180820/configuration/publicAccessBlock",
        base_url=f"http://{ACCOUNT}.127.0.0.1:5000",
        headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20300101/eu-west-1/s3/aws4_request, SignedHeaders=a",
            "x-amz-account-id": ACCOUNT,
        },
    ).get_environ()
    environ["RAW_URI"] = f"http://{ACCOUNT}.127.0.0.1:5000/v20180820/configuration/publicAccessBlock"
    call = call_of(environ, b"")
    assert call is not None
    assert (call.service, call.operation) == ("s3control", "GetPublicAccessBlock")
    assert call.parameters["AccountId"] == ACCOUNT


def test_what_nobody_signed_or_no_model_knows_is_no_call() -> None:
    assert call_of(EnvironBuilder(path="/moto-api/reset", method="POST").get_environ(), b"") is None
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20300101/eu-west-1/nothing/aws4_request"}
    assert call_of(EnvironBuilder(headers=headers).get_environ(), b"") is None


@pytest.mark.parametrize("prefix", ["", "com.amazonaws.cloudtrail.v20131101."])
def test_a_target_is_read_with_its_package_and_without(prefix: str) -> None:
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20300101/eu-west-1/cloudtrail/aws4_request",
        "X-Amz-Target": f"{prefix}CloudTrail_20131101.CreateTrail",
        "Content-Type": "application/x-amz-json-1.1",
    }
    call = call_of(EnvironBuilder(method="POST", headers=headers).get_environ(), b'{"Name": "a"}')
    assert call is not None
    assert (call.operation, call.parameters["Name"]) == ("CreateTrail", "a")


def test_what_is_compressed_is_read() -> None:
    metrics = [{"MetricName": f"a-long-name-{number:04}", "Value": 1.0} for number in range(900)]
    call = send("cloudwatch", "put_metric_data", Namespace="Test", MetricData=metrics)
    assert call is not None
    assert call.parameters["Namespace"] == "Test"
    assert len(call.parameters["MetricData"]) == 900
