"""What a change of a key costs or saves in the default platform, as `make numbers` found it by synthesizing both."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from math import nan
from pathlib import Path
from typing import Any

import yaml

from modules.settings.text import TextLoader
from tools import cost
from tools.changes.table import Row, rows, tried
from tools.paths import ROOT
from tools.prices import USES
from tools.savings import LEAST_USD, TotalOf, settings_total

COSTS = Path(__file__).with_name("costs.yaml")
DEFAULT = ROOT / "config" / "prod.yaml"
#: What is charged by use, as tools/prices.py calls it, by the keys that move it.
BY_USE = {
    "configuration.frequency": "items recorded by AWS Config",
    "network.interface_endpoints": "traffic through interface endpoints",
    "network.nat_gateways": "traffic through NAT gateways",
    "storage.keep_logs_days": "objects and their copies in S3",
    "storage.keep_noncurrent_days": "objects and their copies in S3",
    "storage.tier_after_days": "objects and their copies in S3",
    "trail.data_events": "data events of the trail",
    "trail.session_events": "data events of the trail",
}


#: Types whose price follows from their arguments, and those that have one each.
BY_ARGUMENTS = frozenset(
    {
        "aws_autoscaling_group",
        "aws_db_instance",
        "aws_dynamodb_table",
        "aws_launch_template",
        "aws_route53_health_check",
        "aws_secretsmanager_secret",
        "aws_wafv2_web_acl",
    }
)
EACH = BY_ARGUMENTS | {
    "aws_cloudwatch_composite_alarm",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_metric_alarm",
    "aws_eip",
    "aws_kms_key",
    "aws_kms_replica_key",
    "aws_lb",
    "aws_nat_gateway",
    "aws_route53_zone",
    "aws_vpc_endpoint",
}


def cost_of(name: str) -> str:
    """Return what a change of a key costs in a month, in words; nothing if it costs nothing that is counted."""
    said = []
    if usd := known().get(name):
        said.append(f"the example costs {abs(usd):,.0f} USD a month {'more' if usd > 0 else 'less'}")
    uses = {use.name: use for use in USES}
    if use := uses.get(BY_USE.get(name, "")):
        said.append(f"by use, [{use.name}](cost.md#charges-by-use): {use.usd:g} USD per {use.unit}")
    return "; ".join(said)


def measured(total_of: TotalOf) -> dict[str, float]:
    """Return what each change of the table of changes costs more in a month, in dollars, by key.

    Parameters
    ----------
    total_of : callable
        Returns what a settings file with a text costs, or nothing where its settings are refused.
    """
    found = {key: difference(row, total_of) for key, row in rows().items() if is_counted(key)}
    return {key: usd for key, usd in found.items() if usd is not None and abs(usd) >= LEAST_USD}


def difference(row: Row, total_of: TotalOf) -> float | None:
    """Return what a change costs more in a month; nothing where the settings are refused."""
    regions = default()["regions"]
    before, after = (total_of(_with(keys)) for keys in row.settings(region=regions[0], other=regions[1]))
    return None if before is None or after is None else round(after - before, 2)


def is_counted(key: str) -> bool:
    """Return whether a change moves what has a price, and leaves the regions as they are."""
    if key in ("regions", "primary_region"):
        return False
    return any(
        each.kind in (BY_ARGUMENTS if each.action == "update" else EACH) and each.action != "follow"
        for each in tried().get(key, ())
    )


def price(*stacks: Any) -> float:  # noqa: ANN401 - JSON
    """Return what stacks cost in a month; not a number if one of the prices is unknown."""
    found = cost.lines(*stacks)
    return nan if any(not one.known and not one.each for one in found) else cost.total(found)


def write(*, environ: Mapping[str, str]) -> None:
    """Price each change anew; takes a synthesis for each."""
    total_of = cache(settings_total(price, environ=environ))
    texts = {
        _with(keys)
        for key, row in rows().items()
        if is_counted(key)
        for keys in row.settings(region=default()["regions"][0], other=default()["regions"][1])
    }
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(total_of, texts))
    COSTS.write_text(yaml.safe_dump(measured(total_of), sort_keys=False), encoding="utf-8")


@cache
def known() -> dict[str, float]:
    """Return what the file says."""
    found: dict[str, float] = yaml.safe_load(COSTS.read_text(encoding="utf-8"))
    return found


@cache
def default() -> dict[str, Any]:
    """Return the settings of the default platform."""
    settings: dict[str, Any] = yaml.load(DEFAULT.read_text(encoding="utf-8"), Loader=TextLoader)  # noqa: S506
    return settings


def _with(keys: Mapping[str, Any]) -> str:
    return yaml.safe_dump(nested(keys, into=default()), sort_keys=False, allow_unicode=True)


def nested(keys: Mapping[str, Any], *, into: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return settings in which keys, given by their paths, have these values.

    Parameters
    ----------
    keys : mapping
        Values by path.
    into : mapping, optional
        Settings that have other keys besides. By default none.
    """
    content = dict(into or {})
    for path, what in keys.items():
        *sections, last = path.split(".")
        place = content
        for section in sections:
            place[section] = dict(place.get(section) or {})
            place = place[section]
        place[last] = what
    return content
