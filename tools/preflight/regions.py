"""Regions: whether the account has them, and whether their zones have what is to run there."""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.preflight.check import Check
from tools.preflight.finding import Finding
from tools.preflight.subject import Look


def opted_in(look: Look) -> dict[str, bool]:
    """Return every region of AWS, and whether the account has it.

    See https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
    """
    found = look.client("ec2").describe_regions(AllRegions=True)["Regions"]
    return {one["RegionName"]: one.get("OptInStatus") != "not-opted-in" for one in found}


def zones(look: Look) -> list[Mapping[str, Any]]:
    """Return the zones that the region's subnets are made in, as the synthesized data source chooses them.

    See https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html
    """
    source = next(iter(look.subject.wanted.data("aws_availability_zones", look.region)), {})
    excluded = {*source.get("exclude_zone_ids", ()), *source.get("exclude_names", ())}
    chosen = [{"Name": one["name"], "Values": list(one["values"])} for one in source.get("filter", ())]
    answer = look.client("ec2").describe_availability_zones(
        Filters=[{"Name": "state", "Values": [source.get("state", "available")]}, *chosen]
    )["AvailabilityZones"]
    left = [one for one in answer if not excluded & {one["ZoneName"], one["ZoneId"]}]
    return sorted(left, key=lambda one: str(one["ZoneName"]))[: zones_wanted(look)]


def zones_wanted(look: Look) -> int:
    """Return in how many zones the region's subnets lie."""
    return len({str(one.body.get("availability_zone")) for one in look.wanted("aws_subnet")})


def instance_types(look: Look) -> list[str]:
    """Return the instance types of the region's Auto Scaling groups."""
    found: dict[str, None] = {}
    for group in look.wanted("aws_autoscaling_group"):
        mixed = group.body.get("mixed_instances_policy", {}).get("launch_template", {})
        found |= dict.fromkeys(str(one["instance_type"]) for one in mixed.get("override", ()))
    if not found:
        templates = look.wanted("aws_launch_template")
        found = dict.fromkeys(str(one.body["instance_type"]) for one in templates if one.body.get("instance_type"))
    return list(found)


def _are_opted_in(look: Look) -> Iterator[Finding]:
    known = opted_in(look)
    buckets = {one.region for one in look.wanted("aws_s3_bucket")} - {""}
    for region in sorted({*look.settings.regions, *buckets}):
        if known.get(region) is False:
            yield look.stops(
                f"the account has not opted in to {region}",
                "opt in, which takes a few minutes, and look again; or take the region out of the settings",
                f"aws account enable-region --region-name {region}",
            )


def _has_enough_zones(look: Look) -> Iterator[Finding]:
    found, wanted = len(zones(look)), zones_wanted(look)
    if found < wanted:
        yield look.stops(
            f"this account sees {found} Availability Zones here that can be used, and {wanted} are wanted",
            "use as many as there are",
            f"network: {{availability_zones: {found}}}",
        )


def _zones_offer_instance_types(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html
    types = instance_types(look)
    offers = {
        (one["InstanceType"], one["Location"])
        for one in look.pages(
            "ec2",
            "describe_instance_type_offerings",
            "InstanceTypeOfferings",
            LocationType="availability-zone",
            Filters=[{"Name": "instance-type", "Values": types}],
        )
    }
    for zone in zones(look):
        lacking = [one for one in types if (one, zone["ZoneName"]) not in offers]
        what = f"zone {zone['ZoneName']} ({zone['ZoneId']}) does not offer {', '.join(lacking)}"
        if lacking == types:
            yield look.stops(
                f"{what}: an instance that cannot start there fails the apply",
                "name instance types under compute.instance_types that every zone offers; this lists what this one has",
                f"aws ec2 describe-instance-type-offerings --region {look.region} --location-type availability-zone "
                f"--filters Name=location,Values={zone['ZoneName']} --query InstanceTypeOfferings[].InstanceType",
            )
        elif lacking:
            yield look.warns(what, "nothing, if the other instance types are enough there")


CHECKS = (
    Check(
        name="regions opted in",
        place="account",
        run=_are_opted_in,
        actions=("ec2:DescribeRegions",),
        for_backend=True,
    ),
    Check(
        name="Availability Zones",
        place="region",
        run=_has_enough_zones,
        actions=("ec2:DescribeAvailabilityZones",),
    ),
    Check(
        name="instance types by zone",
        place="region",
        run=_zones_offer_instance_types,
        actions=("ec2:DescribeAvailabilityZones", "ec2:DescribeInstanceTypeOfferings"),
    ),
)
