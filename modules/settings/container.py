"""Settings of a container in the web tier."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from modules.settings.faults import Fault
from modules.settings.types import Section, matching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

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
IMAGE_ENDPOINTS = ("ecr.api", "ecr.dkr")


class ContainerSettings(Section):
    """The container that the web tier serves.

    Parameters
    ----------
    image
        The image, with its registry and its tag or, better, its digest; ``{region}`` in it stands for the region, so
        that each region pulls from its own registry. None by default: no container is served.
    port
        The port that it listens on, above 1023 because it runs without privileges. 8080 by default.
    health_path
        Path of its health check, which answers 200 only if the container works. ``/health`` by default.
    read_only
        Whether its file system is read-only except for ``/tmp``, which is in memory. No by default, since many images
        write elsewhere.
    """

    image: ImageReference | None = None
    port: Annotated[int, Field(ge=1024, le=65535)] = 8080
    health_path: HealthPath = "/health"
    read_only: bool = False

    def image_in(self, region: str) -> str | None:
        """The image for the instances of ``region``; ``None`` if no container is served."""
        return self.image.replace("{region}", region) if self.image else None


def artifact_or_container(draft: Draft) -> Iterator[Fault]:
    """The web tier serves one of the two."""
    compute = draft.compute
    if compute and compute.artifact and compute.container.image:
        yield Fault(
            "compute.artifact", "a container is served already", compute.artifact, "it or compute.container.image"
        )


def image_can_be_pulled(draft: Draft) -> Iterator[Fault]:
    """Without NAT gateways an image comes from ECR, through its interface endpoints."""
    compute, network = draft.compute, draft.network
    if compute is None or network is None or network.nat_gateways != "none" or not compute.container.image:
        return
    registry = ECR_REGISTRY.match(compute.container.image)
    if registry is None or any(registry["region"] not in ("{region}", name) for name in draft.regions):
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
