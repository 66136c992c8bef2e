"""Settings of the backup area."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from modules.settings.types import RegionName, Section, fault
from modules.settings.windows import DAY_MINUTES, DAYS, WEEK_MINUTES, Window, time_of_day

#: AWS Backup keeps what it moves to cold storage there for at least this long.
COLD_DAYS = 90

#: The shortest that AWS Backup takes for a job to start in.
START_MINUTES = 60
#: Far enough from the daily backup that neither waits for the other.
WEEKLY_LATER_MINUTES = 120


def _time(value: str) -> str:
    if time_of_day(value) is None:
        raise fault("not a time of day", "HH:MM in UTC, such as 06:00")
    return value


Days = Annotated[int, Field(ge=1, le=36500)]


class BackupSettings(Section):
    """AWS Backup of what bears the tag ``Backup``.

    Parameters
    ----------
    start
        Time of day, in UTC, at which daily backups begin, within an hour; weekly ones begin two hours later on Sundays.
        ``06:00`` by default, clear of the database's own windows.
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

    start: Annotated[str, AfterValidator(_time)] = "06:00"
    daily_retention_days: Days = 35
    weekly_retention_days: Days = 365
    cold_storage_after_days: Annotated[int, Field(ge=0, le=36500)] = 90
    copy_region: RegionName | None = None
    vault_lock: Literal["governance", "compliance", "none"] = "governance"
    restore_testing: bool = False
    force_destroy: bool = False

    @property
    def daily(self) -> Window:
        """When daily backups begin: the minute of the day, and for how many minutes they may."""
        return (time_of_day(self.start) or 0), START_MINUTES

    @property
    def weekly(self) -> Window:
        """When weekly backups begin: the minute of the week, and for how many minutes they may."""
        begin = DAYS.index("sun") * DAY_MINUTES + self.daily[0] + WEEKLY_LATER_MINUTES
        return begin % WEEK_MINUTES, START_MINUTES
