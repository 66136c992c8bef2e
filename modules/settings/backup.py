"""Settings of the backup area."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from modules.settings.types import RegionName, Section

#: AWS Backup keeps what it moves to cold storage there for at least this long.
COLD_DAYS = 90

Days = Annotated[int, Field(ge=1, le=36500)]


class BackupSettings(Section):
    """AWS Backup of what bears the tag ``Backup``.

    Parameters
    ----------
    daily_retention_days, weekly_retention_days
        Days that daily and weekly backups are kept. 35 and 365 by default.
    cold_storage_after_days
        Days after which weekly backups of what allows it (DynamoDB, not RDS) move to cold storage, where they stay for
        at least 90 more. 90 by default; 0 never moves them.
    copy_region
        Region that the home region's backups are copied to; those of every other region are copied to the home region.
        By default the first by name that is not the home region; none if there is only one region.
    vault_lock
        ``governance`` (the default: nobody but who may remove the lock can delete a backup early), ``compliance``
        (nobody at all, for good, once three days have passed), or ``none``.
    restore_testing
        Whether a backup is restored every week, looked at, and deleted again. No by default.
    force_destroy
        Whether destroying a vault deletes the backups in it. No by default: a vault that holds any is not destroyed.
    """

    daily_retention_days: Days = 35
    weekly_retention_days: Days = 365
    cold_storage_after_days: Annotated[int, Field(ge=0, le=36500)] = 90
    copy_region: RegionName | None = None
    vault_lock: Literal["governance", "compliance", "none"] = "governance"
    restore_testing: bool = False
    force_destroy: bool = False
