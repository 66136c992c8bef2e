"""Replication of automated backups to another region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.db_instance_automated_backups_replication import DbInstanceAutomatedBackupsReplication
from constructs import Construct

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.db_instance import DbInstance

    from modules.blocks.keys.key import Key
    from modules.core.region import Region


class BackupReplication(Construct):
    """Copies an instance's snapshots and transaction logs to another region, with the same retention as the originals.

    Parameters
    ----------
    instance
        The DB instance.
    destination
        The region that receives the copies.
    key
        The key in that region that encrypts the copies.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html
    """

    def __init__(self, scope: Construct, id_: str, *, instance: DbInstance, destination: Region, key: Key) -> None:
        super().__init__(scope, id_)
        self.resource = DbInstanceAutomatedBackupsReplication(
            self,
            "Resource",
            provider=destination.provider,
            source_db_instance_arn=instance.arn,
            kms_key_id=key.arn,
            retention_period=destination.settings.database.backup_retention_days,
        )
