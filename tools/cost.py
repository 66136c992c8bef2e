"""What the platform costs in a month while nobody uses it, by region and area, from what the JSON says there is.

What is paid for by use (requests, traffic, log data, evaluations) is not in it; `prices.USES` has examples.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from modules.settings import load_settings
from tools.areas import AREAS, area_of
from tools.paths import BACKEND, STACKS, Paths
from tools.prices import AS_OF, USES, price_of
from tools.savings import CHOICES, Saving, savings, settings_total
from tools.synth import synthesize
from tools.usage import ACCOUNT, Resource, Usage, counts, resources_of

UNKNOWN = "†"
"""Marks a price that stands in for one that is not known here."""
STATE = "state"
"""The area of the state backend, which is a stack of its own."""
NOTE = (
    f"{UNKNOWN} no price for this region is known here: that of us-east-1, in proportion to the size, stands in, or 0."
)
#: Beginnings of the names of database classes and their storage; names of instance types end in ` instances`.
_CLASSES = ("Multi-AZ ", "Single-AZ ")


@dataclass(frozen=True, kw_only=True)
class Line:
    """What there is of one thing in one area of a region, and what it costs; `known` tells whether the price is."""

    region: str
    area: str
    name: str
    count: int
    each: float
    known: bool

    @property
    def monthly(self) -> float:
        """Dollars a month for all of it; `each` is for one."""
        return self.count * self.each


def lines(*stacks: Mapping[str, Any]) -> list[Line]:
    """List what is paid for by the hour or the month, the dearest thing first.

    An instance type or class without a price here, and a resource of a service that is none of the platform's, is a
    line without one, which counts 0 and is marked.

    Parameters
    ----------
    *stacks : mapping
        The synthesized JSON of one or more stacks.
    """
    resources = [one for stack in stacks for one in resources_of(stack)]
    regions = {one.region for one in resources}
    numbers: dict[tuple[str, str, str], int] = {}
    for one in counts(resources):
        key = (one.region, _area(one.resource, regions), one.name)
        numbers[key] = numbers.get(key, 0) + one.number
    found = [line for (region, area, name), number in numbers.items() if (line := _line(region, area, name, number))]
    return _sorted(found)


def lines_of(used: Usage) -> list[Line]:
    """List the same of what was counted without areas."""
    found = [
        line
        for region, numbers in used.items()
        for name, number in numbers.items()
        if (line := _line(region, "", name, number))
    ]
    return _sorted(found)


def _line(region: str, area: str, name: str, count: int) -> Line | None:
    priced = price_of(name)
    if priced:
        price, listed = priced
        known = listed and price.known(region)
        return Line(region=region, area=area, name=name, count=count, each=price.monthly(region), known=known)
    if name.startswith((*_CLASSES, "aws_")) or (name.endswith(" instances") and name != "database instances"):
        return Line(region=region, area=area, name=name, count=count, each=0, known=False)
    return None


def _area(resource: Resource, regions: Iterable[str]) -> str:
    path = str(resource.body.get("//", {}).get("metadata", {}).get("path", "/other"))
    return STATE if path.startswith(f"{BACKEND}/") else area_of(path, regions=regions)


def _sorted(found: list[Line]) -> list[Line]:
    totals = {name: sum(one.monthly for one in found if one.name == name) for name in {one.name for one in found}}
    return sorted(found, key=lambda one: (-totals[one.name], one.name, one.region, one.area))


def total(found: Iterable[Line]) -> float:
    """Dollars a month for all lines."""
    return sum(one.monthly for one in found)


def table(found: list[Line]) -> str:
    """Return the lines as a Markdown table: a row a thing, a column a region, and totals."""
    names = dict.fromkeys(one.name for one in found)
    return _table("item", names, found, lambda one: one.name, _cell)


def area_table(found: list[Line]) -> str:
    """Return the lines as a Markdown table: a row an area, a column a region, and totals."""
    there = {one.area for one in found}
    names = [area for area in (*AREAS, STATE) if area in there] + sorted(there - {*AREAS, STATE})
    return _table("area", names, found, lambda one: one.area, _sum)


def _table(
    head: str,
    names: Iterable[str],
    found: list[Line],
    name_of: Callable[[Line], str],
    cell: Callable[[list[Line]], str],
) -> str:
    regions = sorted({one.region for one in found} - {ACCOUNT})
    columns = [*regions, *([ACCOUNT] if any(one.region == ACCOUNT for one in found) else [])]
    rows = [f"| {head} | {' | '.join(columns)} | USD a month |", f"|---|{'---:|' * (len(columns) + 1)}"]
    for name in names:
        its = [one for one in found if name_of(one) == name]
        cells = [cell([one for one in its if one.region == column]) for column in columns]
        rows.append(f"| {name} | {' | '.join(cells)} | {total(its):,.2f} |")
    sums = [f"{total(one for one in found if one.region == column):,.2f}" for column in columns]
    return "\n".join([*rows, f"| **all** | {' | '.join(sums)} | **{total(found):,.2f}** |"])


def _cell(its: list[Line]) -> str:
    if not its:
        return ""
    return f"{sum(one.count for one in its)} x {its[0].each:,.2f}{'' if its[0].known else UNKNOWN}"


def _sum(its: list[Line]) -> str:
    return f"{total(its):,.2f}{'' if all(one.known for one in its) else UNKNOWN}" if its else ""


def savings_table(found: Iterable[Saving]) -> str:
    """Return choices as a Markdown table."""
    rows = [f"| `{one.choice.setting}` | {one.usd:,.2f} | {one.choice.gives_up} |" for one in found]
    return "\n".join(["| setting | saves, USD a month | what is given up |", "|---|---:|---|", *rows])


def uses_table() -> str:
    """Return what is charged by use as a Markdown table, with an example for each."""
    rows = [
        f"| {one.name} | {one.usd:g} per {one.unit} | {one.example:,.0f}: {one.monthly:,.0f} | {one.because} |"
        for one in USES
    ]
    return "\n".join(["| what | USD | for example, a month: USD | depends on |", "|---|---:|---:|---|", *rows])


def cost(paths: Paths, *, environ: Mapping[str, str]) -> str:
    """Synthesize, and return in tables what the settings cost; leave the lines in `build/cost.json`.

    Parameters
    ----------
    paths : Paths
        Where to read and write.
    environ : mapping
        The environment of the synthesis.
    """
    load_settings(paths.settings, environ)
    synthesize(paths, environ=environ)
    stacks = (json.loads((paths.stack_output(stack) / "cdk.tf.json").read_text(encoding="utf-8")) for stack in STACKS)
    found = lines(*stacks)
    sys.stderr.write(f"synthesizing the settings with up to {len(CHOICES)} other values, to see what each would save\n")
    text = paths.settings.read_text(encoding="utf-8")
    chosen = savings(text, now=total(found), total_of=settings_total(total_of_stacks, environ=environ), workers=2)
    paths.reports.mkdir(parents=True, exist_ok=True)
    content = {
        "prices_as_of": AS_OF,
        "lines": [{**vars(one), "monthly": round(one.monthly, 2)} for one in found],
        "usd_a_month": round(total(found), 2),
        "savings": [{"setting": one.choice.setting, "usd_a_month": round(one.usd, 2)} for one in chosen],
    }
    (paths.reports / "cost.json").write_text(f"{json.dumps(content, indent=2)}\n", encoding="utf-8")
    parts = [
        f"Fixed cost at list prices of {AS_OF}, in USD a month, by area:",
        area_table(found),
        "The same by what is paid for:",
        f"{table(found)}\n\n{NOTE}",
        "The largest three choices, each alone; savings of two may overlap:" if chosen else "",
        savings_table(chosen) if chosen else "",
        "Not in these sums: what is charged by use. Amounts for examples, in us-east-1:",
        uses_table(),
        "Sources of the prices: docs/cost.md",
    ]
    return "\n\n".join(part for part in parts if part)


def total_of_stacks(*stacks: Mapping[str, Any]) -> float:
    """Dollars a month for stacks."""
    return total(lines(*stacks))
