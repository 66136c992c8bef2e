"""Statements that bucket policies are made of: what every request is refused for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.identity.policy import EVERYONE, Condition, Statement, arn_not_like, is_given, is_true
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.areas.storage.bucket import Bucket

#: They look at how buckets are set up and at nothing in them, and only their service can take them on.
INSPECTORS = ("access-analyzer.amazonaws.com", "config.amazonaws.com")


def deny_insecure_transport(bucket: Bucket) -> list[Statement]:
    """Refuse plain HTTP, and TLS below 1.2.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
    """
    conditions = {
        "DenyPlainHttp": is_true("aws:SecureTransport", wanted=False),
        "DenyOldTls": Condition(test="NumericLessThan", variable="s3:TlsVersion", values=["1.2"]),
    }
    return [_deny(bucket, sid, condition) for sid, condition in conditions.items()]


def deny_other_encryption(bucket: Bucket, *, services: Sequence[str] = ()) -> list[Statement]:
    """Refuse objects that ask for another encryption than KMS; those that ask for none get the bucket's own key.

    Parameters
    ----------
    bucket
        The bucket.
    services
        Prefixes under which AWS services are refused as everyone is; elsewhere they choose. By default they are refused
        everywhere.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    other = [
        Condition(test="StringNotEqualsIfExists", variable="s3:x-amz-server-side-encryption", values=["aws:kms"]),
        is_given("s3:x-amz-server-side-encryption"),
    ]
    if not services:
        return [_deny_upload(bucket, "DenyOtherEncryption", *other)]
    by_services = is_true("aws:PrincipalIsAWSService", wanted=True)
    return [
        _deny_upload(bucket, "DenyOtherEncryption", *other, is_true(by_services.variable, wanted=False)),
        _deny_upload(bucket, "DenyOtherEncryptionOfServices", *other, by_services, prefixes=services),
    ]


def deny_other_keys(bucket: Bucket, *, services: Sequence[str] = ()) -> list[Statement]:
    """Refuse objects that ask for another key than the bucket's, or that bring a key which only the caller has.

    Parameters
    ----------
    bucket
        The bucket.
    services
        As of ``deny_other_encryption``.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    if bucket.key is None:
        raise ValueError(f"bucket {bucket.node.path} has no key of ours to hold uploads to, allowed: a bucket with one")
    key_id = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    return [
        *deny_other_encryption(bucket, services=services),
        _deny_upload(
            bucket,
            "DenyOtherKeys",
            Condition(test="StringNotEquals", variable=key_id, values=[bucket.key.arn]),
            is_given(key_id),
        ),
        _deny_upload(
            bucket, "DenyCustomerProvidedKeys", is_given("s3:x-amz-server-side-encryption-customer-algorithm")
        ),
    ]


def deny_everyone_except(bucket: Bucket, principals: Sequence[str], *, services: bool = False) -> list[Statement]:
    """Refuse everything to every principal but the named ones, the account root and the inspectors of AWS.

    It allows nothing: what the named ones may do is left to their own policies. The root is how an administrator gets
    back in, see docs/storage.md.

    Parameters
    ----------
    bucket
        The bucket.
    principals
        ARNs, or patterns of them, of roles and users.
    services
        Whether AWS services that deliver to the bucket are let through. No by default.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """
    iam = f"arn:{PARTITION}:iam::{bucket.region.account_id}"
    inspectors = [f"{iam}:role/aws-service-role/{name}/*" for name in INSPECTORS]
    conditions = [arn_not_like("aws:PrincipalArn", f"{iam}:root", *inspectors, *principals)]
    if services:
        conditions.append(is_true("aws:PrincipalIsAWSService", wanted=False))
    return [_deny(bucket, "DenyEveryoneElse", *conditions)]


def _deny(bucket: Bucket, sid: str, *conditions: Condition) -> Statement:
    return Statement(
        sid=sid,
        effect="Deny",
        actions=["s3:*"],
        resources=[bucket.arn, f"{bucket.arn}/*"],
        principals=[EVERYONE],
        condition=list(conditions),
    )


def _deny_upload(bucket: Bucket, sid: str, *conditions: Condition, prefixes: Sequence[str] = ("",)) -> Statement:
    return Statement(
        sid=sid,
        effect="Deny",
        actions=["s3:PutObject"],
        resources=[f"{bucket.arn}/{prefix}*" for prefix in prefixes],
        principals=[EVERYONE],
        condition=list(conditions),
    )
