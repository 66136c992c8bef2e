from typing import Any

import pytest

from tests.support.refusals import REGION, bucket, fresh_name, refused, role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

S3 = "s3.amazonaws.com"


def replicate(emulator: Emulator, source: str, target: str, *, role_arn: str, **more: Any) -> None:
    rule = {
        "ID": "all",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{target}"},
        **more,
    }
    emulator.client("s3", REGION).put_bucket_replication(
        Bucket=source, ReplicationConfiguration={"Role": role_arn, "Rules": [rule]}
    )


@pytest.mark.parametrize(
    "name", ["Capitals-here", "under_score", "two..dots", "192.168.0.1", "xn--begin", "end-s3alias"]
)
def test_names_that_s3_does_not_take_are_refused(emulator: Emulator, name: str) -> None:
    s3 = emulator.client("s3", "us-east-1")
    # botocore would refuse some of them itself.
    s3.meta.events.unregister("before-parameter-build.s3")
    with refused("InvalidBucketName"):
        s3.create_bucket(Bucket=name)


def test_replication_needs_versions_at_both_ends_and_a_role(emulator: Emulator) -> None:
    reader = role(emulator, service=S3)
    source, target = bucket(emulator, versioned=True), bucket(emulator, versioned=True)
    replicate(emulator, source, target, role_arn=reader)
    with refused("InvalidRequest"):
        replicate(emulator, bucket(emulator), target, role_arn=reader)
    with refused("InvalidRequest"):
        replicate(emulator, source, bucket(emulator), role_arn=reader)
    with refused("InvalidRequest"):
        replicate(emulator, source, fresh_name("gone"), role_arn=reader)
    with refused("InvalidArgument"):
        replicate(emulator, source, target, role_arn=f"{reader}-gone")


def test_what_kms_encrypts_is_replicated_with_a_key(emulator: Emulator) -> None:
    reader, source, target = (
        role(emulator, service=S3),
        bucket(emulator, versioned=True),
        bucket(emulator, versioned=True),
    )
    selected = {"SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}}}
    with refused("InvalidArgument"):
        replicate(emulator, source, target, role_arn=reader, **selected)
    key = emulator.client("kms", REGION).create_key()["KeyMetadata"]["Arn"]
    there = {"Bucket": f"arn:aws:s3:::{target}", "EncryptionConfiguration": {"ReplicaKmsKeyID": key}}
    replicate(emulator, source, target, role_arn=reader, **selected, Destination=there)


def test_a_bucket_goes_only_when_no_version_is_left_in_it(emulator: Emulator) -> None:
    s3, name = emulator.client("s3", REGION), bucket(emulator, versioned=True)
    version = s3.put_object(Bucket=name, Key="a")["VersionId"]
    marker = s3.delete_object(Bucket=name, Key="a")["VersionId"]
    for left in (version, marker):
        with refused("BucketNotEmpty"):
            s3.delete_bucket(Bucket=name)
        s3.delete_object(Bucket=name, Key="a", VersionId=left)
    s3.delete_bucket(Bucket=name)


def test_rejects_a_call_that_expects_another_owner(emulator: Emulator) -> None:
    s3, name = emulator.client("s3", REGION), bucket(emulator)
    s3.put_object(Bucket=name, Key="x", Body=b"x", ExpectedBucketOwner="123456789012")
    for ask in (s3.get_object, s3.head_object, s3.put_object):
        with refused("403" if ask == s3.head_object else "AccessDenied"):
            ask(Bucket=name, Key="x", ExpectedBucketOwner="999999999999")
    with refused("403"):
        s3.head_bucket(Bucket=name, ExpectedBucketOwner="999999999999")
