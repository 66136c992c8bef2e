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

HOUR = 3600


class BackupAlarms(Tier):
    """Backups and copies of them that failed.

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
            )
        }
        super().__init__(scope, id_, region=region, alerts=alerts, title="backup", concerns=concerns)
