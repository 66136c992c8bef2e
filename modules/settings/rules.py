"""Rules that look at more than one key.

They read the file's raw mapping, so that they also find what is wrong beside a fault in a key of its own; what is
malformed is left to the model, which reports it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from modules.addressing import AddressError, region_blocks
from modules.settings.faults import Fault, nearest
from modules.settings.network import NetworkSettings
from modules.settings.regions import known_regions

Rule = Callable[[Mapping[str, Any]], Iterator[Fault]]


def regions_are_named_once(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A region cannot be listed twice."""
    names = _regions(raw)
    for name, count in Counter(names).items():
        if count > 1:
            last = len(names) - 1 - names[::-1].index(name)
            yield Fault(f"regions[{last}]", f"region is listed {count} times", name, "each region once")


def primary_region_is_one_of_the_regions(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """The primary region has to be built."""
    primary, names = raw.get("primary_region"), _regions(raw)
    if isinstance(primary, str) and names and primary not in names:
        problem = f"not one of the regions{nearest(primary, names)}"
        yield Fault("primary_region", problem, primary, ", ".join(dict.fromkeys(names)))


def state_replica_is_in_another_region(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """The state bucket lies in the primary region, so its replica cannot."""
    state = raw.get("state")
    replica = state.get("replica_region") if isinstance(state, Mapping) else None
    if replica is not None and replica == raw.get("primary_region"):
        yield Fault("state.replica_region", "the primary region holds the state itself", replica, "another region")


def region_cidrs_name_regions_of_the_list(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A block for a region that is not built is a slip of the pen."""
    network, names = raw.get("network"), _regions(raw)
    fixed = network.get("region_cidrs") if isinstance(network, Mapping) else None
    for region in fixed if isinstance(fixed, Mapping) and names else ():
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
    names = [name for name in _regions(raw) if name in known_regions()]
    try:
        region_blocks(names, pool=network.cidr, prefix_length=network.vpc_prefix_length, fixed=network.region_cidrs)
    except AddressError as error:
        yield Fault(
            "network.cidr",
            str(error),
            str(network.cidr),
            "a larger pool, a longer network.vpc_prefix_length, or network.region_cidrs that lie apart",
        )


def secrets_home_is_one_of_the_regions(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A secret has to lie in a region that is built."""
    secrets, names = raw.get("secrets"), _regions(raw)
    home = secrets.get("home_region") if isinstance(secrets, Mapping) else None
    if isinstance(home, str) and names and home not in names:
        problem = f"not one of the regions{nearest(home, names)}"
        yield Fault("secrets.home_region", problem, home, ", ".join(dict.fromkeys(names)))


RULES: tuple[Rule, ...] = (
    regions_are_named_once,
    primary_region_is_one_of_the_regions,
    state_replica_is_in_another_region,
    region_cidrs_name_regions_of_the_list,
    networks_of_regions_fit_and_do_not_overlap,
    secrets_home_is_one_of_the_regions,
)


def _regions(raw: Mapping[str, Any]) -> list[str]:
    regions = raw.get("regions")
    return [name for name in regions if isinstance(name, str)] if isinstance(regions, list) else []
