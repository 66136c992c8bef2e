"""Settings of the compute area."""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from typing import Annotated, Literal

from pydantic import Field

from modules.settings.capacity import smallest_size
from modules.settings.types import RegionName, Section, matching, some_of

Architecture = Literal["arm64", "x86_64"]

InstanceType = Annotated[
    str,
    matching(
        r"[a-z][a-z-]*\d[a-z0-9-]*\.[a-z0-9-]+",
        problem="not an instance type",
        allowed="a family and a size such as m6g.large",
    ),
]
ImageId = Annotated[
    str,
    matching(r"ami-[0-9a-f]{8}([0-9a-f]{9})?", problem="not the id of an image", allowed="ami- and 8 or 17 digits"),
]
ArtifactKey = Annotated[
    str,
    matching(
        r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)*\.tar\.gz",
        problem="not the key of an artifact",
        allowed="letters, digits, dots, hyphens, underscores and slashes, ending in .tar.gz, such as site/1.4.0.tar.gz",
    ),
]
Digest = Annotated[
    str, matching(r"[0-9a-f]{64}", problem="not a SHA-256 digest", allowed="64 lower-case hexadecimal digits")
]
ImageReference = Annotated[
    str,
    matching(
        # Its parts open with a letter or a digit: a hyphen would make it an option of ``docker``. Names have at most
        # 255 characters: https://pkg.go.dev/github.com/distribution/reference#pkg-constants.
        r"(?=[a-z0-9{].{0,511}$)[a-z0-9.-]*(\{region\}[a-z0-9.-]*)*(:\d+)?(/[a-z0-9][a-z0-9._-]*)+"
        r"(:\w[\w.-]{0,127}|@sha256:[0-9a-f]{64})",
        problem="not a container image with its registry and its tag or digest",
        allowed="REGISTRY/NAME:TAG or REGISTRY/NAME@sha256:DIGEST, in which {region} stands for the region",
    ),
]
HealthPath = Annotated[
    str, matching(r"(/[A-Za-z0-9._~-]*)+", problem="not the path of a page", allowed="a path such as /health")
]
ECR_REGISTRY = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+|\{region\})\.amazonaws\.com")


def architecture_of(instance_type: str) -> Architecture:
    """Architecture of an instance type: a ``g`` behind the generation of its family says Graviton.

    See https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
    """
    family = instance_type.partition(".")[0]
    options = re.sub(r"^[a-z-]+\d+", "", family)
    return "arm64" if family == "a1" or "g" in options.partition("-")[0] else "x86_64"


class ContainerSettings(Section):
    """A container that is served.

    Parameters
    ----------
    image
        The image, with its registry and its tag or, better, its digest; ``{region}`` in it stands for the region, so
        that each region pulls from its own registry. None by default: no container is served.
    port
        The port that it listens on, above 1023 because it runs without privileges. 8080 by default.
    health_path
        The path of its page that answers 200 only if it can work. ``/health`` by default.
    read_only
        Whether it can write nowhere but to ``/tmp``, which is memory. No by default, since many images write elsewhere.
    """

    image: ImageReference | None = None
    port: Annotated[int, Field(ge=1024, le=65535)] = 8080
    health_path: HealthPath = "/health"
    read_only: bool = False

    def image_in(self, region: str) -> str | None:
        """The image for the instances of ``region``; ``None`` if no container is served."""
        return self.image.replace("{region}", region) if self.image else None


class ComputeSettings(Section):
    """The web tier of each region.

    Parameters
    ----------
    architecture
        Processors of the instances: ``arm64`` (Graviton, the default) or ``x86_64``.
    instance_types
        Instance types of that architecture. With more than one, the group takes what is to be had, in this order.
        ``m6g.large`` by default, which every region has.
    image_ids
        Images by region, such as one that is to be kept or gone back to. By default the newest Amazon Linux 2023.
    spot_percentage
        Percentage of Spot instances among those above the smallest size. None by default.
    surviving_instances
        Instances that have to be left when a zone fails. 2 by default.
    min_size
        Instances of the group at least. By default as few as leave ``surviving_instances`` without any one zone.
    max_size
        Instances of the group at most. 12 by default.
    warm_pool_size
        Stopped instances that are kept ready. None by default.
    cpu_target
        Average CPU utilization, in percent, that the group is scaled to. 50 by default, which leaves room for the load
        of a failed zone.
    requests_target
        Requests a minute for each instance that the group is scaled to. 1000 by default.
    volume_size
        Size of an instance's volume, in GiB. 16 by default.
    max_lifetime_days
        Days after which an instance is replaced. 30 by default.
    artifact
        An archive in the data bucket, under ``releases/``, that is unpacked and served; it holds an ``index.html``.
    artifact_sha256
        The SHA-256 digest of that archive: an instance that finds another object there does not come up. None, the
        default, takes what is there.
    container
        A container that is served. With neither it nor ``artifact`` a page of the platform's own is served.
    """

    architecture: Architecture = "arm64"
    instance_types: Annotated[tuple[InstanceType, ...], some_of("instance types")] = ("m6g.large",)
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
        """``min_size``, or what it is by default in a region of so many zones."""
        return self.min_size or smallest_size(self.surviving_instances, zones=zones)
