"""Settings of the web tier."""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from modules.settings.capacity import highest_utilization, left_without_a_zone, smallest_size
from modules.settings.container import ContainerSettings
from modules.settings.faults import Fault
from modules.settings.instance_types import InstanceType  # noqa: TC001 - pydantic reads the annotation
from modules.settings.regions import known_regions
from modules.settings.types import ONCE, RegionName, Section, fault, matching, some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

Architecture = Literal["arm64", "x86_64"]

#: Instance types of a mixed group.
#: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplate.html
MOST_TYPES = 40
#: Where the instances look for an artifact.
RELEASES = "releases/"


def _below_releases(value: str) -> str:
    if value.startswith(RELEASES):
        raise fault(f"the key below {RELEASES} of the data bucket is meant", value.removeprefix(RELEASES))
    return value


ImageId = Annotated[
    str,
    matching(r"ami-[0-9a-f]{8}([0-9a-f]{9})?", problem="not the id of an image", allowed="ami- and 8 or 17 digits"),
]
ArtifactKey = Annotated[
    str,
    matching(
        r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)*\.tar\.gz",
        problem="not the key of an artifact",
        allowed="the key without releases/, which is put before it: letters, digits, dots, hyphens, underscores and "
        "slashes, ending in .tar.gz, such as site/1.4.0.tar.gz",
    ),
    AfterValidator(_below_releases),
]
Digest = Annotated[
    str, matching(r"[0-9a-f]{64}", problem="not a SHA-256 digest", allowed="64 lower-case hexadecimal digits")
]


def architecture_of(instance_type: str) -> Architecture:
    """Architecture of an instance type: a ``g`` after the generation means Graviton.

    See https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
    """
    family = instance_type.partition(".")[0]
    options = re.sub(r"^[a-z-]+\d+", "", family)
    return "arm64" if family == "a1" or "g" in options.partition("-")[0] else "x86_64"


class ComputeSettings(Section):
    """The web tier of each region.

    Parameters
    ----------
    architecture
        Processors of the instances; ``arm64`` is Graviton.
    instance_types
        Instance types of that architecture. With more than one, the group uses those that have capacity, in this order.
        Every region has the default.
    image_ids
        AMIs by region, for example to keep one or to go back to it. By default the newest Amazon Linux 2023.
    spot_percentage
        Spot instances among those above the smallest size.
    surviving_instances : in instances
        Instances that must survive the loss of one Availability Zone.
    min_size : in instances
        Minimum size of the group of a region. By default the smallest that leaves ``surviving_instances`` without any
        one zone.
    max_size : in instances
        Maximum size of the group of a region.
    warm_pool_size : in instances
        Stopped instances that are kept ready.
    cpu_target : in percent
        Average CPU utilization that the group is scaled to. The default leaves room for the load of a lost zone.
    requests_target : in requests a minute
        Requests for each instance that the group is scaled to.
    volume_size : in GiB
        Size of an instance's volume.
    max_lifetime_days
        When an instance is replaced.
    artifact
        An archive in the data bucket that is unpacked and served; it contains an ``index.html``. Its key in the bucket
        is ``releases/`` and this (docs/application.md#an-artifact).
    artifact_sha256
        The SHA-256 digest of that archive: an instance that finds another object there does not start to serve. By
        default nothing is checked.
    container
        A container that is served. Without it and without ``artifact`` the instances serve a page of the platform.
    """

    architecture: Architecture = "arm64"
    instance_types: Annotated[
        tuple[InstanceType, ...], Field(max_length=MOST_TYPES), some_of("instance types"), ONCE
    ] = ("m6g.large",)
    image_ids: Mapping[RegionName, ImageId] = Field(default_factory=dict)
    spot_percentage: Annotated[int, Field(ge=0, le=100)] = 0
    surviving_instances: Annotated[int, Field(ge=1, le=500)] = 2
    min_size: Annotated[int, Field(ge=1, le=1000)] | None = None
    max_size: Annotated[int, Field(ge=1, le=1000)] = 12
    warm_pool_size: Annotated[int, Field(ge=0, le=1000)] = 0
    cpu_target: Annotated[int, Field(ge=10, le=90)] = 50
    requests_target: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    volume_size: Annotated[int, Field(ge=8, le=16384)] = 16
    max_lifetime_days: Annotated[int, Field(ge=1, le=365)] = 30
    artifact: ArtifactKey | None = None
    artifact_sha256: Digest | None = None
    container: ContainerSettings = ContainerSettings()

    def smallest_size(self, *, zones: int) -> int:
        """``min_size``, or its default in a region of so many zones."""
        return self.min_size or smallest_size(self.surviving_instances, zones=zones)


def instance_types_match_the_architecture(draft: Draft) -> Iterator[Fault]:
    """An AMI boots on its own architecture only."""
    if (compute := draft.compute) is None:
        return
    for index, instance_type in enumerate(compute.instance_types):
        if architecture_of(instance_type) != compute.architecture:
            yield Fault(
                f"compute.instance_types[{index}]",
                f"its processors are {architecture_of(instance_type)}",
                instance_type,
                f"instance types of compute.architecture, which is {compute.architecture}",
            )


def image_ids_are_of_the_regions(draft: Draft) -> Iterator[Fault]:
    """An AMI for a region that is not in the list is more likely a mistake."""
    if draft.compute:
        yield from draft.check_keys("compute.image_ids", draft.compute.image_ids)


def group_survives_the_loss_of_a_zone(draft: Draft) -> Iterator[Fault]:
    """The smallest group keeps ``surviving_instances`` when it loses any one Availability Zone."""
    for compute, region, zones in _zones(draft):
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


def max_size_allows_min_size_and_warm_pool(draft: Draft) -> Iterator[Fault]:
    """The maximum size is not below the minimum, and leaves room for the warm pool."""
    for compute, region, zones in _zones(draft):
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


def cpu_target_leaves_room_for_a_lost_zone(draft: Draft) -> Iterator[Fault]:
    """The instances of the other Availability Zones can take over the load of one."""
    for compute, region, zones in _zones(draft):
        if compute.cpu_target > (highest := highest_utilization(zones)):
            yield Fault(
                "compute.cpu_target",
                f"without one of the {zones} zones of {region} the others could not carry the load",
                compute.cpu_target,
                f"at most {highest}",
            )
            return


def digest_has_an_artifact(draft: Draft) -> Iterator[Fault]:
    """A digest is of an archive; the digest of a container image is part of its name."""
    compute = draft.compute
    if compute and compute.artifact_sha256 and not compute.artifact:
        yield Fault(
            "compute.artifact_sha256",
            "there is no archive that it could be of",
            compute.artifact_sha256,
            "it beside compute.artifact; an image is named by its digest, NAME@sha256:DIGEST",
        )


def warm_pool_has_one_instance_type(draft: Draft) -> Iterator[Fault]:
    """EC2 Auto Scaling has no warm pool for a mixed instances group."""
    compute = draft.compute
    if compute and compute.warm_pool_size and (compute.spot_percentage or len(compute.instance_types) > 1):
        yield Fault(
            "compute.warm_pool_size",
            "a group of mixed instances has no warm pool",
            compute.warm_pool_size,
            "0, or one of compute.instance_types and no compute.spot_percentage",
        )


def _zones(draft: Draft) -> Iterator[tuple[ComputeSettings, str, int]]:
    """The section, with each AWS region and its number of Availability Zones."""
    compute, network = draft.compute, draft.network
    if compute and network:
        for region in draft.regions:
            if region in known_regions():
                yield compute, region, network.zone_count(region)
