"""Alarms of backups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, MathExpression, Metric

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.db_instance import DbInstance

    from modules.areas.backup.vault import BackupVault

HOUR = 3600
#: The plan makes a backup a day, at more or less the same time.
HOURS_WITHOUT = 36


def backup_alarms(*, vault: BackupVault, instance: DbInstance) -> dict[str, AlarmSpec]:
    """Backups and copies of them that failed, and no backups at all.

    A day and a half without any pages, since nothing else tells: a plan that selects nothing makes no job that fails.

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
            description=meaning,
        )
        for identifier, name, meaning in (
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
        # An hour in which no database lived counts as well, so that it is silent until there was time for a backup.
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
        evaluation_periods=HOURS_WITHOUT,
        treat_missing_data="notBreaching",
        severity="page",
        description="No backup was completed for a day and a half. See that the plan is there and what it selects.",
    )
    return specs
