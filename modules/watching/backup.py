"""Alarms of backups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.watching.alarm import Concern, Metric
from modules.watching.tier import Tier

if TYPE_CHECKING:
    from constructs import Construct

    from modules.alerts.alerts import Alerts
    from modules.backup.vault import BackupVault
    from modules.region import Region

HOUR, DAY = 3600, 86400


class BackupAlarms(Tier):
    """Backups and copies of them that failed, and no backups at all.

    A day without any pages, since nothing else tells: a plan that selects nothing makes no job that could fail. On the
    day of the first deploy it goes off too, until the first backup is there.

    Parameters
    ----------
    region
        The region.
    alerts
        The region's topics.
    vault
        The region's vault.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, alerts: Alerts, vault: BackupVault) -> None:
        concerns = {
            identifier: Concern(
                measure=Metric(
                    namespace="AWS/Backup", name=name, dimensions={"BackupVaultName": vault.name}, statistic="Sum"
                ),
                threshold=0,
                period=HOUR,
                periods=1,
                # Published only when it happens.
                missing="notBreaching",
                severity="ticket",
                meaning=meaning,
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
        concerns["none"] = Concern(
            measure=Metric(
                namespace="AWS/Backup",
                name="NumberOfBackupJobsCompleted",
                dimensions={"BackupVaultName": vault.name},
                statistic="Sum",
            ),
            threshold=1,
            below=True,
            period=DAY,
            periods=1,
            missing="breaching",
            severity="page",
            meaning="No backup was completed for a day. See that the plan is there and what it selects.",
        )
        super().__init__(scope, id_, region=region, alerts=alerts, title="backup", concerns=concerns)
