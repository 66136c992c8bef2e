"""Log groups, the same for all areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup

if TYPE_CHECKING:
    from constructs import Construct

    from modules.blocks.keys.key import Key
    from modules.core.region import Region


def log_group(
    scope: Construct, id_: str, *, region: Region, name: str, key: Key, retention_days: int | None = None
) -> CloudwatchLogGroup:
    """Make an encrypted log group.

    Parameters
    ----------
    scope, id_
        Its place in the construct tree.
    region
        The region.
    name
        Its name in AWS.
    key
        The key that it is encrypted with.
    retention_days
        Days that log events are kept. ``logs.retention_days`` of the settings by default.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return CloudwatchLogGroup(
        scope,
        id_,
        provider=region.provider,
        name=name,
        retention_in_days=retention_days or region.settings.logs.retention_days,
        kms_key_id=key.arn,
    )
