"""Settings to test with."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.settings.regions import METRICS_OF_ROUTE_53

EIGHT_KEYS: dict[str, Any] = {
    "environment": "prod",
    "environment_suffix": "test",
    "owner": "platform-team",
    "cost_center": "CC-1000",
    "project": "meridian",
    "regions": ["us-east-1", "us-west-2", "ap-south-1"],
    "primary_region": "us-east-1",
    "domain": "example.com",
}
ONE = ("eu-west-1",)
TWO = ("us-west-1", "us-east-1")
THREE = ("us-east-1", "us-west-2", "ap-south-1")
FIVE = ("eu-west-1", "sa-east-1", "us-west-1", "ap-southeast-2", "eu-central-1")
#: The settings of THREE after the second region has taken over from the first.
TAKEN_OVER: dict[str, Any] = {
    "primary_region": "us-west-2",
    "home_region": "us-east-1",
    "database": {"instances": {"us-east-1": {"role": "detached"}, "ap-south-1": {"of": "us-east-1"}}},
}
#: The databases of THREE after that, while the primary region is what it was.
SWITCHED: dict[str, Any] = {"instances": {"us-west-2": {"role": "writer"}, "us-east-1": {"role": "detached"}}}
SEVENTEEN = (
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
    *("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1"),
    *("ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
)

#: One group of AWS's in `entry.firewall`: Terraform sorts the rules of a web ACL by comparing their types, which are
#: huge, and with all six takes two to four seconds of the processor more a plan.
FEW_RULES = dict.fromkeys(("common", "sql_injection", "ip_reputation", "anonymous_ip"), "off")

#: For settings other than the defaults, which take syntheses of their own; what more regions change, the defaults show.
SMALL_SETS = pytest.mark.parametrize(
    "regions", [pytest.param(one, marks=pytest.mark.slow) for one in (ONE, TWO)], ids=len
)

#: As many regions as an account has without opting in: in a set of parameters, and not in the fast loop.
WIDEST = pytest.param(SEVENTEEN, marks=pytest.mark.slow)


def told_in(regions: Iterable[str]) -> set[str]:
    """The regions that have topics: these, and the one whose CloudWatch has the metrics of Route 53."""
    return {*regions, METRICS_OF_ROUTE_53}


def settings_of(*regions: str, **more: Any) -> dict[str, Any]:
    """The eight keys for these regions, of which the first is the primary, and more keys."""
    return EIGHT_KEYS | {"regions": list(regions), "primary_region": regions[0]} | more


def write_settings(folder: Path, content: dict[str, Any]) -> Path:
    path = folder / "settings.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path
