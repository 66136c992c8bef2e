"""What a change costs: two counts compared, or what is there before and after a plan. Pure functions.

For a summary of a plan: `of_plan(plan, configuration)` gives the changes, and `in_words` a line of text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.cost import UNKNOWN, lines_of
from tools.plan import Plan, region_of_what_was
from tools.usage import ACCOUNT, GLOBAL, Resource, Usage, resources_of, usage_of

CENT = 0.005
#: Blocks that are lists in a configuration too; all others, of which there is one at most, are mappings there.
_LISTS = frozenset({"block_device_mappings", "metric_query", "override", "replica", "rule", "subnet_ids", "subnets"})


@dataclass(frozen=True, kw_only=True)
class Change:
    """What changes of one thing in one region.

    Parameters
    ----------
    region, name : str
        Where, and what, by the names of `usage`.
    before, after : int
        How many there are.
    usd : float
        Dollars a month more, or less if negative.
    known : bool
        Whether the price is that of the region.
    """

    region: str
    name: str
    before: int
    after: int
    usd: float
    known: bool


def difference(before: Usage, after: Usage) -> list[Change]:
    """Return what changes of what is paid for by the hour or the month, the largest amount first.

    Parameters
    ----------
    before, after : dict
        What `tools.usage.usage` counts of the stacks before and after.
    """
    priced = {(one.region, one.name): one for used in (before, after) for one in lines_of(used)}
    found = []
    for (region, name), line in priced.items():
        old, new = (used[region][name] if region in used else 0 for used in (before, after))
        if old != new:
            usd = (new - old) * line.each
            found.append(Change(region=region, name=name, before=old, after=new, usd=usd, known=line.known))
    return sorted(found, key=lambda one: (-abs(one.usd), one.name, one.region))


def total(changes: Iterable[Change]) -> float:
    """Dollars a month more, or less if negative."""
    return sum(one.usd for one in changes)


def in_words(changes: list[Change], *, most: int = 3) -> str:
    """Return one line: the sum, and the changes that it mostly comes from.

    Parameters
    ----------
    changes : list of Change
        As `difference` returns them.
    most : int
        How many are named.
    """
    if not changes:
        return "fixed cost: no change"
    named = [f"{one.name} in {one.region} {one.before} to {one.after}" for one in changes[:most]]
    more = [f"{len(changes) - most} more"] if len(changes) > most else []
    mark = "" if all(one.known for one in changes) else f" ({UNKNOWN} some prices are not known here)"
    usd = total(changes)
    amount = "no change" if abs(usd) < CENT else f"{usd:+,.2f} USD a month"
    return f"fixed cost: {amount}{mark}: {', '.join([*named, *more])}"


def of_plan(plan: Plan, configuration: Mapping[str, Any]) -> list[Change]:
    """Return what a plan changes, as `difference` does.

    What there is after it is what the configuration says, since a plan does not know all values of what it creates.

    Parameters
    ----------
    plan : mapping
        The plan, by `terraform show -json`.
    configuration : mapping
        The synthesized JSON that it is of.
    """
    after = {one.address: one for one in resources_of(configuration)}
    return difference(usage_of(_before(plan, after)), usage_of(after.values()))


def _before(plan: Plan, after: Mapping[str, Resource]) -> list[Resource]:
    """Return what is there before a plan; what does not change is as the configuration has it."""
    changes = {str(one["address"]): one for one in plan.get("resource_changes", ()) if one.get("mode") == "managed"}
    names = {
        str(value): address
        for address, one in changes.items()
        for key in ("id", "arn", "identifier")
        if (value := (one["change"].get("before") or {}).get(key))
    }
    found = []
    for address, region in region_of_what_was(plan).items():
        one = changes[address]
        if set(one["change"]["actions"]) <= {"no-op", "read"} and address in after:
            found.append(after[address])
            continue
        kind = str(one["type"])
        body = _configured(one["change"]["before"], names)
        found.append(Resource(address, kind, ACCOUNT if kind.startswith(GLOBAL) else region, body))
    return found


def _configured(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of a state in the form of a configuration: without what is empty, and with references."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if value in (None, "", [], {}):
            continue
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            blocks = [_configured(each, names) for each in value]
            found[key] = blocks if key in _LISTS else blocks[0]
        elif isinstance(value, Mapping):
            found[key] = _configured(value, names)
        else:
            # `id` at the top is the resource's own; in blocks, and under other keys, it names another one.
            found[key] = f"${{{names[value]}.id}}" if isinstance(value, str) and value in names else value
    return found
