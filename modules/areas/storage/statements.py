"""Deny statements of bucket policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.identity.policy import EVERYONE, Condition, Statement, arn_not_like, is_present, is_true
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.areas.storage.bucket import Bucket

#: Services whose service-linked roles read the configuration of buckets, and no objects. Only the service can assume
#: such a role.
CONFIGURATION_READERS = ("access-analyzer.amazonaws.com", "config.amazonaws.com")


def deny_insecure_transport(bucket: Bucket) -> list[Statement]:
    """Statements that deny plain HTTP, and TLS below 1.2.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
    """
    conditions = {
        "DenyPlainHttp": is_true("aws:SecureTransport", wanted=False),
        "DenyOldTls": Condition(test="NumericLessThan", variable="s3:TlsVersion", values=["1.2"]),
    }
    return [_deny(bucket, sid, condition) for sid, condition in conditions.items()]


def deny_other_encryption(bucket: Bucket, *, services: Sequence[str] = ()) -> list[Statement]:
    """Statements that deny uploads with another encryption than SSE-KMS. Without a header, the bucket's key applies.

    Parameters
    ----------
    bucket
        The bucket.
    services
        Prefixes under which the deny also applies to AWS services. Elsewhere these may choose the encryption. By
        default it applies to them everywhere.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    other = [
        Condition(test="StringNotEqualsIfExists", variable="s3:x-amz-server-side-encryption", values=["aws:kms"]),
        is_present("s3:x-amz-server-side-encryption"),
    ]
    if not services:
        return [_deny_upload(bucket, "DenyOtherEncryption", *other)]
    by_services = is_true("aws:PrincipalIsAWSService", wanted=True)
    return [
        _deny_upload(bucket, "DenyOtherEncryption", *other, is_true(by_services.variable, wanted=False)),
        _deny_upload(bucket, "DenyOtherEncryptionOfServices", *other, by_services, prefixes=services),
    ]


def deny_other_keys(bucket: Bucket, *, services: Sequence[str] = ()) -> list[Statement]:
    """Statements that deny uploads with another KMS key than the bucket's, or with a customer-provided key (SSE-C).

    Parameters
    ----------
    bucket
        The bucket.
    services
        As in ``deny_other_encryption``.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    if bucket.key is None:
        raise ValueError(
            f"bucket {bucket.node.path} has no customer managed key to hold uploads to, allowed: a bucket with one"
        )
    key_id = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    return [
        *deny_other_encryption(bucket, services=services),
        _deny_upload(
            bucket,
            "DenyOtherKeys",
            Condition(test="StringNotEquals", variable=key_id, values=[bucket.key.arn]),
            is_present(key_id),
        ),
        _deny_upload(
            bucket, "DenyCustomerProvidedKeys", is_present("s3:x-amz-server-side-encryption-customer-algorithm")
        ),
    ]


def deny_everyone_except(bucket: Bucket, principals: Sequence[str], *, services: bool = False) -> list[Statement]:
    """Statement that denies everything to all principals except the given ones and the account root.

    Roles of ``CONFIGURATION_READERS`` are excepted too. The statement allows nothing: the given principals need
    policies of their own. An administrator who is locked out gets access back as the root, see docs/storage.md.

    Parameters
    ----------
    bucket
        The bucket.
    principals
        ARNs, or patterns of them, of roles and users.
    services
        Whether AWS services that deliver to the bucket are excepted too. No by default.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """
    iam = f"arn:{PARTITION}:iam::{bucket.region.account_id}"
    service_linked_roles = [f"{iam}:role/aws-service-role/{name}/*" for name in CONFIGURATION_READERS]
    conditions = [arn_not_like("aws:PrincipalArn", f"{iam}:root", *service_linked_roles, *principals)]
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
