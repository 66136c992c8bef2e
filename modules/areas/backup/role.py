"""The roles that AWS Backup assumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.identity.policy import Statement, is_true, service, string_equals
from modules.blocks.identity.role import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from modules.areas.backup.vault import BackupVault
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

BACKUP, RESTORE = "backup", "restore-test"
TAG = "Backup"
#: Pattern of the names that AWS Backup gives to resources that it restores for a test.
RESTORED = "awsbackup-restore-test-*"


class BackupRole(Role):
    """Makes backups of databases and tables with the plan's tag, copies them, and deletes expired ones.

    The role may describe the keys of the backups and create grants with which AWS services use them. The key policies
    decide through which services a key can be used.

    Parameters
    ----------
    region
        The region whose resources are backed up.
    plan
        Name of the plan, which is the value of the tag.
    copy_vaults
        The vaults that receive copies; none if there is only one region.
    keys
        The keys of the databases and tables, of the vault, and of the vaults that receive copies.

    See https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        plan: str,
        copy_vaults: Sequence[BackupVault],
        keys: Sequence[Key],
    ) -> None:
        super().__init__(scope, id_, region=region, identifier=BACKUP, trust=_trust())
        regions = [region, *(vault.region for vault in copy_vaults)]
        snapshots = [vault_region.arn("rds", "snapshot:awsbackup:*") for vault_region in regions]
        statements = [
            *_database_statements(region, plan, snapshots),
            *_table_statements(region),
            *_copy_statements(region, copy_vaults),
            Statement(
                sid="TagRecoveryPoints",
                actions=["backup:TagResource"],
                resources=[vault_region.arn("backup", "recovery-point:*") for vault_region in regions],
            ),
            *_key_statements(keys),
        ]
        self.policy = self.allow("plan", statements)


class RestoreRole(Role):
    """Restores backups under test names, and deletes the restored resources.

    Parameters
    ----------
    region
        The region whose backups are restored.
    keys
        The keys of the databases and tables, and of the vault.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, keys: Sequence[Key]) -> None:
        super().__init__(scope, id_, region=region, identifier=RESTORE, trust=_trust())
        database, table = region.arn("rds", f"db:{RESTORED}"), region.arn("dynamodb", f"table/{RESTORED}")
        self.policy = self.allow(
            "restored",
            [
                Statement(
                    sid="DescribeBackups",
                    actions=["rds:DescribeDBSnapshots", "rds:ListTagsForResource", "rds:DescribeDBInstances"],
                    resources=[region.arn("rds", "snapshot:awsbackup:*"), region.arn("rds", "db:*")],
                ),
                Statement(
                    sid="RestoreDatabases",
                    actions=["rds:RestoreDBInstanceFromDBSnapshot", "rds:AddTagsToResource"],
                    resources=[
                        database,
                        *(region.arn("rds", f"{kind}:*") for kind in ("og", "pg", "subgrp", "snapshot:awsbackup")),
                    ],
                ),
                Statement(sid="DeleteRestoredDatabases", actions=["rds:DeleteDBInstance"], resources=[database]),
                Statement(
                    sid="RestoreAndDeleteTables",
                    actions=[
                        *("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:DeleteTable"),
                        *("dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
                        *("dynamodb:RestoreTableFromAwsBackup", "dynamodb:Scan", "dynamodb:UpdateItem"),
                    ],
                    resources=[table],
                ),
                *_key_statements(keys),
            ],
        )


def _trust() -> Statement:
    # AWS documents no condition key that AWS Backup sends when it assumes a role. AWS Backup can only get a role of its
    # own account, and whoever passes it needs iam:PassRole on the role.
    return Statement(actions=["sts:AssumeRole"], principals=[service("backup")])


def _database_statements(region: Region, plan: str, snapshots: Sequence[str]) -> list[Statement]:
    databases = region.arn("rds", "db:*")
    return [
        Statement(
            sid="SnapshotTaggedDatabases",
            actions=["rds:CreateDBSnapshot"],
            resources=[databases],
            condition=[string_equals(f"aws:ResourceTag/{TAG}", plan)],
        ),
        Statement(
            sid="DescribeDatabases",
            actions=["rds:DescribeDBInstances", "rds:DescribeDBSnapshots", "rds:ListTagsForResource"],
            resources=[databases],
        ),
        Statement(
            sid="ManageSnapshots",
            actions=[
                *("rds:AddTagsToResource", "rds:CopyDBSnapshot", "rds:CreateDBSnapshot", "rds:DeleteDBSnapshot"),
                *("rds:DescribeDBSnapshots", "rds:ListTagsForResource"),
            ],
            resources=list(snapshots),
        ),
    ]


def _table_statements(region: Region) -> list[Statement]:
    return [
        Statement(
            sid="BackUpTables",
            actions=[
                *("dynamodb:CreateBackup", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource"),
                "dynamodb:StartAwsBackupJob",
            ],
            resources=[region.arn("dynamodb", "table/*")],
        ),
        Statement(
            sid="ManageTableBackups",
            actions=["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"],
            resources=[region.arn("dynamodb", "table/*/backup/*")],
        ),
    ]


def _key_statements(keys: Sequence[Key]) -> list[Statement]:
    """Use the keys. Without this access a job can complete and have backed up nothing.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
    """
    arns = [key.arn for key in keys]
    return [
        Statement(sid="DescribeKeys", actions=["kms:DescribeKey"], resources=arns),
        Statement(
            sid="GrantKeysToAwsServices",
            actions=["kms:CreateGrant"],
            resources=arns,
            condition=[is_true("kms:GrantIsForAWSResource", wanted=True)],
        ),
    ]


def _copy_statements(region: Region, vaults: Sequence[BackupVault]) -> list[Statement]:
    # tag:GetResources is the only way to find resources by tag, and it supports no resource-level permission.
    statements = [Statement(sid="FindResourcesByTag", actions=["tag:GetResources"], resources=["*"])]
    if vaults:
        statements += [
            Statement(
                sid="CopyFromVault",
                actions=["backup:CopyFromBackupVault"],
                resources=[region.arn("backup", "recovery-point:*"), region.arn("rds", "snapshot:awsbackup:*")],
            ),
            Statement(
                sid="CopyIntoVault",
                actions=["backup:CopyIntoBackupVault", "backup:DescribeBackupVault"],
                resources=[vault.arn for vault in vaults],
            ),
        ]
    return statements
