import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "eu-central-1"
ROOT = "arn:aws:iam::123456789012:root"


def with_headers(client: BaseClient, **headers: str) -> BaseClient:
    client.meta.events.register(
        "before-sign.s3.*",
        lambda request, **_: [
            request.headers.add_header(name.replace("_", "-"), value) for name, value in headers.items()
        ],
    )
    return client


def role_client(emulator: Emulator, role: str) -> BaseClient:
    """A session of a role whose own policies allow everything of S3, so that the bucket's policy decides."""
    iam = emulator.client("iam", REGION)
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps({"Statement": []}))
    iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    credentials = emulator.client("sts", REGION).assume_role(
        RoleArn=f"arn:aws:iam::123456789012:role/{role}", RoleSessionName="deploy"
    )["Credentials"]
    return boto3.Session().client(
        "s3",
        region_name=REGION,
        endpoint_url=emulator.endpoint,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


@pytest.fixture
def s3(emulator: Emulator) -> BaseClient:
    return emulator.client("s3", REGION)


@pytest.fixture
def bucket(s3: BaseClient) -> str:
    name = f"policy-{uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=name, Key="present", Body=b"x")
    return name


def put_policy(s3: BaseClient, bucket: str, *statements: dict[str, Any]) -> None:
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Principal": "*", "Resource": resources, **statement} for statement in statements],
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))


def deny(**condition: object) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "s3:*", "Condition": condition}


def assert_denied(call: Callable[..., object], **arguments: object) -> ClientError:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return caught.value


TLS_ONLY = deny(Bool={"aws:SecureTransport": "false"})
MODERN_TLS = deny(NumericLessThan={"s3:TlsVersion": 1.2})


def test_a_tls_only_policy_lets_ordinary_traffic_through(s3: BaseClient, bucket: str) -> None:
    put_policy(s3, bucket, TLS_ONLY, MODERN_TLS)
    s3.put_object(Bucket=bucket, Key="new", Body=b"x")
    assert s3.get_object(Bucket=bucket, Key="new")["Body"].read() == b"x"
    s3.head_object(Bucket=bucket, Key="new")
    s3.delete_object(Bucket=bucket, Key="new")
    assert [key["Key"] for key in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["present"]


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("get_object", {"Key": "present"}),
        ("put_object", {"Key": "present", "Body": b"x"}),
        ("put_object", {"Key": "new", "Body": b"x"}),
        ("head_object", {"Key": "present"}),
        ("delete_object", {"Key": "present"}),
        ("list_objects_v2", {}),
        ("list_object_versions", {}),
        ("head_bucket", {}),
        ("get_bucket_tagging", {}),
        ("delete_bucket", {}),
    ],
)
def test_a_tls_only_policy_denies_what_does_not_come_over_tls(
    emulator: Emulator, s3: BaseClient, bucket: str, call: str, arguments: dict[str, Any]
) -> None:
    put_policy(s3, bucket, TLS_ONLY)
    insecure = with_headers(emulator.client("s3", REGION), x_meridian_secure_transport="false")
    assert_denied(getattr(insecure, call), Bucket=bucket, **arguments)


def test_a_denial_says_who_may_not_do_what(emulator: Emulator, s3: BaseClient, bucket: str) -> None:
    put_policy(s3, bucket, TLS_ONLY)
    insecure = with_headers(emulator.client("s3", REGION), x_meridian_secure_transport="false")
    error = assert_denied(insecure.get_object, Bucket=bucket, Key="present").response["Error"]
    assert error["Code"] == "AccessDenied"
    assert error["Message"].startswith(
        f"User: {ROOT} is not authorized to perform: s3:GetObject on resource: arn:aws:s3"
    )


def test_old_tls_is_denied(emulator: Emulator, s3: BaseClient, bucket: str) -> None:
    put_policy(s3, bucket, MODERN_TLS)
    old = with_headers(emulator.client("s3", REGION), x_meridian_context='{"s3:TlsVersion": "1.1"}')
    assert_denied(old.get_object, Bucket=bucket, Key="present")


def test_a_multiple_delete_is_decided_key_by_key(s3: BaseClient, bucket: str) -> None:
    kept = {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": f"arn:aws:s3:::{bucket}/keep/*"}
    put_policy(s3, bucket, kept)
    for key in ("keep/a", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "keep/a"}, {"Key": "b"}]})
    assert [entry["Key"] for entry in answer["Deleted"]] == ["b"]
    assert [(entry["Key"], entry["Code"]) for entry in answer["Errors"]] == [("keep/a", "AccessDenied")]


def test_only_the_named_role_may_read(emulator: Emulator, s3: BaseClient, bucket: str) -> None:
    put_policy(s3, bucket, deny(ArnNotLike={"aws:PrincipalArn": ["arn:aws:iam::123456789012:role/reader-*", ROOT]}))
    role_client(emulator, "reader-eu").get_object(Bucket=bucket, Key="present")
    s3.get_object(Bucket=bucket, Key="present")
    assert_denied(role_client(emulator, "writer").get_object, Bucket=bucket, Key="present")


def test_a_principal_element_of_a_role_concerns_its_sessions_alone(
    emulator: Emulator, s3: BaseClient, bucket: str
) -> None:
    barred = "arn:aws:iam::123456789012:role/barred"
    trust = {"Version": "2012-10-17", "Statement": []}
    emulator.client("iam", REGION).create_role(RoleName="barred", AssumeRolePolicyDocument=json.dumps(trust))
    put_policy(s3, bucket, {"Effect": "Deny", "Principal": {"AWS": barred}, "Action": "s3:GetObject"})
    assert_denied(role_client(emulator, "barred").get_object, Bucket=bucket, Key="present")
    role_client(emulator, "other").get_object(Bucket=bucket, Key="present")


def test_an_iam_user_is_known_by_its_access_key(emulator: Emulator, s3: BaseClient, bucket: str) -> None:
    iam = emulator.client("iam", REGION)
    name = f"user-{uuid4().hex[:8]}"
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    put_policy(s3, bucket, {"Effect": "Deny", "Principal": {"AWS": arn}, "Action": "s3:GetObject"})
    user = boto3.Session().client(
        "s3",
        region_name=REGION,
        endpoint_url=emulator.endpoint,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    assert_denied(user.get_object, Bucket=bucket, Key="present")
    s3.get_object(Bucket=bucket, Key="present")


def test_uploads_must_name_the_kms_key(s3: BaseClient, bucket: str) -> None:
    key = "arn:aws:kms:eu-central-1:123456789012:key/1"
    key_id = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    statement = {"Effect": "Deny", "Action": "s3:PutObject"}
    put_policy(
        s3,
        bucket,
        statement | {"Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}},
        statement | {"Condition": {"Null": {key_id: "false"}, "StringNotEquals": {key_id: key}}},
    )
    assert_denied(s3.put_object, Bucket=bucket, Key="a", Body=b"x")
    assert_denied(s3.put_object, Bucket=bucket, Key="a", Body=b"x", ServerSideEncryption="AES256")
    kms = {"ServerSideEncryption": "aws:kms"}
    s3.put_object(Bucket=bucket, Key="a", Body=b"x", **kms)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x", SSEKMSKeyId=key, **kms)
    assert_denied(s3.put_object, Bucket=bucket, Key="a", Body=b"x", SSEKMSKeyId=f"{key}2", **kms)


def test_a_service_is_known_by_its_principal(emulator: Emulator, s3: BaseClient, bucket: str) -> None:
    put_policy(
        s3,
        bucket,
        {
            "Effect": "Deny",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "s3:PutObject",
            "Condition": {"StringNotEquals": {"aws:SourceAccount": "123456789012"}},
        },
    )
    for account, allowed in (("123456789012", True), ("999999999999", False)):
        stated = {"aws:PrincipalServiceName": "cloudtrail.amazonaws.com", "aws:SourceAccount": account}
        trail = with_headers(emulator.client("s3", REGION), x_meridian_context=json.dumps(stated))
        if allowed:
            trail.put_object(Bucket=bucket, Key="log", Body=b"x")
        else:
            assert_denied(trail.put_object, Bucket=bucket, Key="log", Body=b"x")


def test_copying_needs_leave_to_read_the_source(s3: BaseClient, bucket: str) -> None:
    put_policy(s3, bucket, {"Effect": "Deny", "Action": "s3:GetObject"})
    assert_denied(s3.copy_object, Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "present"})


def test_the_root_keeps_the_policy_even_if_it_denies_everything(s3: BaseClient, bucket: str) -> None:
    put_policy(s3, bucket, {"Effect": "Deny", "Action": "s3:*"})
    assert_denied(s3.list_objects_v2, Bucket=bucket)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"]
    s3.delete_bucket_policy(Bucket=bucket)
    s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        (deny(StringIs={"aws:PrincipalArn": "x"}), "unknown condition operator 'StringIs'"),
        ({"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::another/*"}, "arn:aws:s3:::another/"),
        ({"Effect": "Deny"}, "needs one of Action and NotAction"),
    ],
)
def test_rejects_a_policy_that_s3_would_not_take(
    s3: BaseClient, bucket: str, statement: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ClientError, match="MalformedPolicy") as caught:
        put_policy(s3, bucket, statement)
    assert complaint in caught.value.response["Error"]["Message"]
