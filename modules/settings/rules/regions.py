"""Rules about which regions there are, and which of them holds what."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from modules.settings.backup import BackupSettings
from modules.settings.faults import Fault
from modules.settings.region_table import REFUSED_BY_BACKEND, WITHOUT_RESTORE_TESTING
from modules.settings.rules.rule import one_of_the_regions, region_names, section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modules.settings.rules.rule import Rule


def regions_are_named_once(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A region cannot be listed twice."""
    names = region_names(raw)
    for name, count in Counter(names).items():
        if count > 1:
            last = len(names) - 1 - names[::-1].index(name)
            yield Fault(f"regions[{last}]", f"region is listed {count} times", name, "each region once")


def primary_region_is_one_of_the_regions(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """The primary region has to be built."""
    yield from one_of_the_regions(raw, "primary_region", raw.get("primary_region"))


def home_region_is_one_of_the_regions(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """What cannot move has to lie in a region that is built."""
    yield from one_of_the_regions(raw, "home_region", raw.get("home_region"))


def state_replica_is_in_another_region(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """The state bucket lies in the home region, so its replica cannot."""
    replica = section(raw, "state").get("replica_region")
    if replica is not None and replica == (raw.get("home_region") or raw.get("primary_region")):
        yield Fault("state.replica_region", "the state itself lies there", replica, "another region")


def state_is_in_a_region_of_the_backend(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Terraform's S3 backend knows fewer regions than the provider."""
    key = "home_region" if raw.get("home_region") else "primary_region"
    if raw.get(key) in REFUSED_BY_BACKEND:
        yield Fault(
            key,
            "the state would lie there, and the S3 backend of Terraform 1.11.4 does not know the region",
            raw[key],
            "another of the regions for home_region",
        )


def regions_have_what_is_asked_for(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Not every service is in the regions that came last."""
    names = set(region_names(raw))
    try:
        backup = BackupSettings.model_validate(raw.get("backup", {}))
    except ValidationError:
        return
    if backup.restore_testing:
        for region in sorted(names & WITHOUT_RESTORE_TESTING):
            yield Fault("backup.restore_testing", f"AWS Backup has no restore testing in {region}", "true", "false")


RULES: tuple[Rule, ...] = (
    state_is_in_a_region_of_the_backend,
    regions_have_what_is_asked_for,
    regions_are_named_once,
    primary_region_is_one_of_the_regions,
    home_region_is_one_of_the_regions,
    state_replica_is_in_another_region,
)
