"""What is known of AWS regions without asking AWS."""

from __future__ import annotations

from functools import cache

from botocore.loaders import Loader

PARTITION = "aws"
#: An account sees two Availability Zones here and at least three everywhere else (held to well-kept data by tests).
REGIONS_OF_TWO_ZONES = frozenset({"us-west-1"})


@cache
def known_regions() -> frozenset[str]:
    """Names of the regions of the commercial partition, as botocore ships them."""
    partitions = Loader().load_data("partitions")["partitions"]
    regions = next(partition["regions"] for partition in partitions if partition["id"] == PARTITION)
    return frozenset(name for name in regions if not name.endswith("-global"))


def zone_count(region: str, *, wanted: int) -> int:
    """Availability Zones to use in ``region``: as many as wanted, or two where an account has no more."""
    return min(wanted, 2) if region in REGIONS_OF_TWO_ZONES else wanted
