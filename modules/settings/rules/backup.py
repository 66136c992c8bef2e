"""Rules about backups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from modules.settings.backup import COLD_DAYS, BackupSettings
from modules.settings.database import DatabaseSettings
from modules.settings.faults import Fault
from modules.settings.rules.rule import one_of_the_regions, section
from modules.settings.windows import daily, on_every_day, too_near, weekly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modules.settings.rules.rule import Rule


def copies_go_to_another_region_of_the_list(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A copy in the region of the original would be lost with it."""
    path, region = "backup.copy_region", section(raw, "backup").get("copy_region")
    yield from one_of_the_regions(raw, path, region)
    if region is not None and region == (raw.get("home_region") or raw.get("primary_region")):
        yield Fault(path, "the backups themselves lie there", region, "another region")


def backups_stay_in_cold_storage_for_long_enough(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """AWS Backup refuses a plan that deletes what it has just moved to cold storage."""
    try:
        backup = BackupSettings.model_validate(raw.get("backup", {}))
    except ValidationError:
        return
    cold, kept = backup.cold_storage_after_days, backup.weekly_retention_days
    if cold and kept < cold + COLD_DAYS:
        yield Fault(
            "backup.cold_storage_after_days",
            f"weekly backups are deleted after {kept} days, and stay in cold storage for {COLD_DAYS}",
            str(cold),
            f"0, or at most {max(kept - COLD_DAYS, 0)}",
        )


def backups_begin_when_the_database_is_free(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """AWS Backup fails jobs that begin in a window of the database, or in the hour before.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html
    """
    try:
        backup = BackupSettings.model_validate(raw.get("backup", {}))
        database = DatabaseSettings.model_validate(raw.get("database", {}))
    except ValidationError:
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
            stated = section(raw, "database").get(key)
            yield Fault(
                f"database.{key}" if stated else "backup.start",
                f"AWS Backup fails the {' and '.join(met)} backups that begin in database.{key}, or in the hour before",
                stated or backup.start,
                f"times apart from each other: backups begin in the hour from backup.start ({backup.start}), and on "
                "Sundays two hours later",
            )


RULES: tuple[Rule, ...] = (
    copies_go_to_another_region_of_the_list,
    backups_stay_in_cold_storage_for_long_enough,
    backups_begin_when_the_database_is_free,
)
