"""What a plan says, counted: pure functions over `terraform show -json`.

The format is at https://developer.hashicorp.com/terraform/internals/json-format.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Plan = Mapping[str, Any]
ELSEWHERE = "other"
# It exists in Terraform's state alone: it is in no region, and no account holds it.
BOOKKEEPING = "terraform_data"
_QUIET = ({"no-op"}, {"read"})


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many resources a plan adds, changes and destroys; a replacement is one added and one destroyed."""

    add: int = 0
    change: int = 0
    destroy: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(add=self.add + other.add, change=self.change + other.change, destroy=self.destroy + other.destroy)

    def __str__(self) -> str:
        return f"{self.add} to add, {self.change} to change, {self.destroy} to destroy"


def region_of_resources(plan: Plan) -> dict[str, str]:
    """Map the address of each managed resource that there is once the plan is applied to its region.

    The region is the alias of a resource's provider. What has none, or is no longer configured and tells no ARN,
    is in `other`. What Terraform keeps for itself, `terraform_data`, is in no region and is left out.
    """
    regions = _regions(plan)
    return {
        str(change["address"]): _region(change, regions)
        for change in _in_regions(plan)
        if set(change["change"]["actions"]) not in ({"delete"}, {"forget"})
    }


def region_of_what_was(plan: Plan) -> dict[str, str]:
    """Map the address of each managed resource that exists before the plan is applied to its region.

    As in `region_of_resources`, but what is no longer configured and tells no ARN, such as a NAT gateway, is of the
    region that its name begins with, as that of everything in one region does.
    """
    regions = _regions(plan)
    # A region that leaves has a provider until everything in it is destroyed.
    providers = plan.get("configuration", {}).get("provider_config", {})
    names = {*regions.values(), *(str(each["alias"]) for each in providers.values() if each.get("alias"))}
    return {
        str(change["address"]): _named_region(change, regions, names)
        for change in _in_regions(plan)
        if change["change"].get("before")
    }


def _named_region(change: Mapping[str, Any], regions: Mapping[str, str], names: set[str]) -> str:
    found = _region(change, regions)
    name = str(change["address"]).partition(".")[2].partition("_")[0]
    return name if found == ELSEWHERE and name in names else found


def resources_by_region(plan: Plan) -> dict[str, int]:
    """Count what `region_of_resources` has, by region in the order of names."""
    return dict(sorted(Counter(region_of_resources(plan).values()).items()))


def changes_by_region(plan: Plan, *, aliases: Mapping[str, str] | None = None) -> dict[str, Counts]:
    """Count what the plan does, by region in the order of names; regions where it does nothing are left out.

    The aliases of a state, as `aliases_in_state` gives them, tell the region of what is not in the configuration. As in
    `resources_by_region`, what Terraform keeps for itself is not counted. `changes` lists it.
    """
    regions = {**(aliases or {}), **_regions(plan)}
    found: dict[str, Counts] = {}
    for change in _in_regions(plan):
        actions = change["change"]["actions"]
        counts = Counts(add="create" in actions, change="update" in actions, destroy="delete" in actions)
        if counts != Counts():
            region = _region(change, regions)
            found[region] = found.get(region, Counts()) + counts
    return dict(sorted(found.items()))


def aliases_in_state(state: Mapping[str, Any]) -> dict[str, str]:
    """Map the address of each resource in a state, as it is kept in the bucket, to the alias of its provider."""
    return {
        f"{resource['type']}.{resource['name']}": alias
        for resource in state.get("resources", ())
        if (alias := str(resource.get("provider", "")).partition("].")[2])
    }


def total(counts: Mapping[str, Counts]) -> Counts:
    """Add up the counts of all regions."""
    return sum(counts.values(), Counts())


def changes(plan: Plan) -> list[str]:
    """List what the plan does, one line a resource or output, updates with the attributes that change."""
    resources = [_line(change) for change in _managed(plan) if set(change["change"]["actions"]) not in _QUIET]
    outputs = [
        f"{'/'.join(change['actions'])} output {name}"
        for name, change in sorted(plan.get("output_changes", {}).items())
        if set(change["actions"]) not in _QUIET
    ]
    return [*resources, *outputs]


def deletions(plan: Plan) -> list[Mapping[str, Any]]:
    """List the changes of the resources that the plan destroys or replaces, `before` as they were found to be.

    Of what has left the configuration, Terraform 1.11 tells in `before` what it last knew; what it found when it made
    the plan, such as a protection that was lifted by hand, is in `prior_state` alone.
    """
    found = plan.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", ())
    values = {resource["address"]: resource.get("values") for resource in found}
    gone = [change for change in _managed(plan) if "delete" in change["change"]["actions"]]
    return [
        {**each, "change": {**each["change"], "before": values.get(each["address"], each["change"].get("before"))}}
        for each in gone
    ]


def updates(plan: Plan) -> list[Mapping[str, Any]]:
    """List the changes of the resources that the plan changes in place."""
    return [change for change in _managed(plan) if change["change"]["actions"] == ["update"]]


def destroyed(plan: Plan) -> list[str]:
    """List the addresses of the resources that the plan destroys or replaces."""
    return [change["address"] for change in deletions(plan)]


def replaced(plan: Plan) -> list[str]:
    """List the addresses of the resources that the plan replaces: destroys, and makes anew."""
    return [change["address"] for change in _managed(plan) if {"create", "delete"} <= {*change["change"]["actions"]}]


def _managed(plan: Plan) -> Iterator[Mapping[str, Any]]:
    return (change for change in plan.get("resource_changes", ()) if change.get("mode") == "managed")


def _in_regions(plan: Plan) -> Iterator[Mapping[str, Any]]:
    return (change for change in _managed(plan) if change.get("type") != BOOKKEEPING)


def _regions(plan: Plan) -> dict[str, str]:
    configuration = plan.get("configuration", {})
    providers = configuration.get("provider_config", {})
    return {
        resource["address"]: providers.get(resource.get("provider_config_key"), {}).get("alias", ELSEWHERE)
        for resource in configuration.get("root_module", {}).get("resources", ())
    }


def _region(change: Mapping[str, Any], regions: Mapping[str, str]) -> str:
    address = str(change["address"]).split("[", 1)[0]
    if address in regions:
        return regions[address]
    arn = str((change["change"].get("before") or {}).get("arn", "")).split(":")
    return (arn[3] if len(arn) > 3 else "") or ELSEWHERE  # noqa: PLR2004 - the region is an ARN's fourth part


def changed_names(change: Mapping[str, Any]) -> set[str]:
    """Return the attributes that a change changes, those that are known only afterwards included."""
    before, after, unknown = (change["change"].get(name) or {} for name in ("before", "after", "after_unknown"))
    return {name for name in {*before, *after, *unknown} if unknown.get(name) or before.get(name) != after.get(name)}


def _line(change: Mapping[str, Any]) -> str:
    text = f"{'/'.join(change['change']['actions'])} {change['address']}"
    if "update" not in change["change"]["actions"]:
        return text
    names = sorted(changed_names(change))
    return f"{text} ({', '.join(names)})" if names else text


def changed_attributes(change: Mapping[str, Any]) -> dict[str, bool]:
    """Map the attributes that an update changes, in the order of names, to whether the plan knows their values."""
    what = change["change"]
    if "update" not in what["actions"]:
        return {}
    before, after, unknown = (what.get(name) or {} for name in ("before", "after", "after_unknown"))
    return {
        name: not is_open(unknown.get(name))
        for name in sorted({*before, *after, *unknown})
        if is_open(unknown.get(name)) or before.get(name) != after.get(name)
    }


def is_open(unknown: object) -> bool:
    """Return whether a plan does not know a value, or a part of it, by what its `after_unknown` says of it."""
    if isinstance(unknown, Mapping):
        return any(map(is_open, unknown.values()))
    return any(map(is_open, unknown)) if isinstance(unknown, list) else bool(unknown)
