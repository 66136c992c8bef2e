"""EC2: instance types of the regions that moto has no list for.

moto keeps lists of what each zone offers, and none of the regions that AWS opened last: an answer without a single
instance type, which AWS gives for no region, and for which a plan would stop. There every zone offers what the first
zone of ``REFERENCE`` does.
"""

from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS

from tools.emulator.helpers.replacing import wrap

ZONES = "availability-zone"
REFERENCE = "eu-west-1"


def describe_instance_type_offerings(
    original: Callable[..., list[Any]],
    backend: EC2Backend,
    location_type: str | None = None,
    filters: dict[str, Any] | None = None,
) -> list[Any]:
    """List what zones offer, in every region."""
    region = backend.region_name
    if location_type == ZONES and region not in INSTANCE_TYPE_OFFERINGS[ZONES]:
        known = {one["InstanceType"] for one in INSTANCE_TYPE_OFFERINGS[ZONES][REFERENCE]}
        INSTANCE_TYPE_OFFERINGS[ZONES][region] = [
            {"InstanceType": kind, "LocationType": ZONES, "Location": zone.name}
            for zone in RegionsAndZonesBackend.zones[region]
            for kind in sorted(known)
        ]
    return original(backend, location_type, filters)


def apply() -> None:
    """Apply the patch."""
    wrap(EC2Backend, "describe_instance_type_offerings", describe_instance_type_offerings)
