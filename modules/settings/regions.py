"""Facts about AWS regions that need no call to AWS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modules.settings.companions import preference
from modules.settings.region_table import REGIONS

if TYPE_CHECKING:
    from collections.abc import Collection

PARTITION = "aws"
#: An account has two Availability Zones here and at least three everywhere else (tests compare with kept data).
REGIONS_OF_TWO_ZONES = frozenset({"us-west-1"})
#: Where AWS Chatbot, now Amazon Q Developer in chat applications, has an API; all have the same configurations.
#: https://docs.aws.amazon.com/general/latest/gr/chatbot.html
REGIONS_OF_CHATBOT = ("ap-southeast-1", "eu-west-1", "us-east-2", "us-west-2")
#: Where AWS Config lacks managed rules that it has elsewhere.
#: https://docs.aws.amazon.com/config/latest/developerguide/managing-rules-by-region-availability.html
REGIONS_THAT_LACK_RULES = frozenset(
    {"ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "mx-central-1"}
)
#: The region whose CloudWatch has the metrics of Route 53 health checks.
#: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-cloudwatch.html
METRICS_OF_ROUTE_53 = "us-east-1"


def known_regions() -> frozenset[str]:
    """Names of the regions of the commercial partition that the platform can be built in."""
    return REGIONS


def is_zone_of(zone: str, region: str) -> bool:
    """Whether ``zone`` is the name of an Availability Zone of ``region``, or an id of one.

    A name such as ``us-east-1a`` is another zone in another account; an id such as ``use1-az6`` is the same zone
    everywhere.

    See https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html
    """
    continent, *directions, number = region.split("-")
    short = "".join(re.sub(r"(north|south)(east|west)", r"\1 \2", word) for word in directions)
    initials = "".join(word[0] for word in short.split())
    return bool(re.fullmatch(rf"{region}[a-z]|{continent}{initials}{number}-az\d", zone))


def chatbot_region(home: str, *, lost: Collection[str] = ()) -> str:
    """Region to call AWS Chatbot in: the home region, or the one with its API that the home region prefers."""
    return next(region for region in (home, *preference(home)) if region in {*REGIONS_OF_CHATBOT} - {*lost})


def zone_count(region: str, *, wanted: int) -> int:
    """Availability Zones to use in ``region``: as many as wanted, or two where an account has no more."""
    return min(wanted, 2) if region in REGIONS_OF_TWO_ZONES else wanted
