"""The backup vault of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.backup_vault import BackupVault as BackupVaultResource
from cdktf_cdktf_provider_aws.backup_vault_lock_configuration import BackupVaultLockConfiguration
from cdktf_cdktf_provider_aws.backup_vault_policy import BackupVaultPolicy
from constructs import Construct

from modules.areas.backup.role import BACKUP
from modules.blocks.identity.policy import EVERYONE, PolicyDocument, Statement, arn_not_like, deny_other_accounts
from modules.blocks.identity.role import role_arn
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: The minimum number of days that AWS requires before a compliance lock can no longer be removed.
GRACE_DAYS = 3
#: Actions that are denied to other accounts.
DENIED_TO_OTHER_ACCOUNTS = ("backup:CopyFromBackupVault", "backup:CopyIntoBackupVault", "backup:StartRestoreJob")


class BackupVault(Construct):
    """A vault that denies access to other accounts and early deletion to everyone.

    Parameters
    ----------
    region
        The region, with the ``backup`` settings.
    key
        The key that encrypts backups.
    sources
        Keys of the databases and tables that are backed up. An RDS backup in the region of its database stays encrypted
        with the key of the database. These keys are destroyed after the vault: if AWS refuses to delete the vault, its
        backups stay readable.

    Attributes
    ----------
    region, key, resource, name, arn
        The region, the key, the resource, and its name and ARN.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html,
    https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html and
    https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, key: Key, sources: Sequence[Key]) -> None:
        super().__init__(scope, id_)
        self.region, self.key = region, key
        settings = region.settings.backup
        name = region.names.of("backup", "vault")
        self.resource = BackupVaultResource(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            kms_key_arn=key.arn,
            force_destroy=region.settings.gives_up("backups", region=region.name),
            tags={"Name": name},
            depends_on=[source.resource for source in sources],
        )
        self.name, self.arn = self.resource.name, self.resource.arn
        policy = PolicyDocument(
            self,
            "policy-document",
            region=region,
            statements=[
                deny_other_accounts(region, *DENIED_TO_OTHER_ACCOUNTS),
                _deny_early_deletion(region),
            ],
        )
        BackupVaultPolicy(self, "policy", provider=region.provider, backup_vault_name=self.name, policy=policy.json)
        if settings.vault_lock != "none":
            retention = sorted((settings.daily_retention_days, settings.weekly_retention_days))
            BackupVaultLockConfiguration(
                self,
                "lock",
                provider=region.provider,
                backup_vault_name=self.name,
                min_retention_days=retention[0],
                max_retention_days=retention[1],
                # With a value the lock is in compliance mode: nobody can remove it after so many days.
                changeable_for_days=GRACE_DAYS if settings.vault_lock == "compliance" else None,
            )


def _deny_early_deletion(region: Region) -> Statement:
    # AWS Backup deletes expired backups itself. It uses the role of the plan that made them (for copies, the role of
    # another region) or its service-linked role.
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html
    settings = region.settings
    copied_from = (source for source in settings.regions if settings.backup_copies_of(source) == region.name)
    origins = sorted({region.name, *copied_from})
    roles = [role_arn(region, BACKUP, home=origin) for origin in origins]
    service_linked = f"arn:{PARTITION}:iam::{region.account_id}:role/aws-service-role/backup.amazonaws.com/*"
    return Statement(
        sid="DenyEarlyDeletion",
        effect="Deny",
        actions=[
            "backup:DeleteRecoveryPoint",
            "backup:DisassociateRecoveryPoint",
            "backup:UpdateRecoveryPointLifecycle",
        ],
        resources=["*"],
        principals=[EVERYONE],
        condition=[arn_not_like("aws:PrincipalArn", *roles, service_linked)],
    )
