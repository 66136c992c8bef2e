"""The log groups of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.blocks.log_group import log_group

if TYPE_CHECKING:
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

LOG_TYPES = ("postgresql", "upgrade")


class Logs(Construct):
    """A log group for each log type that RDS exports.

    RDS decides the names. It creates a missing log group without encryption key and without expiry, so the log groups
    must exist before the instance.

    Parameters
    ----------
    region
        The region. ``database.log_retention_days`` is the retention.
    identifier
        The identifier of the DB instance.
    key
        The key that encrypts the log groups.

    Attributes
    ----------
    groups
        The log groups, by log type.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, identifier: str, key: Key) -> None:
        super().__init__(scope, id_)
        self.groups = {
            log_type: log_group(
                self,
                log_type,
                region=region,
                name=f"/aws/rds/instance/{identifier}/{log_type}",
                key=key,
                retention_days=region.settings.database.log_retention_days,
            )
            for log_type in LOG_TYPES
        }
