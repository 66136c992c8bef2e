"""What a summary says, from the plans and the configurations that they are of: no Markdown, no values of attributes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.losses import Loss, losses, unnamed
from tools.areas import area_of
from tools.cost_difference import Change as CostChange
from tools.cost_difference import of_plan
from tools.danger import HOLD_DATA, exposures
from tools.paths import BACKEND, PLATFORM
from tools.plan import (
    BOOKKEEPING,
    ELSEWHERE,
    Plan,
    changed_attributes,
    deletions,
    region_of_resources,
    region_of_what_was,
)
from tools.upgrade_words import upgrades_in_words

CREATED, CHANGED, REPLACED, DESTROYED, FORGOTTEN = "created", "changed", "replaced", "destroyed", "forgotten"
ACTIONS = (CREATED, CHANGED, REPLACED, DESTROYED)
#: The areas of Terraform's own resources, and of the state backend.
OWN, STATE = "Terraform's own", "state"


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a plan does to one resource.

    Parameters
    ----------
    address, region, area : str
        The resource, and where it belongs.
    action : str
        `created`, `changed`, `replaced`, `destroyed`, or `forgotten`: it stays and leaves the state.
    attributes : mapping
        The names of attributes that change, or that force a replacement, to whether the plan knows their values.
    moved_from : str
        Its address before, if it gets another one; empty otherwise.
    """

    address: str
    region: str
    area: str
    action: str
    attributes: Mapping[str, bool]
    moved_from: str = ""

    @property
    def goes(self) -> bool:
        """Whether what stands does not stay."""
        return self.action in {REPLACED, DESTROYED}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What both plans say together.

    Parameters
    ----------
    account_id : str
        Whose plans they are; empty if they do not tell.
    at : str
        When the plan of the platform was made.
    rows : sequence of Row
        The changes, by region, area and address.
    losses : sequence of Loss
        What is lost, that of the settings' `policy.allow_loss` included.
    allowed : mapping
        What the settings allow to be lost, with the reasons.
    copies : sequence of Row
        What holds data and goes too, but comes back as a copy.
    exposures : mapping
        Protection, policies and network: addresses, each with what happens in words.
    upgrades : sequence of str
        Versions of PostgreSQL.
    cost : sequence of CostChange
        What changes of the fixed cost; None if it cannot be told, such as of resources that refer to none of these.
    choices : mapping
        The choices of the settings, by key.
    outputs : sequence of str
        The outputs that change.
    is_complete : bool
        Whether Terraform planned to the end.
    """

    account_id: str
    at: str
    rows: Sequence[Row]
    losses: Sequence[Loss]
    allowed: Mapping[str, str]
    copies: Sequence[Row]
    exposures: Mapping[str, Sequence[tuple[str, str]]]
    upgrades: Sequence[str]
    cost: Sequence[CostChange] | None
    choices: Mapping[str, Any]
    outputs: Sequence[str]
    is_complete: bool

    @property
    def refused(self) -> list[Loss]:
        """The losses that the settings do not name, for which the gate refuses the plan."""
        return unnamed(self.losses, allowed=self.allowed)

    def count(self) -> Counter[str]:
        """How many resources there are of each action."""
        return Counter(row.action for row in self.rows)


def facts(plans: Mapping[str, Plan], configurations: Mapping[str, Mapping[str, Any]]) -> Facts:
    """Return what plans say.

    Parameters
    ----------
    plans : mapping
        By stack, the plan, as `terraform show -json` writes it.
    configurations : mapping
        By stack, the Terraform JSON that it is of.
    """
    account_id = next((found for plan in plans.values() if (found := _account_of(plan))), "")
    rows = sorted(
        (row for stack, plan in plans.items() for row in _rows(stack, plan, configurations[stack])),
        key=lambda row: (row.region, row.area, row.address),
    )
    lost = [one for plan in plans.values() for one in losses(plan)]
    shown: dict[str, list[tuple[str, str]]] = {}
    for plan in plans.values():
        for name, each in exposures(plan, account_id=account_id).items():
            shown.setdefault(name, []).extend(each)
    notes = [configuration.get("//", {}) for configuration in configurations.values()]
    gone = {one.address for one in lost}
    data = {change["address"] for plan in plans.values() for change in deletions(plan) if change["type"] in HOLD_DATA}
    return Facts(
        account_id=account_id,
        at=str(plans.get(PLATFORM, {}).get("timestamp", "")),
        rows=rows,
        losses=lost,
        allowed={pattern: reason for note in notes for pattern, reason in note.get("allow_loss", {}).items()},
        copies=[row for row in rows if row.address in data - gone],
        exposures=shown,
        upgrades=[line for plan in plans.values() for line in upgrades_in_words(plan)],
        cost=_cost(plans, configurations),
        choices={path: value for note in notes for path, value in note.get("choices", {}).items()},
        outputs=sorted(
            name
            for plan in plans.values()
            for name, change in plan.get("output_changes", {}).items()
            if change["actions"] != ["no-op"]
        ),
        is_complete=not any(plan.get("errored") for plan in plans.values()),
    )


def _cost(plans: Mapping[str, Plan], configurations: Mapping[str, Mapping[str, Any]]) -> Sequence[CostChange] | None:
    try:
        found = [one for stack, plan in plans.items() for one in of_plan(plan, configurations[stack])]
    except LookupError:
        return None
    return sorted(found, key=lambda one: (-abs(one.usd), one.name, one.region))


def _rows(stack: str, plan: Plan, configuration: Mapping[str, Any]) -> Iterator[Row]:
    regions = {**region_of_what_was(plan), **region_of_resources(plan)}
    names = {*regions.values()}
    for change in plan.get("resource_changes", ()):
        actions = {*change["change"]["actions"]}
        moved = str(change.get("previous_address", ""))
        if change.get("mode") != "managed" or (actions <= {"no-op", "read"} and not moved):
            continue
        address = str(change["address"])
        region = regions.get(address, ELSEWHERE)
        if change["type"] == BOOKKEEPING:
            area = OWN
        else:
            area = STATE if stack == BACKEND else area_of(_path(address, region, configuration), regions=names)
        yield Row(
            address=address,
            region=region,
            area=area,
            action=_action(actions),
            attributes=changed_attributes(change) or _forced_by(change),
            moved_from=moved,
        )


def _action(actions: set[str]) -> str:
    if {"create", "delete"} <= actions:
        return REPLACED
    by = {"create": CREATED, "delete": DESTROYED, "forget": FORGOTTEN}
    return next((word for action, word in by.items() if action in actions), CHANGED)


def _forced_by(change: Mapping[str, Any]) -> dict[str, bool]:
    paths = change["change"].get("replace_paths", ())
    return dict.fromkeys(sorted({str(path[0]) for path in paths if path}), True)


def _path(address: str, region: str, configuration: Mapping[str, Any]) -> str:
    """Return where in the program a resource was made; of what has left it, as far as its name tells."""
    kind, _, name = address.partition("[")[0].partition(".")
    body = configuration.get("resource", {}).get(kind, {}).get(name)
    if body:
        return str(body["//"]["metadata"]["path"])
    # CDKTF joins the ids of constructs to a name: https://developer.hashicorp.com/terraform/cdktf/concepts/constructs
    first, _, rest = name.partition("_")
    return f"{PLATFORM}/{first}/{rest.replace('_', '/')}" if first == region else f"{PLATFORM}/{name.replace('_', '/')}"


def _account_of(plan: Plan) -> str:
    resources = plan.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", ())
    return next((str(one["values"]["account_id"]) for one in resources if one["type"] == "aws_caller_identity"), "")
