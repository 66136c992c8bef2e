"""What the embedded AWS does with requests to the buckets: it evaluates their policies, conditions included."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.lives import Applied
from tests.support.region_sets import THREE
from tools.emulator.policy import Caller, Decision, Request, decide

pytestmark = pytest.mark.emulator
ACCOUNT = "123456789012"
PRIMARY, SECOND, THIRD = THREE
REGIONS = pytest.mark.parametrize("region", THREE)
HTTP = {"x-meridian-secure-transport": "false"}
OLD_TLS = {"x-meridian-context": json.dumps({"s3:TlsVersion": "1.1"})}
#: What the application may work with, and nothing else, is under this prefix.
ORDER, PRESENT = "application/order", "application/present"


def bucket_of(region: str, identifier: str = "data") -> str:
    return f"prod-s3-test-{identifier}-{ACCOUNT}-{region}"


def as_role(life: Applied, role: str, region: str, headers: dict[str, str] | None = None) -> Any:
    """A client of S3 for a session of a role, whose requests bear these headers."""
    credentials = life.client("sts", region).assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName="test"
    )["Credentials"]
    client: BaseClient = boto3.Session().client(
        "s3",
        region_name=region,
        endpoint_url=life.emulator.endpoint,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        config=Config(retries={"max_attempts": 1}, proxies={}),
    )
    return with_headers(client, headers or {})


def with_headers(client: Any, headers: dict[str, str]) -> Any:
    client.meta.events.register(
        "before-sign.s3.*",
        lambda request, **_: [request.headers.add_header(name, value) for name, value in headers.items()],
    )
    return client


def application(life: Applied, region: str, headers: dict[str, str] | None = None) -> Any:
    return as_role(life, f"PROD-role-test-application-{region}", region, headers)


def key_arn(life: Applied, purpose: str, region: str) -> str:
    alias = f"alias/PROD-kms-test-{purpose}-{region}"
    return str(life.client("kms", region).describe_key(KeyId=alias)["KeyMetadata"]["Arn"])


def assert_refused(call: Callable[..., object], **arguments: object) -> None:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.fixture(autouse=True)
def _emptied(life: Applied) -> Iterator[None]:
    """Buckets that hold objects are not destroyed, so every version goes."""
    yield
    for region in THREE:
        s3, bucket = life.client("s3", region), bucket_of(region)
        found = s3.list_object_versions(Bucket=bucket)
        for one in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])


@REGIONS
def test_application_role_works_with_the_data_of_its_region(life: Applied, region: str) -> None:
    s3, bucket = application(life, region), bucket_of(region)
    s3.put_object(Bucket=bucket, Key=ORDER, Body=b"1")
    s3.put_object(Bucket=bucket, Key=ORDER, Body=b"2")
    assert s3.get_object(Bucket=bucket, Key=ORDER)["Body"].read() == b"2"
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket, Prefix="application/")["Contents"]] == [ORDER]
    s3.delete_object(Bucket=bucket, Key=ORDER)
    versions = life.client("s3", region).list_object_versions(Bucket=bucket)
    assert (len(versions["Versions"]), len(versions["DeleteMarkers"])) == (2, 1)


@pytest.mark.parametrize(
    "role", ["somebody", f"PROD-role-test-application-{SECOND}", f"PROD-role-test-application-{PRIMARY}-copy"]
)
@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("put_object", {"Key": ORDER, "Body": b"1"}),
        ("get_object", {"Key": PRESENT}),
        ("delete_object", {"Key": PRESENT}),
        ("list_objects_v2", {"Prefix": "application/"}),
        ("get_bucket_policy", {}),
        ("put_bucket_policy", {"Policy": "{}"}),
    ],
)
def test_a_role_outside_the_list_is_refused(life: Applied, role: str, call: str, arguments: dict[str, Any]) -> None:
    application(life, PRIMARY).put_object(Bucket=bucket_of(PRIMARY), Key=PRESENT, Body=b"1")
    assert_refused(getattr(as_role(life, role, PRIMARY), call), Bucket=bucket_of(PRIMARY), **arguments)


@pytest.mark.parametrize("headers", [HTTP, OLD_TLS], ids=["plain-http", "tls-1.1"])
@pytest.mark.parametrize("identifier", ["access-logs", "alb-logs", "configuration", "data", "trail"])
@REGIONS
def test_weak_transport_is_refused(life: Applied, region: str, identifier: str, headers: dict[str, str]) -> None:
    # Nothing but the transport would refuse the root of the account.
    weak = with_headers(life.client("s3", region), headers)
    assert_refused(weak.put_object, Bucket=bucket_of(region, identifier), Key=ORDER, Body=b"1")
    assert_refused(weak.list_objects_v2, Bucket=bucket_of(region, identifier))


@REGIONS
def test_only_the_bucket_s_own_key_encrypts(life: Applied, region: str) -> None:
    s3 = application(life, region)
    upload = {"Bucket": bucket_of(region), "Key": ORDER, "Body": b"1"}
    own, other = key_arn(life, "storage", region), key_arn(life, "logs", region)
    s3.put_object(**upload, ServerSideEncryption="aws:kms", SSEKMSKeyId=own)
    s3.put_object(**upload)
    assert s3.head_object(Bucket=bucket_of(region), Key=ORDER)["SSEKMSKeyId"] == own
    assert_refused(s3.put_object, **upload, ServerSideEncryption="aws:kms", SSEKMSKeyId=other)
    assert_refused(s3.put_object, **upload, ServerSideEncryption="AES256")
    customer = {"x-amz-server-side-encryption-customer-algorithm": "AES256"}
    assert_refused(application(life, region, customer).put_object, **upload)


def test_replication_roles_come_to_the_ends_of_their_ways_only(life: Applied) -> None:
    for role, region, allowed in (
        (PRIMARY, PRIMARY, True),
        (PRIMARY, THIRD, True),
        (SECOND, PRIMARY, True),
        (SECOND, SECOND, True),
        (SECOND, THIRD, False),
    ):
        # What S3 calls in the role's name cannot be called by hand, so the bucket's policy is asked.
        policy = json.loads(life.client("s3", region).get_bucket_policy(Bucket=bucket_of(region))["Policy"])
        arn = f"arn:aws:iam::{ACCOUNT}:role/PROD-role-test-replicate-data-{role}"
        request = Request(
            action="s3:ReplicateObject",
            resource=f"arn:aws:s3:::{bucket_of(region)}/{ORDER}",
            caller=Caller(identities=(arn, f"arn:aws:iam::{ACCOUNT}:root"), account_id=ACCOUNT),
            context={
                "aws:principalarn": [arn],
                "aws:principalaccount": [ACCOUNT],
                "aws:principalisawsservice": ["false"],
                "aws:securetransport": ["true"],
                "s3:tlsversion": ["1.3"],
            },
        )
        assert (decide(policy, request) is not Decision.DENIED) == allowed


@REGIONS
def test_the_account_root_can_mend_a_policy(life: Applied, region: str) -> None:
    s3 = life.client("s3", region)
    before = s3.get_bucket_policy(Bucket=bucket_of(region))["Policy"]
    s3.put_bucket_policy(Bucket=bucket_of(region), Policy=before)
    assert json.loads(s3.get_bucket_policy(Bucket=bucket_of(region))["Policy"]) == json.loads(before)


DELIVERIES = {
    "access-logs": ("logging.s3", "s3/data/log", f"arn:aws:s3:::prod-s3-test-data-{ACCOUNT}-{PRIMARY}"),
    "alb-logs": (
        "logdelivery.elasticloadbalancing",
        f"web/AWSLogs/{ACCOUNT}/elasticloadbalancing/log",
        f"arn:aws:elasticloadbalancing:{PRIMARY}:{ACCOUNT}:loadbalancer/app/web/1",
    ),
    "trail": (
        "cloudtrail",
        f"AWSLogs/{ACCOUNT}/CloudTrail/log",
        f"arn:aws:cloudtrail:{PRIMARY}:{ACCOUNT}:trail/PROD-trail-test-audit-{PRIMARY}",
    ),
    "configuration": ("config", f"AWSLogs/{ACCOUNT}/Config/record", f"arn:aws:config:{PRIMARY}:{ACCOUNT}:recorder"),
}


@pytest.mark.parametrize("identifier", DELIVERIES)
def test_log_buckets_take_deliveries_for_this_account_alone(life: Applied, identifier: str) -> None:
    bucket, (service, key, source) = bucket_of(PRIMARY, identifier), DELIVERIES[identifier]
    policy = json.loads(life.client("s3", PRIMARY).get_bucket_policy(Bucket=bucket)["Policy"])

    def decision(principal: str, account: str) -> Decision:
        context = {
            "aws:principalisawsservice": ["true"],
            "aws:securetransport": ["true"],
            "aws:sourceaccount": [account],
            "aws:sourcearn": [source.replace(ACCOUNT, account) if ACCOUNT in source else source],
            "s3:tlsversion": ["1.3"],
            "s3:x-amz-acl": ["bucket-owner-full-control"],
        }
        # A load balancer names no account but in the path, which is that of its owner.
        written = key.replace(ACCOUNT, account) if identifier == "alb-logs" else key
        request = Request(
            action="s3:PutObject",
            resource=f"arn:aws:s3:::{bucket}/{written}",
            caller=Caller(service=f"{principal}.amazonaws.com"),
            context=context,
        )
        return decide(policy, request)

    assert decision(service, ACCOUNT) is Decision.ALLOWED
    assert decision(service, "999999999999") is not Decision.ALLOWED
    assert decision("delivery.logs", ACCOUNT) is not Decision.ALLOWED


@pytest.mark.parametrize("identifier", DELIVERIES)
def test_log_buckets_are_closed_to_the_application(life: Applied, identifier: str) -> None:
    s3 = application(life, PRIMARY)
    assert_refused(s3.list_objects_v2, Bucket=bucket_of(PRIMARY, identifier))
    assert_refused(s3.put_object, Bucket=bucket_of(PRIMARY, identifier), Key="application/forged", Body=b"1")


@REGIONS
def test_replication_reads_back_rule_by_rule(life: Applied, region: str) -> None:
    found = life.client("s3", region).get_bucket_replication(Bucket=bucket_of(region))["ReplicationConfiguration"]
    targets = sorted({SECOND, THIRD}) if region == PRIMARY else [PRIMARY]
    enabled, quarter = {"Status": "Enabled"}, {"Minutes": 15}
    assert found["Role"] == f"arn:aws:iam::{ACCOUNT}:role/PROD-role-test-replicate-data-{region}"
    # Either way it is every object.
    assert all(rule.pop("Filter") in ({}, {"Prefix": ""}) for rule in found["Rules"])
    assert found["Rules"] == [
        {
            "ID": f"to-{target}",
            "Priority": priority,
            "Status": "Enabled",
            "SourceSelectionCriteria": {"SseKmsEncryptedObjects": enabled, "ReplicaModifications": enabled},
            "Destination": {
                "Bucket": f"arn:aws:s3:::{bucket_of(target)}",
                "StorageClass": "STANDARD",
                "EncryptionConfiguration": {"ReplicaKmsKeyID": key_arn(life, "storage", target)},
                "ReplicationTime": enabled | {"Time": quarter},
                "Metrics": enabled | {"EventThreshold": quarter},
            },
            "DeleteMarkerReplication": enabled,
        }
        for priority, target in enumerate(targets, start=1)
    ]


@REGIONS
def test_the_region_encrypts_volumes_by_default_and_is_watched_from_outside(life: Applied, region: str) -> None:
    ec2 = life.client("ec2", region)
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == key_arn(life, "volumes", region)
    (analyzer,) = life.client("accessanalyzer", region).list_analyzers()["analyzers"]
    assert (analyzer["type"], analyzer["status"]) == ("ACCOUNT", "ACTIVE")


def test_the_account_blocks_public_access_and_asks_for_long_passwords(life: Applied) -> None:
    block = life.client("s3control", PRIMARY).get_public_access_block(AccountId=ACCOUNT)
    assert set(block["PublicAccessBlockConfiguration"].values()) == {True}
    policy = life.client("iam", PRIMARY).get_account_password_policy()["PasswordPolicy"]
    assert (policy["MinimumPasswordLength"], policy["PasswordReusePrevention"]) == (14, 24)
