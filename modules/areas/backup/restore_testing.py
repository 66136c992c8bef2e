"""Restore testing: whether backups can be restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.backup_restore_testing_plan import (
    BackupRestoreTestingPlan,
    BackupRestoreTestingPlanRecoveryPointSelection,
)
from cdktf_cdktf_provider_aws.backup_restore_testing_selection import BackupRestoreTestingSelection
from constructs import Construct

from modules.areas.backup.role import RestoreRole

if TYPE_CHECKING:
    from modules.areas.backup.vault import BackupVault
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

SCHEDULE = "cron(0 9 ? * 2 *)"
#: Days: only backups of this age or less are restored. Hours: how long a restored resource is kept for validation.
WINDOW_DAYS, VALIDATION_HOURS = 7, 4
RESOURCE_TYPES = {"RDS": "databases", "DynamoDB": "tables"}


class RestoreTesting(Construct):
    """Restores the newest backup of each database and table on Mondays, and deletes it four hours later.

    Parameters
    ----------
    region
        The region.
    vault
        Its vault.
    key
        The key that encrypts the region's databases and tables.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, vault: BackupVault, key: Key) -> None:
        super().__init__(scope, id_)
        role = RestoreRole(self, "role", region=region, keys=[key, vault.key])
        # The name may contain only letters, digits and underscores.
        plan_name = region.names.of("backup", "restore").replace("-", "_")
        plan = BackupRestoreTestingPlan(
            self,
            "Resource",
            provider=region.provider,
            name=plan_name,
            schedule_expression=SCHEDULE,
            recovery_point_selection=[
                BackupRestoreTestingPlanRecoveryPointSelection(
                    algorithm="LATEST_WITHIN_WINDOW",
                    include_vaults=[vault.arn],
                    recovery_point_types=["SNAPSHOT"],
                    selection_window_days=WINDOW_DAYS,
                )
            ],
            tags={"Name": region.names.of("backup", "restore")},
        )
        for resource_type, name in RESOURCE_TYPES.items():
            BackupRestoreTestingSelection(
                self,
                name,
                provider=region.provider,
                name=name,
                restore_testing_plan_name=plan.name,
                protected_resource_type=resource_type,
                protected_resource_arns=["*"],
                iam_role_arn=role.arn,
                validation_window_hours=VALIDATION_HOURS,
                depends_on=[role.policy],
            )
