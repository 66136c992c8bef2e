"""Lifecycle rules of buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLifecycleConfigurationRuleTransition,
)
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.areas.storage.bucket import Bucket

ABORT_UPLOADS_AFTER_DAYS = 7


class Lifecycle(Construct):
    """Lifecycle rules: transitions to cheaper storage classes, and expiration.

    Incomplete multipart uploads are aborted after a week. Delete markers without older versions are removed.

    Parameters
    ----------
    bucket
        The bucket.
    expire_after_days
        Days after which objects expire. ``None`` keeps them.
    keep_noncurrent_days
        Days that noncurrent versions are kept.
    tiers
        Storage classes, each with the days after which objects move to it. A transition that would come after the
        expiration is left out.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        bucket: Bucket,
        expire_after_days: int | None,
        keep_noncurrent_days: int,
        tiers: Mapping[str, int],
    ) -> None:
        super().__init__(scope, id_)
        S3BucketLifecycleConfiguration(
            self,
            "Resource",
            provider=bucket.region.provider,
            bucket=bucket.id,
            rule=[
                S3BucketLifecycleConfigurationRule(
                    id="clear-away",
                    status="Enabled",
                    filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                    abort_incomplete_multipart_upload=[
                        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                            days_after_initiation=ABORT_UPLOADS_AFTER_DAYS
                        )
                    ],
                    noncurrent_version_expiration=[
                        S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                            noncurrent_days=keep_noncurrent_days
                        )
                    ],
                    # S3 accepts either days or ``expired_object_delete_marker``. With days, delete markers expire too.
                    expiration=[
                        S3BucketLifecycleConfigurationRuleExpiration(days=expire_after_days)
                        if expire_after_days
                        else S3BucketLifecycleConfigurationRuleExpiration(expired_object_delete_marker=True)
                    ],
                    transition=[
                        S3BucketLifecycleConfigurationRuleTransition(days=days, storage_class=storage_class)
                        for storage_class, days in tiers.items()
                        if not expire_after_days or days < expire_after_days
                    ]
                    or None,
                )
            ],
            # S3 refuses rules for noncurrent versions while versioning is off.
            depends_on=[bucket.versioning],
        )
