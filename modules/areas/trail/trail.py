"""The CloudTrail trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudtrail import (
    Cloudtrail,
    CloudtrailAdvancedEventSelector,
    CloudtrailAdvancedEventSelectorFieldSelector,
    CloudtrailInsightSelector,
)
from cdktf_cdktf_provider_aws.s3_bucket_object_lock_configuration import (
    S3BucketObjectLockConfigurationA,
    S3BucketObjectLockConfigurationRuleA,
    S3BucketObjectLockConfigurationRuleDefaultRetentionA,
)
from constructs import Construct

from modules.areas.storage.deliveries import TRAIL
from modules.blocks.identity.policy import Statement
from modules.blocks.identity.role import ServiceRole
from modules.blocks.log_group import log_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.areas.storage.bucket import Bucket
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

INSIGHTS = ("ApiCallRateInsight", "ApiErrorRateInsight")

FieldSelector = CloudtrailAdvancedEventSelectorFieldSelector


class Trail(Construct):
    """A multi-region trail: validated log files in a bucket and events in a log group, both encrypted.

    Parameters
    ----------
    region
        The home region, with ``trail`` and ``logs`` of the settings.
    bucket
        The bucket for the log files. Its policy must allow the trail.
    key
        The key for both. Its policy must allow the trail and CloudWatch Logs.
    buckets
        ARNs of buckets of any region. Reads and writes of their objects are recorded.
    tables
        ARNs of DynamoDB tables of any region. Reads and writes of their items are recorded. None by default.

    Attributes
    ----------
    log_group
        The log group.

    See https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        bucket: Bucket,
        key: Key,
        buckets: Sequence[str],
        tables: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id_)
        settings = region.settings.trail
        self.log_group = log_group(self, "log-group", region=region, name=region.names.of("logs", "trail"), key=key)
        role = self._role(region)
        name = region.names.of("trail", TRAIL)
        Cloudtrail(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            s3_bucket_name=bucket.id,
            kms_key_id=key.arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            cloud_watch_logs_group_arn=f"{self.log_group.arn}:*",
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selector=[
                _selector("what changes resources", FieldSelector(field="eventCategory", equal_to=["Management"])),
                *(_data_events(buckets, tables, sessions=settings.session_events) if settings.data_events else ()),
            ],
            insight_selector=[CloudtrailInsightSelector(insight_type=insight) for insight in INSIGHTS]
            if settings.insights
            else None,
            tags={"Name": name},
            # CloudTrail tests both deliveries when the trail is created.
            depends_on=[bucket.policy, role.policy],
        )
        if settings.lock_days:
            self._lock(region, bucket, settings.lock_days)

    def _role(self, region: Region) -> ServiceRole:
        """The role that CloudTrail assumes to write to the log group. It can write to streams of this log group only.

        Its trust policy has no condition: the role does not support ``aws:SourceArn`` and ``aws:SourceAccount``. With
        them CloudTrail refuses to create the trail.

        See https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
        """
        # The names that CloudTrail gives its log streams.
        streams = f"{self.log_group.arn}:log-stream:{region.account_id}_CloudTrail_{region.name}*"
        return ServiceRole(
            self,
            "role",
            region=region,
            identifier="trail",
            trusted_service="cloudtrail",
            statements=[
                Statement(sid="WriteEvents", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[streams])
            ],
        )

    def _lock(self, region: Region, bucket: Bucket, days: int) -> None:
        S3BucketObjectLockConfigurationA(
            self,
            "lock",
            provider=region.provider,
            bucket=bucket.id,
            rule=S3BucketObjectLockConfigurationRuleA(
                default_retention=S3BucketObjectLockConfigurationRuleDefaultRetentionA(mode="GOVERNANCE", days=days)
            ),
            depends_on=[bucket.versioning],
        )


def _data_events(
    buckets: Sequence[str], tables: Sequence[str], *, sessions: str
) -> list[CloudtrailAdvancedEventSelector]:
    """Selectors of data events. CloudTrail needs one for each resource type."""
    objects = FieldSelector(field="resources.ARN", starts_with=[f"{arn}/" for arn in buckets])
    items = FieldSelector(field="resources.ARN", equal_to=list(tables))
    writes = [FieldSelector(field="readOnly", equal_to=["false"])] if sessions == "writes" else []
    return [
        _selector(
            name,
            FieldSelector(field="eventCategory", equal_to=["Data"]),
            FieldSelector(field="resources.type", equal_to=[resource_type]),
            *selectors,
        )
        for name, resource_type, selectors, resources in (
            ("objects", "AWS::S3::Object", [objects], buckets),
            ("items of tables", "AWS::DynamoDB::Table", [items, *writes], tables if sessions != "none" else ()),
        )
        if resources
    ]


def _selector(name: str, *fields: CloudtrailAdvancedEventSelectorFieldSelector) -> CloudtrailAdvancedEventSelector:
    return CloudtrailAdvancedEventSelector(name=name, field_selector=list(fields))
