"""What a change of the version of PostgreSQL does, in sentences for whoever looks at a plan or is asked about it.

AWS names no number of minutes: "several", of a minor version and of a major one, with a standby or without:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html
"""

from collections.abc import Iterator, Sequence

from tools.errors import ToolError
from tools.plan import Plan
from tools.upgrade_steps import Kind, Step
from tools.upgrades import Instance, instances, require_order

PAGE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html"
COMMAND = "make upgrade-database"


def upgrades_in_words(plan: Plan, *, command: str = COMMAND) -> list[str]:
    """Return what a plan does to versions of PostgreSQL; nothing if it changes none.

    Parameters
    ----------
    plan : mapping
        The plan.
    command : str, optional
        The command that takes the steps that AWS wants one after another.
    """
    upgraded = [one for one in instances(plan) if one.is_upgraded or one.is_apart]
    if not upgraded:
        return []
    lines = [line for one in upgraded for line in _lines(one)]
    try:
        require_order(plan)
    except ToolError:
        lines.append(f"AWS does not take this the way Terraform does: `{command}` keeps its order, a deploy is refused")
    return [*lines, f"how long it takes: {PAGE}"]


def _lines(one: Instance) -> Iterator[str]:
    if one.is_apart:
        yield f"{one.region}: {one.identifier} stands alone with PostgreSQL {one.version}: to replicate, it is rebuilt"
        return
    when = "at once" if one.at_once else f"in its next maintenance window ({one.window}, UTC)"
    kind = "major" if one.is_upgraded_to_another_major_version else "minor"
    what = "lowered, which AWS refuses" if one.is_lowered else f"a {kind} version, {when}"
    yield f"{one.region}: {one.identifier}: PostgreSQL {one.version} to {one.wanted}, {what}"
    if not one.is_lowered:
        yield f"  {outage(one)}"


def outage(one: Instance) -> str:
    """Return what an upgrade of an instance interrupts, and for how long."""
    if one.source:
        return "it cannot be read for several minutes; its source is written to meanwhile"
    standby = ", since AWS upgrades the standby at the same time" if one.multi_az else ""
    return f"it can be neither written nor read for several minutes{standby}"


def steps_in_words(steps: Sequence[Step]) -> list[str]:
    """Return the steps as a numbered list, with what each interrupts or destroys."""
    return [f"{number}. {step_in_words(step)}" for number, step in enumerate(steps, 1)]


def step_in_words(step: Step) -> str:
    """Return what a step does, and what that interrupts or destroys."""
    one = step.instance
    name = f"{step.region}: {one.identifier}"
    if step.kind is Kind.CREATE:
        return f"{name} is not there: it is made as a replica with {step.version}, a copy of all data"
    if step.kind is Kind.UPGRADE:
        return f"{name}: PostgreSQL {one.version} to {step.version}; {outage(one)}"
    if step.kind is Kind.PROMOTE:
        return (
            f"{name} is promoted: it stands alone with {one.version}, and gets nothing of what is written from here on"
        )
    if step.kind is Kind.UNPROTECT:
        return f"{name}: its deletion protection is turned off, for the next step"
    if step.kind is Kind.REBUILD:
        return (
            f"{name} is DELETED, after a final snapshot, and made again as a replica with {step.version}: a copy of "
            "all data, which can take hours"
        )
    return f"{name}: it is protected from deletion again, if the settings say so"
