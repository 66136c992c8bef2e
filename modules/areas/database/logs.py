"""Where the database's logs go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.blocks.log_group import log_group

if TYPE_CHECKING:
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

KINDS = ("postgresql", "upgrade")


class Logs(Construct):
    """A log group for each kind of log that RDS exports.

    RDS decides their names, and makes what it does not find, without a key and forever: they have to be there first.

    Parameters
    ----------
    region
        The region, with ``database.log_retention_days`` of the settings.
    identifier
        The instance.
    key
        The key that they are encrypted with.

    Attributes
    ----------
    groups
        The log groups, by kind.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, identifier: str, key: Key) -> None:
        super().__init__(scope, id_)
        self.groups = {
            kind: log_group(
                self,
                kind,
                region=region,
                name=f"/aws/rds/instance/{identifier}/{kind}",
                key=key,
                retention_days=region.settings.database.log_retention_days,
            )
            for kind in KINDS
        }
