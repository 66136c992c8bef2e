"""Alarms of backups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import Concern, Formula, Metric
from modules.blocks.alarms.tier import Tier

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.db_instance import DbInstance
    from constructs import Construct

    from modules.areas.alerts.alerts import Alerts
    from modules.areas.backup.vault import BackupVault
    from modules.core.region import Region

HOUR = 3600
#: The plan makes a backup a day, at more or less the same time.
HOURS_WITHOUT = 36


class BackupAlarms(Tier):
    """Backups and copies of them that failed, and no backups at all.

    A day and a half without any pages, since nothing else tells: a plan that selects nothing makes no job that fails.

    Parameters
    ----------
    region
        The region.
    alerts
        The region's topics.
    vault
        The region's vault.
    instance
        The region's database, which the plan backs up.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, alerts: Alerts, vault: BackupVault, instance: DbInstance
    ) -> None:
        def metric(name: str) -> Metric:
            return Metric(
                namespace="AWS/Backup", name=name, dimensions={"BackupVaultName": vault.name}, statistic="Sum"
            )

        concerns = {
            identifier: Concern(
                measure=metric(name),
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
            # An hour in which no database lived counts as well, so that it is silent until there was time for a backup.
            measure=Formula(
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
            periods=HOURS_WITHOUT,
            missing="notBreaching",
            severity="page",
            meaning="No backup was completed for a day and a half. See that the plan is there and what it selects.",
        )
        super().__init__(scope, id_, region=region, alerts=alerts, title="backup", concerns=concerns)
