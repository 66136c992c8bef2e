"""Which other region a region prefers for copies of its data.

Data, and not the order of a settings file: the first companion that is one of the regions is taken, so a region that is
added moves a copy only where it comes before the one in use. The first is on the same continent if there is one, and
mostly so far away that no storm or earthquake reaches both.

See https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.settings.region_table import REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

#: By region, those that it prefers, the best first. All others follow: those of its continent, then the rest, by name.
COMPANIONS: dict[str, tuple[str, ...]] = {
    "af-south-1": ("eu-west-1", "eu-central-1", "eu-west-2", "me-central-1", "ap-south-1"),
    "ap-east-1": ("ap-southeast-1", "ap-northeast-1", "ap-northeast-2", "ap-east-2", "ap-southeast-2"),
    "ap-east-2": ("ap-northeast-1", "ap-southeast-1", "ap-east-1", "ap-northeast-2", "ap-northeast-3"),
    "ap-northeast-1": ("ap-northeast-3", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ap-east-1"),
    "ap-northeast-2": ("ap-northeast-1", "ap-northeast-3", "ap-southeast-1", "ap-east-1", "ap-southeast-2"),
    "ap-northeast-3": ("ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ap-east-1"),
    "ap-south-1": ("ap-southeast-1", "ap-south-2", "ap-southeast-2", "ap-northeast-1", "ap-southeast-3"),
    "ap-south-2": ("ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-southeast-3"),
    "ap-southeast-1": ("ap-southeast-2", "ap-northeast-1", "ap-south-1", "ap-southeast-3", "ap-east-1"),
    "ap-southeast-2": ("ap-southeast-4", "ap-southeast-1", "ap-northeast-1", "ap-northeast-2", "ap-south-1"),
    "ap-southeast-3": ("ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-south-1", "ap-southeast-5"),
    "ap-southeast-4": ("ap-southeast-2", "ap-southeast-1", "ap-northeast-1", "ap-northeast-2", "ap-south-1"),
    "ap-southeast-5": ("ap-southeast-1", "ap-southeast-3", "ap-southeast-2", "ap-southeast-7", "ap-northeast-1"),
    "ap-southeast-7": ("ap-southeast-1", "ap-southeast-5", "ap-southeast-3", "ap-southeast-2", "ap-northeast-1"),
    "ca-central-1": ("ca-west-1", "us-east-1", "us-east-2", "us-west-2", "us-west-1"),
    "ca-west-1": ("ca-central-1", "us-west-2", "us-west-1", "us-east-2", "us-east-1"),
    "eu-central-1": ("eu-west-1", "eu-west-3", "eu-north-1", "eu-west-2", "eu-south-1", "eu-central-2", "eu-south-2"),
    "eu-central-2": ("eu-central-1", "eu-west-1", "eu-west-3", "eu-south-1", "eu-north-1", "eu-west-2", "eu-south-2"),
    "eu-north-1": ("eu-west-1", "eu-central-1", "eu-west-3", "eu-west-2", "eu-central-2", "eu-south-1", "eu-south-2"),
    "eu-south-1": ("eu-central-1", "eu-west-1", "eu-west-3", "eu-south-2", "eu-central-2", "eu-north-1", "eu-west-2"),
    "eu-south-2": ("eu-west-1", "eu-west-3", "eu-central-1", "eu-south-1", "eu-west-2", "eu-central-2", "eu-north-1"),
    "eu-west-1": ("eu-central-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-south-2", "eu-south-1", "eu-central-2"),
    "eu-west-2": ("eu-west-1", "eu-central-1", "eu-west-3", "eu-north-1", "eu-south-2", "eu-south-1", "eu-central-2"),
    "eu-west-3": ("eu-central-1", "eu-west-1", "eu-west-2", "eu-south-2", "eu-south-1", "eu-north-1", "eu-central-2"),
    "il-central-1": ("eu-central-1", "eu-south-1", "eu-west-1", "me-south-1", "me-central-1"),
    "me-central-1": ("me-south-1", "ap-south-1", "eu-central-1", "eu-west-1", "il-central-1"),
    "me-south-1": ("me-central-1", "eu-central-1", "ap-south-1", "eu-west-1", "il-central-1"),
    "mx-central-1": ("us-east-2", "us-west-2", "us-east-1", "us-west-1", "ca-central-1"),
    "sa-east-1": ("us-east-1", "us-east-2", "us-west-2", "us-west-1", "ca-central-1", "mx-central-1"),
    "us-east-1": ("us-west-2", "us-east-2", "us-west-1", "ca-central-1", "ca-west-1"),
    "us-east-2": ("us-west-2", "us-east-1", "us-west-1", "ca-central-1", "ca-west-1"),
    "us-west-1": ("us-east-1", "us-west-2", "us-east-2", "ca-central-1", "ca-west-1"),
    "us-west-2": ("us-east-1", "us-east-2", "us-west-1", "ca-central-1", "ca-west-1"),
}


def preference(region: str) -> tuple[str, ...]:
    """Every other region that the platform can be built in, in the order in which ``region`` prefers them."""
    named, continent = COMPANIONS.get(region, ()), region.partition("-")[0]
    rest = sorted(REGIONS - {region, *named}, key=lambda other: (other.partition("-")[0] != continent, other))
    return (*named, *rest)


def companion(region: str, others: Iterable[str]) -> str | None:
    """The one of ``others`` that ``region`` prefers; ``None`` if there is no other."""
    order = {name: place for place, name in enumerate(preference(region))}
    return min(
        (name for name in others if name != region), key=lambda name: (order.get(name, len(order)), name), default=None
    )
