"""S3: names, replication, and what stands against deleting a bucket."""

import re
from http import HTTPStatus
from ipaddress import AddressValueError, IPv4Address

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers import state
from tools.emulator.helpers.registry import rule
from tools.emulator.refusal import Refusal

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
FORBIDDEN_BEGINNINGS = ("xn--", "sthree-", "amzn-s3-demo-")
FORBIDDEN_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
SERVICE = "s3.amazonaws.com"
#: What the tools ask a bucket of the account for.
OWNED = ("DeleteObject", "GetObject", "HeadBucket", "HeadObject", "ListObjectsV2", "PutObject")
INVALID = "InvalidRequest"


@rule("s3", "CreateBucket")
def name_is_valid(call: Call) -> Refusal | None:
    """Refuse a name with capitals, underscores, an address' form, or a beginning or end that is reserved.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    name = call.parameters["Bucket"]
    if (
        NAME.fullmatch(name)
        and ".." not in name
        and not _is_address(name)
        and not name.startswith(FORBIDDEN_BEGINNINGS)
        and not name.endswith(FORBIDDEN_ENDS)
    ):
        return None
    return Refusal(code="InvalidBucketName", message=f"The specified bucket is not valid: {name}")


@rule("s3", *OWNED)
def bucket_is_whose_it_is_said_to_be(call: Call) -> Refusal | None:
    """Refuse a call that expects another owner of the bucket; all buckets here are the account's.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    if call.parameters.get("ExpectedBucketOwner") in {None, account_id()}:
        return None
    return Refusal(code="AccessDenied", message="Access Denied", status=HTTPStatus.FORBIDDEN)


@rule("s3", "PutBucketReplication")
def both_ends_are_versioned(call: Call) -> Refusal | None:
    """Refuse replication from or to a bucket without versioning.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
    """
    source = state.bucket(call.parameters["Bucket"])
    if source is not None and source.versioning_status != "Enabled":
        message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        return Refusal(code=INVALID, message=message)
    for one in call.parameters["ReplicationConfiguration"]["Rules"]:
        target = state.bucket(one["Destination"]["Bucket"].rpartition(":")[2])
        if target is None:
            return Refusal(code=INVALID, message="Destination bucket must exist.")
        if target.versioning_status != "Enabled":
            return Refusal(code=INVALID, message="Destination bucket must have versioning enabled.")
    return None


@rule("s3", "PutBucketReplication")
def role_exists(call: Call) -> Refusal | None:
    """Refuse a role that is not there. What it may do S3 only finds out when it copies.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    arn = call.parameters["ReplicationConfiguration"].get("Role", "")
    if arn.startswith("arn:") and state.role(arn) is not None:
        return None
    return Refusal(code="InvalidArgument", message=f"Invalid Amazon IAM Role: {arn}")


@rule("s3", "PutBucketReplication")
def a_replica_of_encrypted_objects_has_a_key(call: Call) -> Refusal | None:
    """Refuse a rule that selects what KMS encrypts without a key for the replica.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    for one in call.parameters["ReplicationConfiguration"]["Rules"]:
        selected = one.get("SourceSelectionCriteria", {}).get("SseKmsEncryptedObjects", {}).get("Status") == "Enabled"
        if selected and not one["Destination"].get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID"):
            message = "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is enabled."
            return Refusal(code="InvalidArgument", message=message)
    return None


def _is_address(name: str) -> bool:
    try:
        IPv4Address(name)
    except AddressValueError:
        return False
    return True
