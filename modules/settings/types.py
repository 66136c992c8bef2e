"""Types of values in settings, each with the sentence that says what is allowed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from modules.settings.faults import choices, nearest
from modules.settings.region_table import OTHER_PARTITIONS, REFUSED_BY_PROVIDER
from modules.settings.regions import known_regions

if TYPE_CHECKING:
    from collections.abc import Hashable

#: Error type whose context carries ``problem`` and ``allowed``, for the loader to make a fault of.
FAULT = "fault"
#: The value of a key that has a default and should have nothing.
NONE = "none"
#: Availability Zones to use in a region, at least and at most.
ZONES = (2, 6)
#: https://datatracker.ietf.org/doc/html/rfc1918
PRIVATE_NETWORKS = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html and
#: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
NAMES_OF_AWS = ("amazon", "amzn", "aws", "sthree")
#: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Tag.html
TAGS_OF_AWS = ("aws:", "rds:")
REGIONS_PAGE = "docs/network.md#regions"
#: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180),
    *(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


class Section(BaseModel):
    """Base of every section: no unknown keys, immutable.

    The docstring of a section has each of its keys under ``Parameters``. From there docs/settings.md and the schema for
    editors take what a key means (``tools/reference``); types, bounds, choices and defaults they take from the fields.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


def fault(problem: str, allowed: str) -> PydanticCustomError:
    """Error that the loader reports as ``problem`` and ``allowed``, beside the path and the value."""
    return PydanticCustomError(FAULT, "{problem}", {"problem": problem, "allowed": allowed})


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What a validator takes, for the reference and for editors, which cannot run it; part of an annotation.

    Parameters
    ----------
    words
        What is allowed, in words.
    values
        All values that there are, if they can be listed.
    pattern
        What a text has to look like, by a regular expression that JavaScript has too. It may take more than the
        validator does, and never less.
    """

    words: str
    values: tuple[str | int, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True, kw_only=True)
class Matching:
    """Refuses a text that does not match a regular expression as a whole.

    Parameters
    ----------
    pattern
        The expression.
    problem, allowed
        What is wrong with another text, and what is allowed, in words.
    flags
        Flags of ``re``.
    """

    pattern: str
    problem: str
    allowed: str
    flags: re.RegexFlag = re.ASCII

    def __call__(self, value: str) -> str:
        """``value`` if it matches."""
        if not re.fullmatch(self.pattern, value, self.flags):
            raise fault(self.problem, self.allowed)
        return value


@dataclass(frozen=True)
class SomeOf:
    """Refuses an empty list of what it names; each item has a validator of its own."""

    what: str

    def __call__(self, value: tuple[str, ...]) -> tuple[str, ...]:
        """``value`` if it has an item."""
        if not value:
            raise fault("an empty list", f"one or more {self.what}")
        return value


def matching(pattern: str, *, problem: str, allowed: str, flags: re.RegexFlag = re.ASCII) -> AfterValidator:
    """Validator of a text that has to match ``pattern`` as a whole; letters and digits are of ASCII by default."""
    return AfterValidator(Matching(pattern=pattern, problem=problem, allowed=allowed, flags=flags))


def some_of(what: str) -> AfterValidator:
    """Validator of a list that needs at least one of ``what``."""
    return AfterValidator(SomeOf(what))


def each_once(value: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
    """Refuse a list that has an item twice: one resource would be made for both, and Terraform has one address."""
    twice = [item for item, count in Counter(value).items() if count > 1]
    if twice:
        raise fault(f"{', '.join(map(str, twice))} stands twice", "each once")
    return value


#: For the annotation of a list.
ONCE = AfterValidator(each_once)


def _is_region(value: str) -> str:
    known = known_regions()
    if value in known:
        return value
    allowed = choices(value, known, where=REGIONS_PAGE)
    if value in REFUSED_BY_PROVIDER:
        raise fault("a region that AWS has and that AWS provider 5.100.0 does not know yet", allowed)
    if value.startswith(OTHER_PARTITIONS):
        raise fault("a region of another partition of AWS", f"regions of the commercial partition: {REGIONS_PAGE}")
    raise fault(f"unknown AWS region{nearest(value, sorted(known))}", allowed)


def _is_region_or_none(value: str) -> str:
    return value if value == NONE else _is_region(value)


def ipv4_network(value: object) -> object:
    """Network that a text names; a validator that comes before all others."""
    if isinstance(value, IPv4Network):
        return value
    if not isinstance(value, str):
        raise fault("not a text", CIDR.words)
    try:
        return IPv4Network(value)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise fault(f"not an IPv4 network ({error})", "a CIDR block such as 10.0.0.0/8, its host bits zero") from error


def _private(value: IPv4Network) -> IPv4Network:
    if not any(value.subnet_of(network) for network in PRIVATE_NETWORKS):
        raise fault("not a private network", "a block inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
    return value


def _zones(value: tuple[str, ...]) -> tuple[str, ...]:
    least, most = ZONES
    if not least <= len(set(value)) == len(value) <= most:
        raise fault("not two to six zones, each once", "such as [use1-az1, use1-az2]")
    return value


def _retention(value: int) -> int:
    if value not in RETENTION_DAYS:
        raise fault("not a retention of CloudWatch Logs", ", ".join(map(str, RETENTION_DAYS)))
    return value


def _free_name(value: str) -> str:
    if value.lower().partition("-")[0] in NAMES_OF_AWS:
        raise fault("names would open with what AWS keeps for itself", f"not {', '.join(NAMES_OF_AWS)}")
    return value


def _free_tag(value: str) -> str:
    if value.lower().startswith(TAGS_OF_AWS):
        raise fault("AWS keeps tags that open like this for itself", f"not {' or '.join(TAGS_OF_AWS)} at the beginning")
    return value


RetentionDays = Annotated[
    int,
    AfterValidator(_retention),
    Allowed(words="what CloudWatch Logs has", values=RETENTION_DAYS),
]
_REGIONS = tuple(sorted(known_regions()))
RegionName = Annotated[str, AfterValidator(_is_region), Allowed(words="an AWS region", values=_REGIONS)]
RegionOrNone = Annotated[
    str,
    AfterValidator(_is_region_or_none),
    Allowed(words=f"an AWS region, or `{NONE}`", values=(*_REGIONS, NONE)),
]
#: A text that names an IPv4 network, for the annotation of one.
CIDR = Allowed(words="a CIDR block such as 10.0.0.0/8", pattern=r"[0-9]+(\.[0-9]+){3}(/[0-9.]+)?")
Cidr = Annotated[IPv4Network, BeforeValidator(ipv4_network), CIDR]
PrivateNetwork = Annotated[
    IPv4Network,
    BeforeValidator(ipv4_network),
    AfterValidator(_private),
    Allowed(words="a CIDR block in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16", pattern=CIDR.pattern),
]
EnvironmentName = Annotated[
    str,
    matching(
        r"[A-Za-z]([A-Za-z0-9]|-(?=[A-Za-z0-9])){0,11}",
        problem="not an environment's name",
        allowed="1 to 12 letters, digits and single hyphens, opening with a letter",
    ),
    AfterValidator(_free_name),
]
EnvironmentSuffix = Annotated[
    str,
    matching(
        r"[a-z]([a-z0-9]|-(?=[a-z0-9])){0,11}",
        problem="not a short lower-case name",
        allowed="1 to 12 lower-case letters, digits and single hyphens, opening with a letter",
    ),
]
TagValue = Annotated[
    str,
    matching(
        r"(?! )[\w .:/=+@-]{1,256}(?<! )",
        problem="not a tag value that every AWS service takes",
        allowed="1 to 256 letters, digits, inner spaces and . : / = + - @ _",
        flags=re.UNICODE,
    ),
    AfterValidator(_free_tag),
    # JavaScript has other letters.
    Allowed(words="1 to 256 letters, digits, inner spaces and . : / = + - @ _", pattern=r".{1,256}"),
]
Domain = Annotated[
    str,
    matching(
        r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])",
        problem="not a public DNS name",
        allowed="lower-case labels of at most 63 characters joined by dots, such as example.com",
    ),
]
#: Reserved concurrency of a function.
Concurrency = Annotated[int, Field(ge=1, le=100)]
AccountId = Annotated[str, matching(r"[0-9]{12}", problem="not an AWS account id", allowed="12 digits")]
PolicyArn = Annotated[
    str,
    matching(
        r"arn:aws:iam::(\d{12}|aws):policy/[\w+=,.@/-]{1,512}",
        problem="not the ARN of a managed policy",
        allowed="arn:aws:iam::ACCOUNT:policy/NAME",
    ),
]
ZoneName = Annotated[
    str,
    matching(
        r"[a-z]{2}-[a-z]+-\d[a-z]|[a-z]{2,4}\d-az\d",
        problem="not an Availability Zone",
        allowed="the name of one, such as us-east-1a, or its id, such as use1-az6",
    ),
]
ZoneNames = Annotated[tuple[ZoneName, ...], AfterValidator(_zones), Allowed(words="two to six Availability Zones")]
BucketName = Annotated[
    str,
    matching(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        problem="not the name of a bucket",
        allowed="3 to 63 lower-case letters, digits, dots and hyphens",
    ),
]
