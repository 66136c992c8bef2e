"""Alarms on backups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, MathExpression, Metric

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.db_instance import DbInstance

    from modules.areas.backup.vault import BackupVault

HOUR = 3600
#: The plan makes one backup a day, at about the same time.
HOURS_WITHOUT_BACKUP = 36


def backup_alarms(*, vault: BackupVault, instance: DbInstance) -> dict[str, AlarmSpec]:
    """Failed backup and copy jobs, and a region without new backups.

    A day and a half without a completed backup pages, because no other alarm notices: a plan that selects no resource
    starts no job that could fail.

    Parameters
    ----------
    vault
        The region's vault.
    instance
        The region's database, which the plan backs up.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html
    """

    def metric(name: str) -> Metric:
        return Metric(namespace="AWS/Backup", name=name, dimensions={"BackupVaultName": vault.name}, statistic="Sum")

    specs = {
        identifier: AlarmSpec(
            metric=metric(name),
            threshold=0,
            period=HOUR,
            evaluation_periods=1,
            # Published only when it happens.
            treat_missing_data="notBreaching",
            severity="ticket",
            description=description,
        )
        for identifier, name, description in (
            (
                "failed",
                "NumberOfBackupJobsFailed",
                "A backup failed. The job in AWS Backup says why.",
            ),
            ("expired", "NumberOfBackupJobsExpired", "A backup did not start in its window, and was not made."),
            ("copies", "NumberOfCopyJobsFailed", "A backup was made but not copied to the other region."),
            (
                "left-over",
                "NumberOfRecoveryPointsExpired",
                "A backup that should have been deleted could not be, and costs until somebody deletes it.",
            ),
        )
    }
    specs["none"] = AlarmSpec(
        # An hour without a running database counts as a backup, so a new database has time for its first one.
        metric=MathExpression(
            expression="IF(alive > 0, FILL(completed, 0), 1)",
            metrics={
                "completed": metric("NumberOfBackupJobsCompleted"),
                "alive": Metric(
                    namespace="AWS/RDS",
                    name="CPUUtilization",
                    dimensions={"DBInstanceIdentifier": instance.identifier},
                    statistic="SampleCount",
                ),
            },
        ),
        threshold=1,
        below=True,
        period=HOUR,
        evaluation_periods=HOURS_WITHOUT_BACKUP,
        treat_missing_data="notBreaching",
        severity="page",
        description="No backup was completed for a day and a half. See that the plan is there and what it selects.",
    )
    return specs
