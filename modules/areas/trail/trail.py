"""The trail."""

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
    """One trail for all regions: validated files in a bucket, and the same events in a log group, both encrypted.

    Parameters
    ----------
    region
        The home region, with ``trail`` and ``logs`` of the settings.
    bucket
        The bucket that takes the files; its policy has to admit the trail.
    key
        The key for both; its policy has to admit the trail and CloudWatch Logs.
    buckets
        ARNs of the buckets, of any region, whose objects' reads and writes are recorded.
    tables
        ARNs of the DynamoDB tables, of any region, whose items' reads and writes are recorded. None by default.

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
            insight_selector=[CloudtrailInsightSelector(insight_type=one) for one in INSIGHTS]
            if settings.insights
            else None,
            tags={"Name": name},
            # CloudTrail tries both ways of delivery when it is told of them.
            depends_on=[bucket.policy, role.policy],
        )
        if settings.lock_days:
            self._lock(region, bucket, settings.lock_days)

    def _role(self, region: Region) -> ServiceRole:
        """The role in which CloudTrail writes to the log group.

        Its trust has no condition: the role does not support ``aws:SourceArn`` and ``aws:SourceAccount``, and with them
        CloudTrail refuses to make the trail. It may write streams of this one group and nothing else.

        See https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
        """
        # CloudTrail names its streams so.
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
    """Selectors of events about what resources hold; CloudTrail takes one for each type of them."""
    objects = FieldSelector(field="resources.ARN", starts_with=[f"{arn}/" for arn in buckets])
    items = FieldSelector(field="resources.ARN", equal_to=list(tables))
    writes = [FieldSelector(field="readOnly", equal_to=["false"])] if sessions == "writes" else []
    return [
        _selector(
            title,
            FieldSelector(field="eventCategory", equal_to=["Data"]),
            FieldSelector(field="resources.type", equal_to=[kind]),
            *which,
        )
        for title, kind, which, some in (
            ("objects", "AWS::S3::Object", [objects], buckets),
            ("items of tables", "AWS::DynamoDB::Table", [items, *writes], tables if sessions != "none" else ()),
        )
        if some
    ]


def _selector(name: str, *fields: CloudtrailAdvancedEventSelectorFieldSelector) -> CloudtrailAdvancedEventSelector:
    return CloudtrailAdvancedEventSelector(name=name, field_selector=list(fields))
