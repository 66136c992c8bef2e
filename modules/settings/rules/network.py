"""Rules about addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from modules.settings.addressing import AddressError, region_blocks
from modules.settings.faults import Fault
from modules.settings.network import NetworkSettings
from modules.settings.region_table import WITHOUT_EC2MESSAGES
from modules.settings.regions import is_zone_of, known_regions
from modules.settings.rules.rule import region_names, section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modules.settings.rules.rule import Rule


def region_cidrs_name_regions_of_the_list(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A block for a region that is not built is a slip of the pen."""
    names = region_names(raw)
    for region in section(section(raw, "network"), "region_cidrs") if names else ():
        if region in known_regions() and region not in names:
            yield Fault(f"network.region_cidrs.{region}", "not one of the regions", region, ", ".join(names))


def networks_of_regions_fit_and_do_not_overlap(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """The pool has room for every region, and no two blocks share an address."""
    try:
        network = NetworkSettings.model_validate(raw.get("network", {}))
    except ValidationError:
        return
    lengths = range(16, 23)
    for region, block in network.region_cidrs.items():
        if block.prefixlen not in lengths:
            yield Fault(
                f"network.region_cidrs.{region}", "not a size that three tiers fit in", str(block), "/16 to /22"
            )
            return
    names = [name for name in region_names(raw) if name in known_regions()]
    try:
        region_blocks(names, pool=network.cidr, prefix_length=network.vpc_prefix_length, fixed=network.region_cidrs)
    except AddressError as error:
        yield Fault(
            "network.cidr",
            str(error),
            str(network.cidr),
            "a larger pool, a longer network.vpc_prefix_length, or network.region_cidrs that lie apart",
        )


def zones_are_of_their_region(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Zones of a region that is built, all by name or all by id."""
    try:
        network = NetworkSettings.model_validate(raw.get("network", {}))
    except ValidationError:
        return
    names = region_names(raw)
    for region, zones in network.zones.items():
        path = f"network.zones.{region}"
        if names and region not in names:
            yield Fault(path, "not one of the regions", region, ", ".join(names))
        elif len({zone.startswith(region) for zone in zones}) > 1:
            # Whether a name and an id mean the same zone is known to AWS alone.
            yield Fault(path, "names and ids of zones are mixed", ", ".join(zones), "names of zones, or ids of zones")
        else:
            for index, zone in enumerate(zones):
                if not is_zone_of(zone, region):
                    yield Fault(f"{path}[{index}]", f"not a zone of {region}", zone, f"such as {region}a, or an id")


def endpoints_are_offered_in_every_region(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Systems Manager has dropped one of its endpoints in the regions that came last."""
    try:
        network = NetworkSettings.model_validate(raw.get("network", {}))
    except ValidationError:
        return
    if "ec2messages" in network.interface_endpoints:
        for region in sorted(WITHOUT_EC2MESSAGES & set(region_names(raw))):
            yield Fault(
                "network.interface_endpoints",
                f"{region} has no endpoint of this service, and agents of today do not need it",
                "ec2messages",
                "ssm and ssmmessages alone",
            )


RULES: tuple[Rule, ...] = (
    region_cidrs_name_regions_of_the_list,
    networks_of_regions_fit_and_do_not_overlap,
    zones_are_of_their_region,
    endpoints_are_offered_in_every_region,
)
