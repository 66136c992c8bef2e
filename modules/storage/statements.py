"""Statements that bucket policies are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.identity.policy import (
    EVERYONE,
    Condition,
    Statement,
    arn_like,
    service,
    string_equals,
)

if TYPE_CHECKING:
    from modules.storage.bucket import Bucket


def refuse_weak_transport(bucket: Bucket) -> list[Statement]:
    """Refuse plain HTTP, and TLS below 1.2.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
    """
    conditions = {
        "RefusePlainHttp": Condition(test="Bool", variable="aws:SecureTransport", values=["false"]),
        "RefuseOldTls": Condition(test="NumericLessThan", variable="s3:TlsVersion", values=["1.2"]),
    }
    return [
        Statement(
            sid=sid,
            effect="Deny",
            actions=["s3:*"],
            resources=[bucket.arn, f"{bucket.arn}/*"],
            principals=[EVERYONE],
            condition=[condition],
        )
        for sid, condition in conditions.items()
    ]


def refuse_other_encryption(bucket: Bucket) -> list[Statement]:
    """Refuse objects that ask for another encryption than KMS; those that ask for none get the bucket's own key.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    return [
        Statement(
            sid="RefuseOtherEncryption",
            effect="Deny",
            actions=["s3:PutObject"],
            resources=[f"{bucket.arn}/*"],
            principals=[EVERYONE],
            condition=[
                Condition(
                    test="StringNotEqualsIfExists", variable="s3:x-amz-server-side-encryption", values=["aws:kms"]
                ),
                Condition(test="Null", variable="s3:x-amz-server-side-encryption", values=["false"]),
            ],
        )
    ]


def take_access_logs(bucket: Bucket) -> list[Statement]:
    """Let S3 deliver the access logs of this account's buckets.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    return [
        Statement(
            sid="AccessLogsOfThisAccount",
            actions=["s3:PutObject"],
            resources=[f"{bucket.arn}/s3/*"],
            principals=[service("logging.s3")],
            condition=[
                string_equals("aws:SourceAccount", bucket.region.account_id),
                arn_like("aws:SourceArn", "arn:aws:s3:::*"),
            ],
        )
    ]
