"""Statements of bucket policies that allow AWS services to deliver logs, for resources of this account only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from modules.blocks.identity.policy import Condition, Statement, arn_like, service, string_equals
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from modules.areas.storage.bucket import Bucket
    from modules.core.region import Region

TRAIL = "audit"


def trail_arn(region: Region) -> str:
    """ARN of the platform's trail, which is in the home region."""
    home = region.settings.home
    name = replace(region.names, region=home).of("trail", TRAIL)
    return f"arn:{PARTITION}:cloudtrail:{home}:{region.account_id}:trail/{name}"


def allow_access_log_delivery(bucket: Bucket) -> list[Statement]:
    """Allow S3 to deliver the access logs of this account's buckets.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    return [
        Statement(
            sid="AccessLogsOfThisAccount",
            actions=["s3:PutObject"],
            resources=[f"{bucket.arn}/s3/*"],
            principals=[service("logging.s3")],
            condition=[_source_account_is_this(bucket), arn_like("aws:SourceArn", f"arn:{PARTITION}:s3:::*")],
        )
    ]


def allow_load_balancer_log_delivery(bucket: Bucket) -> list[Statement]:
    """Allow the load balancers of this account to deliver their access and connection logs.

    The path limits it to this account: a load balancer writes only below the id of the account that owns it. There is
    no further condition, as in the policy that AWS documents: with one, a first delivery has failed.

    See https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    return [
        Statement(
            sid="LoadBalancersOfThisAccount",
            actions=["s3:PutObject"],
            resources=[f"{bucket.arn}/*/AWSLogs/{bucket.region.account_id}/*"],
            principals=[service("logdelivery.elasticloadbalancing")],
        )
    ]


def allow_trail_delivery(bucket: Bucket) -> list[Statement]:
    """Allow the platform's trail to deliver its log files and digest files.

    See https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    this_trail = string_equals("aws:SourceArn", trail_arn(bucket.region))
    return _delivery_statements(bucket, who="Trail", principal="cloudtrail", condition=this_trail)


def trail_files(account_id: str) -> list[str]:
    """Prefixes of a trail's log files and Insights events. Digest files have another prefix.

    See https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
    """
    return [f"AWSLogs/{account_id}/{kind}/" for kind in ("CloudTrail", "CloudTrail-Insight")]


def allow_config_delivery_to_bucket(bucket: Bucket) -> list[Statement]:
    """Allow AWS Config to deliver configuration records of this account.

    See https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
    """
    return [
        *_delivery_statements(bucket, who="Config", principal="config", condition=_source_account_is_this(bucket)),
        Statement(
            sid="ConfigLooksForTheBucket",
            actions=["s3:ListBucket"],
            resources=[bucket.arn],
            principals=[service("config")],
            condition=[_source_account_is_this(bucket)],
        ),
    ]


def _delivery_statements(bucket: Bucket, *, who: str, principal: str, condition: Condition) -> list[Statement]:
    return [
        Statement(
            sid=f"{who}ChecksTheBucket",
            actions=["s3:GetBucketAcl"],
            resources=[bucket.arn],
            principals=[service(principal)],
            condition=[condition],
        ),
        Statement(
            sid=f"{who}Delivers",
            actions=["s3:PutObject"],
            resources=[f"{bucket.arn}/AWSLogs/{bucket.region.account_id}/*"],
            principals=[service(principal)],
            condition=[condition, string_equals("s3:x-amz-acl", "bucket-owner-full-control")],
        ),
    ]


def _source_account_is_this(bucket: Bucket) -> Condition:
    return string_equals("aws:SourceAccount", bucket.region.account_id)
