"""Automated backups in a second region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.db_instance_automated_backups_replication import DbInstanceAutomatedBackupsReplication
from constructs import Construct

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.db_instance import DbInstance

    from modules.blocks.keys.key import Key
    from modules.core.region import Region


class BackupReplication(Construct):
    """Snapshots and transaction logs of an instance, copied to another region, and kept as long as at home.

    Parameters
    ----------
    instance
        The instance.
    destination
        The region that they are copied to.
    key
        The key there that they are encrypted with.

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
