"""The S3 buckets of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.areas.storage.bucket import Bucket, encrypted_in
from modules.areas.storage.deliveries import (
    allow_access_log_delivery,
    allow_config_delivery_to_bucket,
    allow_load_balancer_log_delivery,
    allow_trail_delivery,
    trail_files,
)
from modules.areas.storage.names import DATA
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
#: Prefixes of the application's permissions. Releases are read-only, so no instance can change what others serve.
READ_ONLY, READ_WRITE = "releases/", "application/"
#: Days after which logs move to a cheaper storage class: only recent logs are read often.
LOG_TIERS = {"STANDARD_IA": 30, "GLACIER_IR": 90}


class Storage(Construct):
    """Buckets for application data and for logs that AWS services deliver.

    The data bucket is for the application role and for replication, the log buckets for AWS services that deliver to
    them. The bucket policies deny everyone else, except the administrators and the account root.

    Parameters
    ----------
    region
        The region, with ``storage`` of the settings.
    keys
        The region's keys. The storage key encrypts data; the logs key encrypts files of the trail and of AWS Config.
    application
        The application role, which gets permissions on the data bucket.
    administrators
        ARNs, or patterns of them, of roles and users that the bucket policies do not deny.

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
        # S3 and load balancers deliver their logs only to buckets that are not encrypted with a customer managed key.
        self.access_logs = logs = self._log_bucket("access-logs", delivery=allow_access_log_delivery)
        self.load_balancer_logs = self._log_bucket(
            "alb-logs", delivery=allow_load_balancer_log_delivery, access_logs=logs
        )
        # The key policy allows CloudTrail by its encryption context, which an S3 Bucket Key would replace. AWS's pages
        # differ on whether S3 or the trail's key encrypts digest files, so the bucket policy accepts both.
        self.trail = self._log_bucket(
            "trail",
            delivery=allow_trail_delivery,
            key=keys.logs,
            bucket_key=False,
            encrypted=trail_files(region.account_id),
            access_logs=logs,
        )
        self.configuration = self._log_bucket(
            "configuration", delivery=allow_config_delivery_to_bucket, key=keys.logs, access_logs=logs
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
            force_destroy=region.settings.gives_up("objects", region=region.name),
        )
        application.allow(DATA, _application_statements(self.data, keys.storage))

    def _log_bucket(
        self,
        identifier: str,
        *,
        delivery: Callable[[Bucket], Sequence[Statement]],
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
                *delivery(bucket),
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
            force_destroy=self._region.settings.gives_up("objects", region=self._region.name),
        )


def data_roles(region: Region) -> list[str]:
    """ARNs of the roles that may access the region's data bucket: the application role and the replication roles.

    The region's own replication role reads the bucket. Those of the regions that replicate to it write.
    """
    settings, name = region.settings, region.name
    homes = sorted({*([name] if settings.replication_destinations(name) else ()), *settings.replication_sources(name)})
    return [
        role_arn(region, APPLICATION),
        *(role_arn(region, replication_identifier(DATA), home=home) for home in homes),
    ]


def _application_statements(bucket: Bucket, key: Key) -> list[Statement]:
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
            "UseItsKey", service="s3", actions=["kms:Decrypt", "kms:GenerateDataKey"], context=encrypted_in(bucket)
        ),
    ]
