"""The backup plan: what is backed up, when, for how long, and to which vaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.backup_plan import (
    BackupPlan as BackupPlanResource,
)
from cdktf_cdktf_provider_aws.backup_plan import (
    BackupPlanRule,
    BackupPlanRuleCopyAction,
    BackupPlanRuleCopyActionLifecycle,
    BackupPlanRuleLifecycle,
)
from cdktf_cdktf_provider_aws.backup_selection import (
    BackupSelection,
    BackupSelectionCondition,
    BackupSelectionConditionStringEquals,
)
from constructs import Construct

from modules.areas.backup.role import TAG, BackupRole
from modules.settings.windows import cron

if TYPE_CHECKING:
    from modules.areas.backup.vault import BackupVault
    from modules.blocks.keys.key import Key
    from modules.core.region import Region
    from modules.settings.windows import Window

#: Minutes in which a backup must complete.
COMPLETION_WINDOW = 720


class BackupPlan(Construct):
    """Daily and weekly backups, and their copies, of the region's databases and tables with the tag of the plan.

    Parameters
    ----------
    region
        The region, with the ``backup`` settings.
    vault
        The region's vault.
    key
        The key that encrypts the region's databases and tables.
    copy_to
        The vault of another region that receives copies. By default no copies are made.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        vault: BackupVault,
        key: Key,
        copy_to: BackupVault | None = None,
    ) -> None:
        super().__init__(scope, id_)
        settings = region.settings.backup
        name = plan_name(region)
        copy_vaults = [copy_to] if copy_to else []
        keys = [key, vault.key, *(copy_vault.key for copy_vault in copy_vaults)]
        role = BackupRole(self, "role", region=region, plan=name, copy_vaults=copy_vaults, keys=keys)
        self.resource = BackupPlanResource(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            rule=[
                _rule("daily", settings.daily, vault, copy_to, delete_after=settings.daily_retention_days),
                _rule(
                    "weekly",
                    settings.weekly,
                    vault,
                    copy_to,
                    delete_after=settings.weekly_retention_days,
                    cold_after=settings.cold_storage_after_days or None,
                ),
            ],
            tags={"Name": name},
        )
        BackupSelection(
            self,
            "selection",
            provider=region.provider,
            name=region.names.of("backup", "by-tag"),
            plan_id=self.resource.id,
            iam_role_arn=role.arn,
            resources=[region.arn("rds", "db:*"), region.arn("dynamodb", "table/*")],
            condition=[
                BackupSelectionCondition(
                    string_equals=[BackupSelectionConditionStringEquals(key=f"aws:ResourceTag/{TAG}", value=name)]
                )
            ],
            # Without its policy the role cannot find any resource to back up.
            depends_on=[role.policy],
        )


def plan_name(region: Region) -> str:
    """Name of the region's plan."""
    return region.names.of("backup", "plan")


def backup_tags(region: Region) -> dict[str, str]:
    """Tag of a database or a table that the region's plan backs up."""
    return {TAG: plan_name(region)}


def _rule(
    name: str,
    window: Window,
    vault: BackupVault,
    copy_to: BackupVault | None,
    *,
    delete_after: int,
    cold_after: int | None = None,
) -> BackupPlanRule:
    # Resource types without cold storage ignore this opt-in.
    opt_in = True if cold_after else None
    copy = copy_to and BackupPlanRuleCopyAction(
        destination_vault_arn=copy_to.arn,
        lifecycle=BackupPlanRuleCopyActionLifecycle(
            delete_after=delete_after,
            cold_storage_after=cold_after,
            opt_in_to_archive_for_supported_resources=opt_in,
        ),
    )
    return BackupPlanRule(
        rule_name=name,
        target_vault_name=vault.name,
        schedule=cron(window, every_day=name == "daily"),
        start_window=window[1],
        completion_window=COMPLETION_WINDOW,
        lifecycle=BackupPlanRuleLifecycle(
            delete_after=delete_after,
            cold_storage_after=cold_after,
            opt_in_to_archive_for_supported_resources=opt_in,
        ),
        copy_action=[copy] if copy else None,
    )
