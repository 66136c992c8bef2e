"""Settings of a container in the web tier."""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from modules.settings.faults import Fault
from modules.settings.parameters import PARAMETERS, variable
from modules.settings.types import Allowed, Section, fault, matching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

#: Variables that the platform sets, or by which the AWS SDK would leave the role of the instance.
RESERVED = {
    *(variable(name) for name in PARAMETERS),
    "PORT",
    *("AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_REGION", "AWS_ROLE_ARN", "AWS_SECRET_ACCESS_KEY"),
    *("AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    # The script that starts the container has the secrets in its own environment.
    *("EUID", "HOME", "IFS", "PATH", "PPID", "SHELLOPTS", "UID"),
}
RESERVED_PREFIXES = ("BASH", "DOCKER_", "LD_")
#: Most variables, and most bytes of all of them. User data has at most 16 KiB, of which the script takes half.
#: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
MOST_VARIABLES, LARGEST_ENVIRONMENT = 50, 4096
#: Characters for secrets in the policies of the instances' role, which has 10,240 in all; each is named twice.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
SECRETS_CHARACTERS = 3600
#: What a name takes besides itself: the rest of its ARN in the region with the longest name.
REST_OF_ARN = len("arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:-??????")
VARIABLE_NAME = r"[A-Z][A-Z0-9_]{0,127}"


def _variable_name(value: str) -> str:
    if not re.fullmatch(VARIABLE_NAME, value, re.ASCII):
        raise fault("not the name of a variable", "upper-case letters, digits and underscores, opening with a letter")
    if value in RESERVED or value.startswith(RESERVED_PREFIXES):
        raise fault("a variable that the platform, the AWS SDK or a shell sets", "another name")
    return value


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
VariableName = Annotated[
    str,
    AfterValidator(_variable_name),
    Allowed(words="the name of an environment variable", pattern=VARIABLE_NAME),
]
VariableValue = Annotated[
    str,
    matching(
        r"[^\x00-\x1f\x7f]*",
        problem="not a value on one line",
        allowed="text without control characters; a secret may have several lines",
    ),
]
SecretId = Annotated[
    str,
    matching(
        r"[A-Za-z0-9/_+=.@-]{1,512}"
        r"|arn:aws:secretsmanager:([a-z0-9-]+|\{region\}):[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,519}",
        problem="not the name or the ARN of a secret",
        allowed="a name, or arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX, in which {region} stands for the "
        "region",
    ),
]
ECR_REGISTRY = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+|\{region\})\.amazonaws\.com")
IMAGE_ENDPOINTS, SECRETS_ENDPOINT = ("ecr.api", "ecr.dkr"), "secretsmanager"


@dataclass(frozen=True, kw_only=True)
class ContainerSecret:
    """A secret of the container, for the instances of one region.

    Parameters
    ----------
    variable
        The environment variable that gets its value.
    region
        The region that it is read in.
    id
        Its name or its ARN.
    """

    variable: str
    region: str
    id: str


class ContainerSettings(Section):
    """The container that the web tier serves.

    Parameters
    ----------
    image
        The image, with its registry and its tag or, better, its digest; ``{region}`` in it stands for the region, so
        that each region pulls from its own registry. By default no container is served.
    port
        The port that it listens on, above 1023 because it runs without privileges; it gets it as the variable ``PORT``.
    health_path
        Path of its health check, which answers 200 only if the container works.
    read_only
        Whether its file system is read-only except for ``/tmp``, which is in memory. Many images write elsewhere.
    environment
        Environment variables besides those of the platform's parameters (docs/application.md#variables-and-secrets).
        They are no secrets: they are in the user data.
    secrets
        Secrets of Secrets Manager, by the environment variable that gets the value: the name, in the instance's region,
        or the ARN. They are read each time the container starts (docs/application.md#variables-and-secrets).
    """

    image: ImageReference | None = None
    port: Annotated[int, Field(ge=1024, le=65535)] = 8080
    health_path: HealthPath = "/health"
    read_only: bool = False
    environment: Mapping[VariableName, VariableValue] = Field(default_factory=dict)
    secrets: Mapping[VariableName, SecretId] = Field(default_factory=dict)

    def image_in(self, region: str) -> str | None:
        """The image for the instances of ``region``; ``None`` if no container is served."""
        return self.image.replace("{region}", region) if self.image else None

    def secrets_in(self, region: str) -> list[ContainerSecret]:
        """The secrets of the container in ``region``; those with the ARN of another region are read there."""
        found = []
        for name, stated in self.secrets.items():
            secret_id = stated.replace("{region}", region)
            where = secret_id.split(":")[3] if secret_id.startswith("arn:") else region
            found.append(ContainerSecret(variable=name, region=where, id=secret_id))
        return found


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


def variables_have_a_container(draft: Draft) -> Iterator[Fault]:
    """Nothing else that the web tier serves has an environment."""
    if draft.compute is None or draft.compute.container.image:
        return
    for key in ("environment", "secrets"):
        if stated := getattr(draft.compute.container, key):
            path = f"compute.container.{key}"
            yield Fault(path, "no container is served", ", ".join(stated), f"{path} beside compute.container.image")


def variables_are_stated_once(draft: Draft) -> Iterator[Fault]:
    """A variable has one value, and all of them fit in the user data."""
    if draft.compute is None:
        return
    container = draft.compute.container
    for name in sorted(container.environment.keys() & container.secrets.keys()):
        path = f"compute.container.secrets.{name}"
        yield Fault(path, "compute.container.environment has this variable too", name, "each variable once")
    stated = [*container.environment.items(), *container.secrets.items()]
    size = sum(len(f"{name}={value}".encode()) for name, value in stated)
    if size > LARGEST_ENVIRONMENT or len(stated) > MOST_VARIABLES:
        yield Fault(
            "compute.container.environment",
            f"{len(stated)} variables of {size} bytes with compute.container.secrets, too much for the user data",
            ", ".join(name for name, _ in stated),
            f"at most {MOST_VARIABLES} of {LARGEST_ENVIRONMENT} bytes; the rest from a secret or the image",
        )


def secrets_fit_in_a_role(draft: Draft) -> Iterator[Fault]:
    """The role of the instances names every secret, for reading and for decryption, and IAM limits its length."""
    if draft.compute is None:
        return
    stated = {one.replace("{region}", "ap-northeast-1") for one in draft.compute.container.secrets.values()}
    each = (len(one) + (0 if one.startswith("arn:") else REST_OF_ARN) for one in stated)
    # With quotes and a comma.
    needed = sum(2 * (length + 3) for length in each)
    if needed > SECRETS_CHARACTERS:
        yield Fault(
            "compute.container.secrets",
            f"too many for the policies of the instances' role: {needed} characters",
            len(stated),
            f"at most {SECRETS_CHARACTERS} characters, twice the ARN and 6 for each; one can hold several values",
        )


def secrets_can_be_read(draft: Draft) -> Iterator[Fault]:
    """Without NAT gateways secrets come from the instance's own region, through its interface endpoint."""
    compute, network = draft.compute, draft.network
    if compute is None or network is None or network.nat_gateways != "none" or not compute.container.secrets:
        return
    if SECRETS_ENDPOINT not in network.interface_endpoints:
        yield Fault(
            "network.interface_endpoints",
            f"no way to compute.container.secrets: {SECRETS_ENDPOINT} missing",
            ", ".join(network.interface_endpoints),
            f"{SECRETS_ENDPOINT} among them, or NAT gateways",
        )
    for region in draft.regions:
        for one in compute.container.secrets_in(region):
            if one.region != region:
                yield Fault(
                    f"compute.container.secrets.{one.variable}",
                    f"no way there from {region}: network.nat_gateways is none",
                    one.id,
                    "a name or {region} in the ARN, and a replica of the secret in each region; or NAT gateways",
                )
                return
