"""A region's buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.areas.storage.bucket import Bucket
from modules.areas.storage.deliveries import (
    allow_access_log_delivery,
    allow_config_delivery_to_bucket,
    allow_load_balancer_log_delivery,
    allow_trail_delivery,
    trail_files,
)
from modules.areas.storage.replication import replication_identifier
from modules.areas.storage.statements import deny_everyone_except, deny_other_keys
from modules.blocks.identity.policy import Statement, string_like
from modules.blocks.identity.role import role_arn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modules.blocks.identity.role import Role
    from modules.blocks.keys.key import Key
    from modules.blocks.keys.keys import Keys
    from modules.core.region import Region

APPLICATION = "application"
DATA = "data"
#: The application reads releases and writes elsewhere, so that no instance can change what others serve.
READ_ONLY, READ_WRITE = "releases/", "application/"
#: Logs are looked at while they are young.
LOG_TIERS = {"STANDARD_IA": 30, "GLACIER_IR": 90}


class Storage(Construct):
    """Buckets for application data and for what AWS services deliver.

    Application data is for the application role and for replication. Log buckets take deliveries. Beyond these, only
    administrators and the account root are not refused.

    Parameters
    ----------
    region
        The region, with ``storage`` of the settings.
    keys
        The region's keys: data is encrypted with that for storage, trails and configuration records with that for logs.
    application
        The role that gets to work with application data.
    administrators
        ARNs, or patterns of them, of roles and users that the buckets do not shut out.

    Attributes
    ----------
    data, access_logs, load_balancer_logs, trail, configuration
        The buckets.
    administrators
        What it was made with.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        keys: Keys,
        application: Role,
        administrators: Sequence[str],
    ) -> None:
        super().__init__(scope, id_)
        self._region, self.administrators = region, administrators
        settings = region.settings.storage
        # S3 delivers access logs, and load balancers theirs, only to buckets without a key of ours.
        self.access_logs = logs = self._log_bucket("access-logs", take=allow_access_log_delivery)
        self.load_balancer_logs = self._log_bucket("alb-logs", take=allow_load_balancer_log_delivery, access_logs=logs)
        # CloudTrail's own encryption context is what the key admits it by; with a bucket key there would be none. And
        # AWS's pages differ on whether digests are encrypted with the trail's key or by S3: either is taken.
        self.trail = self._log_bucket(
            "trail",
            take=allow_trail_delivery,
            key=keys.logs,
            bucket_key=False,
            encrypted=trail_files(region.account_id),
            access_logs=logs,
        )
        self.configuration = self._log_bucket(
            "configuration", take=allow_config_delivery_to_bucket, key=keys.logs, access_logs=logs
        )
        self.data = Bucket(
            self,
            DATA,
            region=region,
            identifier=DATA,
            key=keys.storage,
            access_logs=logs,
            statements=lambda bucket: [
                *deny_other_keys(bucket),
                *deny_everyone_except(bucket, [*data_roles(region), *administrators]),
            ],
            keep_noncurrent_days=settings.keep_noncurrent_days,
            tiers={"INTELLIGENT_TIERING": settings.tier_after_days},
            force_destroy=settings.force_destroy,
        )
        application.allow(DATA, _work_with(self.data, keys.storage))

    def _log_bucket(
        self,
        identifier: str,
        *,
        take: Callable[[Bucket], Sequence[Statement]],
        key: Key | None = None,
        bucket_key: bool = True,
        encrypted: Sequence[str] = (),
        access_logs: Bucket | None = None,
    ) -> Bucket:
        settings = self._region.settings.storage

        def statements(bucket: Bucket) -> list[Statement]:
            return [
                *(deny_other_keys(bucket, services=encrypted) if key else ()),
                *deny_everyone_except(bucket, self.administrators, services=True),
                *take(bucket),
            ]

        return Bucket(
            self,
            identifier,
            region=self._region,
            identifier=identifier,
            key=key,
            bucket_key=bucket_key,
            access_logs=access_logs,
            statements=statements,
            expire_after_days=settings.keep_logs_days,
            keep_noncurrent_days=settings.keep_noncurrent_days,
            tiers=LOG_TIERS,
            force_destroy=settings.force_destroy,
        )


def data_roles(region: Region) -> list[str]:
    """ARNs of the roles that may come to the region's application data: the application's, and replication's.

    Replication from the region reads it; replication from the primary region, or to it, writes it.
    """
    others = region.settings.replication_destinations(region.name)
    homes = sorted([region.name, *others]) if others else []
    return [
        role_arn(region, APPLICATION),
        *(role_arn(region, replication_identifier(DATA), home=home) for home in homes),
    ]


def _work_with(bucket: Bucket, key: Key) -> list[Statement]:
    return [
        Statement(
            sid="ListTheData",
            actions=["s3:ListBucket"],
            resources=[bucket.arn],
            condition=[string_like("s3:prefix", f"{READ_WRITE}*")],
        ),
        Statement(sid="ReadReleases", actions=["s3:GetObject"], resources=[f"{bucket.arn}/{READ_ONLY}*"]),
        Statement(
            sid="WorkWithTheData",
            actions=[
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
            ],
            resources=[f"{bucket.arn}/{READ_WRITE}*"],
        ),
        key.use_statement(
            "UseItsKey", service="s3", actions=["kms:Decrypt", "kms:GenerateDataKey"], context=bucket.encryption_context
        ),
    ]
