"""The roles that AWS Backup works in."""

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
#: What AWS Backup calls what it makes to test a restore.
RESTORED = "awsbackup-restore-test-*"


class BackupRole(Role):
    """Makes backups of databases and tables that bear the plan's tag, copies them, and deletes those past their end.

    It may describe the keys that backups are made with, and have AWS use them for these backups; what AWS does with
    them goes through the services that the keys' own policies admit.

    Parameters
    ----------
    region
        The region that it backs up.
    plan
        Name of the plan, the value of the tag.
    copies
        The vaults that take copies; none where there is one region.
    keys
        The keys of what is backed up, of the vault, and of those that take copies.

    See https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        plan: str,
        copies: Sequence[BackupVault],
        keys: Sequence[Key],
    ) -> None:
        super().__init__(scope, id_, region=region, identifier=BACKUP, trust=_trust())
        regions = [region, *(vault.region for vault in copies)]
        snapshots = [one.arn("rds", "snapshot:awsbackup:*") for one in regions]
        statements = [
            *_databases(region, plan, snapshots),
            *_tables(region),
            *_copies(region, copies),
            Statement(
                sid="TagRecoveryPoints",
                actions=["backup:TagResource"],
                resources=[one.arn("backup", "recovery-point:*") for one in regions],
            ),
            *_keys(keys),
        ]
        self.policy = self.allow("plan", statements)


class RestoreRole(Role):
    """Restores backups under names of their own, and deletes what it has restored.

    Parameters
    ----------
    region
        The region whose backups are restored.
    keys
        The keys of what was backed up, and of the vault.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, keys: Sequence[Key]) -> None:
        super().__init__(scope, id_, region=region, identifier=RESTORE, trust=_trust())
        database, table = region.arn("rds", f"db:{RESTORED}"), region.arn("dynamodb", f"table/{RESTORED}")
        self.policy = self.allow(
            "restored",
            [
                Statement(
                    sid="LookAtBackups",
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
                *_keys(keys),
            ],
        )


def _trust() -> Statement:
    # AWS documents no key that AWS Backup sends when it takes a role on; it only ever gets one of its own account,
    # from someone with iam:PassRole on it.
    return Statement(actions=["sts:AssumeRole"], principals=[service("backup")])


def _databases(region: Region, plan: str, snapshots: Sequence[str]) -> list[Statement]:
    databases = region.arn("rds", "db:*")
    return [
        Statement(
            sid="SnapshotsOfDatabasesOfThePlan",
            actions=["rds:CreateDBSnapshot"],
            resources=[databases],
            condition=[string_equals(f"aws:ResourceTag/{TAG}", plan)],
        ),
        Statement(
            sid="LookAtDatabases",
            actions=["rds:DescribeDBInstances", "rds:DescribeDBSnapshots", "rds:ListTagsForResource"],
            resources=[databases],
        ),
        Statement(
            sid="KeepSnapshots",
            actions=[
                *("rds:AddTagsToResource", "rds:CopyDBSnapshot", "rds:CreateDBSnapshot", "rds:DeleteDBSnapshot"),
                *("rds:DescribeDBSnapshots", "rds:ListTagsForResource"),
            ],
            resources=list(snapshots),
        ),
    ]


def _tables(region: Region) -> list[Statement]:
    return [
        Statement(
            sid="BackupsOfTables",
            actions=[
                *("dynamodb:CreateBackup", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource"),
                "dynamodb:StartAwsBackupJob",
            ],
            resources=[region.arn("dynamodb", "table/*")],
        ),
        Statement(
            sid="KeepBackupsOfTables",
            actions=["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"],
            resources=[region.arn("dynamodb", "table/*/backup/*")],
        ),
    ]


def _keys(keys: Sequence[Key]) -> list[Statement]:
    """Without these a job can end well and have backed up nothing.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
    """
    arns = [key.arn for key in keys]
    return [
        Statement(sid="LookAtKeys", actions=["kms:DescribeKey"], resources=arns),
        Statement(
            sid="HaveAwsUseKeys",
            actions=["kms:CreateGrant"],
            resources=arns,
            condition=[is_true("kms:GrantIsForAWSResource", wanted=True)],
        ),
    ]


def _copies(region: Region, vaults: Sequence[BackupVault]) -> list[Statement]:
    # The only way to find resources by tag takes no resource.
    statements = [Statement(sid="FindByTag", actions=["tag:GetResources"], resources=["*"])]
    if vaults:
        statements += [
            Statement(
                sid="CopyOut",
                actions=["backup:CopyFromBackupVault"],
                resources=[region.arn("backup", "recovery-point:*"), region.arn("rds", "snapshot:awsbackup:*")],
            ),
            Statement(
                sid="CopyIn",
                actions=["backup:CopyIntoBackupVault", "backup:DescribeBackupVault"],
                resources=[vault.arn for vault in vaults],
            ),
        ]
    return statements
