"""Rules about the database: what its instances are, and what they can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from modules.settings.database import DatabaseSettings, InstanceSettings, engine_version
from modules.settings.faults import Fault
from modules.settings.regions import known_regions
from modules.settings.rules.rule import one_of_the_regions, region_names, section
from modules.settings.topology import topology
from modules.settings.types import NONE
from modules.settings.windows import daily, overlap, weekly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modules.settings.rules.rule import Rule

INSTANCES = "database.instances"
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
LEAST_GROWTH = 1.1
LEAST_IO2_GB, LEAST_GP3_IOPS_GB, LEAST_GP3_IOPS, MOST_GP3_IOPS = 100, 400, 12_000, 64_000


def instances_are_of_regions_of_the_list(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """What is said of a region that is not built is a slip of the pen."""
    names = region_names(raw)
    for region, stated in section(section(raw, "database"), "instances").items():
        if names and region in known_regions() and region not in names:
            yield Fault(f"{INSTANCES}.{region}", "not one of the regions", region, ", ".join(names))
        if isinstance(stated, dict):
            if stated.get("backups_in") != NONE:
                yield from one_of_the_regions(raw, f"{INSTANCES}.{region}.backups_in", stated.get("backups_in"))
            if stated.get("backups_in") == region:
                yield Fault(
                    f"{INSTANCES}.{region}.backups_in", "the backups lie there anyway", region, "another region"
                )


def topology_can_be(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """There is one writer, and every replica replicates an instance that stands alone."""
    settings, names, primary = _database(raw), region_names(raw), raw.get("primary_region")
    if settings is None or primary not in names:
        return
    stated = {
        region: one.place(region, primary=primary) for region, one in settings.instances.items() if region in names
    }
    found = topology(names, primary=primary, stated=stated)
    for region, problem in found.contradictions():
        path = f"{INSTANCES}.{region}" if region else INSTANCES
        place = found.places.get(region)
        value = f"{place.role} of {place.source}" if place and place.source else place and place.role
        yield Fault(
            path, problem, value, "one writer, and replicas (of:) of it or of an instance that is detached from it"
        )


def sources_are_of_replicas(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Only a replica replicates another, and only a replica can be built from another."""
    for region, one in _instances(raw).items():
        if one.role in {"writer", "detached"}:
            for key in ("of", "rebuild"):
                if getattr(one, key):
                    yield Fault(
                        f"{INSTANCES}.{region}.{key}",
                        f"a {one.role} instance is never made from another",
                        getattr(one, key),
                        "role: replica beside it, or nothing",
                    )


def moved_platform_says_what_every_instance_is(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Once the primary region is not the home region, what follows from it is not what the instances are.

    They were made when the home region was the primary one, and cannot follow: RDS gives no instance another source.
    """
    home, primary = raw.get("home_region"), raw.get("primary_region")
    names = region_names(raw)
    if not isinstance(home, str) or home == primary or not {home, primary} <= set(names):
        return
    instances = _instances(raw)
    for region in names:
        known = region in instances and (instances[region].role or instances[region].of)
        if region != primary and not known:
            role = "detached" if region == home else f"replica, of: {home}"
            yield Fault(
                f"{INSTANCES}.{region}",
                "the primary region has moved, and an instance does not move along",
                None,
                f"what it is, such as role: {role}, and what it was made into since",
            )


def replicas_can_follow_their_sources(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A replica has the major version of its source, and no older minor version.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html
    """
    settings, names, primary = _database(raw), region_names(raw), raw.get("primary_region")
    if settings is None or primary not in names:
        return
    for region in names:
        place = settings.instances.get(region, InstanceSettings()).place(region, primary=str(primary))
        if place.source is None:
            continue
        own, its = settings.version_of(region), settings.version_of(place.source)
        (major, minor), (source_major, source_minor) = engine_version(own), engine_version(its)
        if major != source_major or (minor is not None and source_minor is not None and minor < source_minor):
            stated = region in settings.instances and settings.instances[region].version
            yield Fault(
                f"{INSTANCES}.{region if stated else place.source}.version",
                f"{region} replicates {place.source}, and {own} cannot follow {its}",
                own if stated else its,
                "of a replica the same major version as of its source, and no older minor version",
            )


def rebuilt_instances_can_be_deleted(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """What is rebuilt is deleted first, which neither AWS nor Terraform may be told to refuse."""
    settings = _database(raw)
    for region, one in _instances(raw).items():
        if settings and one.rebuild and settings.is_protected(region):
            yield Fault(
                f"{INSTANCES}.{region}.rebuild",
                "its deletion protection is on",
                True,
                f"{INSTANCES}.{region}.deletion_protection: false, applied before rebuild is set",
            )
        if settings and one.rebuild and settings.prevent_destroy:
            yield Fault(
                f"{INSTANCES}.{region}.rebuild", "database.prevent_destroy forbids it", True, "prevent_destroy: false"
            )


def windows_lie_apart(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """AWS takes no backup window that shares a minute with the maintenance window."""
    settings = _database(raw)
    if settings is None:
        return
    every_day, every_week = daily(settings.backup_window), weekly(settings.maintenance_window)
    if every_day and every_week and overlap(every_day, every_week):
        yield Fault(
            "database.backup_window",
            f"overlaps the maintenance window {settings.maintenance_window}",
            settings.backup_window,
            "windows that lie apart on every day",
        )


def storage_can_be(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Storage has room to grow, and as many operations as its type and size have."""
    settings = _database(raw)
    if settings is None:
        return
    size, iops = settings.storage_gb, settings.iops
    if settings.storage_limit_gb < size * LEAST_GROWTH:
        yield Fault(
            "database.storage_limit_gb",
            f"less than a tenth above storage_gb ({size})",
            settings.storage_limit_gb,
            f"{-int(-size * LEAST_GROWTH // 1)} or more",
        )
    if settings.storage_type == "io2" and (iops is None or size < LEAST_IO2_GB):
        yield Fault("database.storage_type", "io2 needs iops and 100 GiB", "io2", "database.iops beside it, or gp3")
    if settings.storage_type == "gp3" and iops is not None:
        if size < LEAST_GP3_IOPS_GB:
            yield Fault("database.iops", "gp3 below 400 GiB has 3,000 and no choice", iops, "nothing, or 400 GiB")
        elif not LEAST_GP3_IOPS <= iops <= MOST_GP3_IOPS:
            yield Fault("database.iops", "not what gp3 has", iops, f"{LEAST_GP3_IOPS} to {MOST_GP3_IOPS}")


def _database(raw: Mapping[str, Any]) -> DatabaseSettings | None:
    try:
        return DatabaseSettings.model_validate(raw.get("database", {}))
    except ValidationError:
        return None


def _instances(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    settings = _database(raw)
    return settings.instances if settings else {}


RULES: tuple[Rule, ...] = (
    instances_are_of_regions_of_the_list,
    topology_can_be,
    sources_are_of_replicas,
    moved_platform_says_what_every_instance_is,
    replicas_can_follow_their_sources,
    rebuilt_instances_can_be_deleted,
    windows_lie_apart,
    storage_can_be,
)
