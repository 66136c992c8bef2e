"""Rules about backups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from modules.settings.backup import COLD_DAYS, BackupSettings
from modules.settings.faults import Fault
from modules.settings.rules.rule import one_of_the_regions, section

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


RULES: tuple[Rule, ...] = (copies_go_to_another_region_of_the_list, backups_stay_in_cold_storage_for_long_enough)
