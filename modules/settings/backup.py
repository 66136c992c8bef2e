"""Settings of the backup area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from modules.settings.faults import Fault
from modules.settings.region_table import WITHOUT_RESTORE_TESTING
from modules.settings.types import Allowed, RegionName, Section, fault
from modules.settings.windows import (
    DAY_MINUTES,
    DAYS,
    WEEK_MINUTES,
    Window,
    daily,
    on_every_day,
    time_of_day,
    too_near,
    weekly,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

#: A backup stays in cold storage for at least so many days.
COLD_DAYS = 90

#: The shortest start window of AWS Backup.
START_MINUTES = 60
#: Weekly backups start so much later than daily ones, so that neither waits for the other.
WEEKLY_LATER_MINUTES = 120


def _time(value: str) -> str:
    if time_of_day(value) is None:
        raise fault("not a time of day", "HH:MM in UTC, such as 06:00")
    return value


Days = Annotated[int, Field(ge=1, le=36500)]


class BackupSettings(Section):
    """AWS Backup of resources with the tag ``Backup``.

    Parameters
    ----------
    start
        When daily backups begin, within an hour; weekly ones begin two hours later on Sundays. It lies outside of the
        database's own windows.
    daily_retention_days, weekly_retention_days
        How long daily and weekly backups are kept.
    cold_storage_after_days
        When weekly backups of what allows it (DynamoDB, not RDS) move to cold storage, where they stay for at least 90
        days more; 0 never moves them.
    copy_region
        Region that the home region's backups are copied to; those of every other region are copied to the home region.
        By default the companion of the home region (docs/regions.md#companions), and none if there is only one region.
    vault_lock
        Who may delete a backup early: with ``governance`` only who may remove the lock; with ``compliance`` nobody, and
        the lock is permanent after three days; with ``none`` whoever has the permission (docs/backup.md).
    restore_testing
        Whether the newest backups are restored every week, validated, and deleted again.
    force_destroy
        Whether destroying a vault deletes the backups in it. Without it ``make destroy`` changes nothing while a vault
        holds any.
    """

    start: Annotated[str, AfterValidator(_time), Allowed(words="a time of day in UTC", pattern=r"\d\d:\d\d")] = "06:00"
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


def restore_testing_is_available(draft: Draft) -> Iterator[Fault]:
    """AWS Backup has no restore testing in some of the newest regions."""
    if draft.backup and draft.backup.restore_testing:
        for region in sorted(WITHOUT_RESTORE_TESTING & set(draft.regions)):
            yield Fault("backup.restore_testing", f"AWS Backup has no restore testing in {region}", "true", "false")


def copy_region_is_another_region(draft: Draft) -> Iterator[Fault]:
    """A copy in the region of the original would be lost with it."""
    path, region = "backup.copy_region", draft.mapping("backup").get("copy_region")
    yield from draft.check_region(path, region)
    if region is not None and region == draft.home:
        yield Fault(path, "the backups themselves lie there", region, "another region")


def cold_storage_lasts_long_enough(draft: Draft) -> Iterator[Fault]:
    """AWS Backup refuses a plan that deletes a backup before its minimum time in cold storage."""
    if (backup := draft.backup) is None:
        return
    cold, kept = backup.cold_storage_after_days, backup.weekly_retention_days
    if cold and kept < cold + COLD_DAYS:
        yield Fault(
            "backup.cold_storage_after_days",
            f"weekly backups are deleted after {kept} days, and stay in cold storage for {COLD_DAYS}",
            str(cold),
            f"0, or at most {kept - COLD_DAYS}" if kept > COLD_DAYS else "0, or a longer backup.weekly_retention_days",
        )


def backups_start_outside_database_windows(draft: Draft) -> Iterator[Fault]:
    """AWS Backup fails jobs that start in a window of the database, or in the hour before.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html
    """
    backup, database = draft.backup, draft.database
    if backup is None or database is None:
        return
    starts = {"daily": on_every_day(backup.daily), "weekly": [backup.weekly]}
    every_day, every_week = daily(database.backup_window), weekly(database.maintenance_window)
    windows = {
        "backup_window": on_every_day(every_day) if every_day else [],
        "maintenance_window": [every_week] if every_week else [],
    }
    for key, times in windows.items():
        met = [kind for kind, begins in starts.items() if any(too_near(one, time) for one in begins for time in times)]
        if met:
            stated = draft.mapping("database").get(key)
            yield Fault(
                f"database.{key}" if stated else "backup.start",
                f"AWS Backup fails the {' and '.join(met)} backups that begin in database.{key}, or in the hour before",
                stated or backup.start,
                f"times apart from each other: backups begin in the hour from backup.start ({backup.start}), and on "
                "Sundays two hours later",
            )
