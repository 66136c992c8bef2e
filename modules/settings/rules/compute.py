"""Rules about the web tier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from modules.settings.capacity import highest_utilization, left_without_a_zone, smallest_size
from modules.settings.compute import ECR_REGISTRY, ComputeSettings, architecture_of
from modules.settings.faults import Fault
from modules.settings.network import NetworkSettings
from modules.settings.regions import known_regions
from modules.settings.rules.rule import region_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modules.settings.rules.rule import Rule

IMAGE_ENDPOINTS = ("ecr.api", "ecr.dkr")


def instance_types_are_of_the_architecture(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """An image does not start on processors that it is not made for."""
    for compute in _compute(raw):
        for index, instance_type in enumerate(compute.instance_types):
            if architecture_of(instance_type) != compute.architecture:
                yield Fault(
                    f"compute.instance_types[{index}]",
                    f"its processors are {architecture_of(instance_type)}",
                    instance_type,
                    f"instance types of compute.architecture, which is {compute.architecture}",
                )


def images_are_for_regions_of_the_list(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """An image for a region that is not built is a slip of the pen."""
    names = region_names(raw)
    for compute in _compute(raw):
        for region in compute.image_ids:
            if names and region not in names:
                yield Fault(f"compute.image_ids.{region}", "not one of the regions", region, ", ".join(names))


def group_outlives_a_zone(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Without any one zone, what is needed is left of the smallest group."""
    for compute, region, zones in _zones(raw):
        size = compute.smallest_size(zones=zones)
        if (left := left_without_a_zone(size, zones=zones)) < compute.surviving_instances:
            needed = smallest_size(compute.surviving_instances, zones=zones)
            yield Fault(
                "compute.min_size",
                f"without one of the {zones} zones of {region} {left} are left of {size}",
                size,
                f"{needed} or more, of which compute.surviving_instances ({compute.surviving_instances}) are left",
            )
            return


def group_can_have_its_smallest_size(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """The largest size is no smaller than the smallest, and the warm pool fits beside it."""
    for compute, region, zones in _zones(raw):
        if compute.max_size < (size := compute.smallest_size(zones=zones)):
            yield Fault("compute.max_size", f"below the smallest size in {region}", compute.max_size, f"{size} or more")
            return
        if compute.warm_pool_size > (room := compute.max_size - size):
            yield Fault(
                "compute.warm_pool_size",
                f"more than the group can grow by in {region}",
                compute.warm_pool_size,
                f"at most {room}, which is compute.max_size less the smallest size",
            )
            return


def load_of_a_failed_zone_finds_room(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Instances run so far below their limit that those of the other zones can take over one zone's load."""
    for compute, region, zones in _zones(raw):
        if compute.cpu_target > (highest := highest_utilization(zones)):
            yield Fault(
                "compute.cpu_target",
                f"without one of the {zones} zones of {region} the others could not carry the load",
                compute.cpu_target,
                f"at most {highest}",
            )
            return


def one_thing_is_served(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """An artifact and a container would both be what a request means."""
    for compute in _compute(raw):
        if compute.artifact and compute.container.image:
            yield Fault(
                "compute.artifact", "a container is served already", compute.artifact, "it or compute.container.image"
            )


def a_digest_is_of_an_artifact(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A digest without an archive says nothing; of a container its image's name says it."""
    for compute in _compute(raw):
        if compute.artifact_sha256 and not compute.artifact:
            yield Fault(
                "compute.artifact_sha256",
                "there is no archive that it could be of",
                compute.artifact_sha256,
                "it beside compute.artifact; an image is named by its digest, NAME@sha256:DIGEST",
            )


def warm_pool_holds_instances_of_one_kind(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Auto Scaling keeps no warm pool for a group of several instance types or with Spot instances."""
    for compute in _compute(raw):
        if compute.warm_pool_size and (compute.spot_percentage or len(compute.instance_types) > 1):
            yield Fault(
                "compute.warm_pool_size",
                "a group of mixed instances has no warm pool",
                compute.warm_pool_size,
                "0, or one of compute.instance_types and no compute.spot_percentage",
            )


def container_images_can_be_pulled(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Without NAT gateways an image comes from ECR, through the endpoints of the registry."""
    for compute in _compute(raw):
        try:
            network = NetworkSettings.model_validate(raw.get("network", {}))
        except ValidationError:
            return
        if not compute.container.image or network.nat_gateways != "none":
            return
        registry = ECR_REGISTRY.match(compute.container.image)
        if registry is None or any(registry["region"] not in ("{region}", name) for name in region_names(raw)):
            yield Fault(
                "compute.container.image",
                "no way there: network.nat_gateways is none",
                compute.container.image,
                "ACCOUNT.dkr.ecr.{region}.amazonaws.com/NAME, or NAT gateways",
            )
        if missing := [one for one in IMAGE_ENDPOINTS if one not in network.interface_endpoints]:
            yield Fault(
                "network.interface_endpoints",
                f"no way to the registry of compute.container.image: {' and '.join(missing)} missing",
                ", ".join(network.interface_endpoints),
                f"{' and '.join(IMAGE_ENDPOINTS)} among them, or NAT gateways",
            )


def _compute(raw: Mapping[str, Any]) -> Iterator[ComputeSettings]:
    """The section, unless it is malformed."""
    try:
        yield ComputeSettings.model_validate(raw.get("compute", {}))
    except ValidationError:
        return


def _zones(raw: Mapping[str, Any]) -> Iterator[tuple[ComputeSettings, str, int]]:
    """The section with each region and the number of zones that are used there."""
    for compute in _compute(raw):
        try:
            network = NetworkSettings.model_validate(raw.get("network", {}))
        except ValidationError:
            return
        for region in region_names(raw):
            if region in known_regions():
                yield compute, region, network.zone_count(region)


RULES: tuple[Rule, ...] = (
    instance_types_are_of_the_architecture,
    images_are_for_regions_of_the_list,
    group_outlives_a_zone,
    group_can_have_its_smallest_size,
    load_of_a_failed_zone_finds_room,
    one_thing_is_served,
    a_digest_is_of_an_artifact,
    warm_pool_holds_instances_of_one_kind,
    container_images_can_be_pulled,
)
