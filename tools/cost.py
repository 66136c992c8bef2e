"""What the platform costs in a month while nobody uses it, from what the synthesized JSON says there is.

List prices in US dollars without taxes, free tiers and discounts, read from copies of AWS's pages and price lists.
They are for an idea: AWS's own calculator (https://calculator.aws) is right where the two differ. What is paid for by
use (requests, traffic, log data, evaluations) is not in them; docs/cost.md lists it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from modules.settings import load_settings
from tools.paths import STACKS, Paths
from tools.synth import synthesize
from tools.usage import ACCOUNT, Usage, usage

HOURS = 730
"""Hours of a month, as AWS counts."""
UNKNOWN = "†"
"""Marks a price that stands in for one that is not known here."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one of a thing costs.

    Parameters
    ----------
    usd : float
        Dollars in us-east-1, for an hour or for a month. What has no entry in `other` costs the same in `SAME`, and
        stands in for the price of other regions.
    hourly : bool
        Whether it is for an hour. By default for a month.
    other : mapping
        Dollars in other regions.
    everywhere : bool
        Whether it is the same in every region.
    """

    usd: float
    hourly: bool = False
    other: Mapping[str, float] = field(default_factory=dict)
    everywhere: bool = False

    def monthly(self, region: str) -> float:
        """Dollars a month for one of it."""
        return self.other.get(region, self.usd) * (HOURS if self.hourly else 1)

    def known(self, region: str) -> bool:
        """Whether the price is this region's own."""
        return self.everywhere or region in {*SAME, *self.other, ACCOUNT}


SAME = frozenset({"us-east-1", "us-west-2"})
#: By the names of `usage`. Sources and dates are in docs/cost.md.
PRICES: Mapping[str, Price] = {
    "Multi-AZ db.m7g.large": Price(usd=0.336, hourly=True),
    "Multi-AZ db.t4g.medium": Price(usd=0.13, hourly=True),
    "Multi-AZ db.t4g.micro": Price(usd=0.032, hourly=True, other={"ap-south-1": 0.042}),
    "Single-AZ db.m7g.large": Price(usd=0.168, hourly=True),
    "Single-AZ db.t4g.medium": Price(usd=0.065, hourly=True),
    "Single-AZ db.t4g.micro": Price(usd=0.016, hourly=True),
    "endpoint interfaces": Price(usd=0.01, hourly=True, other={"ap-south-1": 0.013}),
    "m6g.large instances": Price(usd=0.077, hourly=True),
    "t4g.small instances": Price(usd=0.0168, hourly=True),
    "NAT gateways": Price(usd=0.045, hourly=True, other={"ap-south-1": 0.056}),
    "Multi-AZ GiB of gp3": Price(usd=0.23),
    "Single-AZ GiB of gp3": Price(usd=0.115),
    "public IPv4 addresses": Price(usd=0.005, hourly=True, everywhere=True),
    "load balancers": Price(usd=0.0225, hourly=True, other={"ap-south-1": 0.0239}),
    "KMS keys": Price(usd=1, everywhere=True),
    "web ACLs": Price(usd=5, everywhere=True),
    "web ACL rules": Price(usd=1, everywhere=True),
    # Seven metrics an instance at 0.30, and two of the agent's: memory and disk.
    "instances in detail": Price(usd=2.7, everywhere=True),
    "metrics in alarms": Price(usd=0.1, everywhere=True),
    "GiB of instance volumes": Price(usd=0.08, other={"ap-south-1": 0.0912}),
    "composite alarms": Price(usd=0.5, everywhere=True),
    "dashboards": Price(usd=3, everywhere=True),
    "secrets": Price(usd=0.4, everywhere=True),
    # An endpoint inside AWS, 0.50, and HTTPS as an optional feature, 1.00.
    "health checks": Price(usd=1.5, everywhere=True),
    "hosted zones": Price(usd=0.5, everywhere=True),
}
#: Beginnings of the names of database classes; names of instance types end in ` instances`.
_CLASSES = ("Multi-AZ ", "Single-AZ ")


@dataclass(frozen=True, kw_only=True)
class Line:
    """What there is of one thing in one region, and what it costs in a month; `known` tells whether the price is."""

    region: str
    name: str
    count: int
    each: float
    known: bool

    @property
    def monthly(self) -> float:
        """Dollars a month for all of it."""
        return self.count * self.each


def lines(used: Usage) -> list[Line]:
    """List what is paid for by the hour or the month, the dearest thing first.

    An instance type or class without a price here is a line without one, which counts 0 and is marked.
    """
    found = []
    for region, counts in used.items():
        for name, count in counts.items():
            price = PRICES.get(name)
            if price:
                each, known = price.monthly(region), price.known(region)
                found.append(Line(region=region, name=name, count=count, each=each, known=known))
            elif name.startswith(_CLASSES) or (name.endswith(" instances") and name != "database instances"):
                found.append(Line(region=region, name=name, count=count, each=0, known=False))
    totals = {name: sum(one.monthly for one in found if one.name == name) for name in {one.name for one in found}}
    return sorted(found, key=lambda one: (-totals[one.name], one.name, one.region))


def _has_class(name: str) -> bool:
    """Tell whether a name is that of an instance type or class, whose price is worth a line even when unknown."""
    return name.startswith(_CLASSES) or (name.endswith(" instances") and "." in name)


def total(found: list[Line]) -> float:
    """Dollars a month for all lines."""
    return sum(one.monthly for one in found)


def table(used: Usage) -> str:
    """Return the lines as a Markdown table: a row a thing, a column a region, and totals."""
    found = lines(used)
    regions = [region for region in used if region != ACCOUNT]
    columns = [*regions, *([ACCOUNT] if any(one.region == ACCOUNT for one in found) else [])]
    by_place = {(one.name, one.region): one for one in found}
    rows = [
        f"| item | {' | '.join(columns)} | USD a month |",
        f"|---|{'---:|' * (len(columns) + 1)}",
    ]
    for name in dict.fromkeys(one.name for one in found):
        cells = [_cell(by_place.get((name, column))) for column in columns]
        rows.append(f"| {name} | {' | '.join(cells)} | {sum(one.monthly for one in found if one.name == name):,.2f} |")
    sums = [f"{total([one for one in found if one.region == column]):,.2f}" for column in columns]
    return "\n".join([*rows, f"| **all** | {' | '.join(sums)} | **{total(found):,.2f}** |"])


def _cell(line: Line | None) -> str:
    return f"{line.count} x {line.each:,.2f}{'' if line.known else UNKNOWN}" if line else ""


def cost(paths: Paths, *, environ: Mapping[str, str]) -> str:
    """Synthesize, and return the table of the settings' fixed cost; leave its lines in `build/cost.json`.

    Parameters
    ----------
    paths : Paths
        Where to read and write.
    environ : mapping
        The environment of the synthesis.
    """
    load_settings(paths.settings, environ)
    synthesize(paths, environ=environ)
    used = usage(*(json.loads((paths.stack_output(stack) / "cdk.tf.json").read_text()) for stack in STACKS))
    found = lines(used)
    paths.reports.mkdir(parents=True, exist_ok=True)
    content = {
        "lines": [{**vars(one), "monthly": round(one.monthly, 2)} for one in found],
        "usd_a_month": round(total(found), 2),
    }
    (paths.reports / "cost.json").write_text(f"{json.dumps(content, indent=2)}\n")
    return f"{table(used)}\n\n{UNKNOWN} no price for this region is known here: that of us-east-1 stands in, or 0."
