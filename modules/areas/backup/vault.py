"""Where backups lie."""

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

#: What AWS asks for at least before a lock can no longer be taken off.
GRACE_DAYS = 3
#: Actions that no other account may take.
FOR_THIS_ACCOUNT = ("backup:CopyFromBackupVault", "backup:CopyIntoBackupVault", "backup:StartRestoreJob")


class BackupVault(Construct):
    """A vault that nobody outside the account gets to, whose backups nobody deletes early.

    Parameters
    ----------
    region
        The region, with ``backup`` of the settings.
    key
        The key that backups are encrypted with.
    sources
        Keys of what is backed up into it: RDS leaves a backup that was made in the same region with the key of its
        database. They are destroyed after the vault, so that one that AWS refuses to delete stays readable.

    Attributes
    ----------
    region, key, resource, name, arn
        Where and what it is.

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
            force_destroy=settings.force_destroy,
            tags={"Name": name},
            depends_on=[source.resource for source in sources],
        )
        self.name, self.arn = self.resource.name, self.resource.arn
        policy = PolicyDocument(
            self,
            "policy-document",
            region=region,
            statements=[
                deny_other_accounts(region, *FOR_THIS_ACCOUNT),
                _deny_early_deletion(region),
            ],
        )
        BackupVaultPolicy(self, "policy", provider=region.provider, backup_vault_name=self.name, policy=policy.json)
        if settings.vault_lock != "none":
            kept = sorted((settings.daily_retention_days, settings.weekly_retention_days))
            BackupVaultLockConfiguration(
                self,
                "lock",
                provider=region.provider,
                backup_vault_name=self.name,
                min_retention_days=kept[0],
                max_retention_days=kept[1],
                # Given, it makes the lock one that nobody can take off.
                changeable_for_days=GRACE_DAYS if settings.vault_lock == "compliance" else None,
            )


def _deny_early_deletion(region: Region) -> Statement:
    # Backups that have reached their end are deleted by AWS Backup itself, in the role of the plan that made them (for
    # copies that of another region), or in its own.
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html
    settings = region.settings
    origins = sorted({region.name, *(one for one in settings.regions if settings.backup_copies_of(one) == region.name)})
    roles = [role_arn(region, BACKUP, home=origin) for origin in origins]
    linked = f"arn:{PARTITION}:iam::{region.account_id}:role/aws-service-role/backup.amazonaws.com/*"
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
        condition=[arn_not_like("aws:PrincipalArn", *roles, linked)],
    )
