"""What the state has of regions that the settings no longer name, and what a new list of regions would move.

Settings do not know what stands. Terraform does, and says it late and long: without the provider of a region that left
the settings it ends with "Provider configuration not present", a block for each of some hundred resources.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from modules.areas.state.location import StateLocation
from modules.settings import Settings
from tools.errors import ToolError
from tools.paths import BACKEND, PLATFORM, STACKS
from tools.plan import aliases_in_state
from tools.region_lost.aside import require_joined
from tools.target import Target
from tools.workspace import CONFIGURATION

State = Mapping[str, Any]
PAGE = "docs/regions.md"


@dataclass(frozen=True, kw_only=True)
class Move:
    """A copy of data that would go to another region than it does.

    Parameters
    ----------
    what : str
        What is copied.
    now, then : str
        Where it is, and where it would be.
    setting : str
        The key that names the region.
    stops : bool
        Whether that loses something, or comes of a region that is added. Then it has to be said.
    """

    what: str
    now: str
    then: str
    setting: str
    stops: bool

    def __str__(self) -> str:
        return (
            f"{self.what} would move from {self.now} to {self.then}: write `{self.setting}: {self.now}` to keep it "
            f"where it is, or `{self.setting}: {self.then}` to move it"
        )


def look_at_regions(target: Target) -> list[str]:
    """Compare the regions of the settings with those of the state, before Terraform does.

    Returns
    -------
    list of str
        What to know: copies that move and lose nothing by it, and retired regions in which nothing is left.

    Raises
    ------
    ToolError
        When the state has something in a region that the settings do not name, or in a retired one of which `leaving`
        says nothing; an instance replicates one that goes; or a copy would move without the settings saying so. Each
        has what to write.
    """
    states = require_regions(target)
    _require_words(states[PLATFORM], target.settings)
    _require_sources(states[PLATFORM], target.settings)
    moved = [*moves(states, target.settings)]
    if stopping := [str(each) for each in moved if each.stops]:
        raise ToolError("\n".join(stopping), advice=f"nothing was changed: {PAGE}#join")
    return [*(f"note: {each}" for each in moved), *_left(states, target.settings)]


def require_regions(target: Target) -> dict[str, State]:
    """Refuse a state that has something in a region for which the stacks have no provider; return the states.

    A state is refused too that has nothing in a region that was taken out of it while it was lost.

    Raises
    ------
    ToolError
        As said.
    """
    states: dict[str, State] = {stack: target.state(stack) or {} for stack in STACKS}
    for stack, state in states.items():
        if held := aliases_in_state(state):
            _require_providers(held, target, stack)
    require_joined(target, {*aliases_in_state(states[PLATFORM]).values()})
    return states


def moves(states: Mapping[str, State], settings: Settings) -> Iterator[Move]:
    """Yield the copies that would go elsewhere by a default, although the region that they are in stays."""
    standing = {alias for alias in aliases_in_state(states[PLATFORM]).values() if alias in settings.regions}
    replicas = {alias for alias in aliases_in_state(states[BACKEND]).values() if alias != settings.home}
    if settings.state.replica_region is None:
        then = StateLocation.of(settings).replica_region
        yield from _move("the replica of the state", replicas, then, "state.replica_region", settings)
    for source, destination in _replicated_backups(states[PLATFORM]):
        member, stated = settings.topology.places.get(source), settings.database.instances.get(source)
        if member and member.is_standalone and not (stated and stated.backups_in):
            key = f"database.instances.{source}.backups_in"
            what = f"the replicated backups of the database in {source}"
            yield from _move(what, {destination}, settings.backups_in(source), key, settings)
    if settings.backup.copy_region is None:
        then = settings.backup_copies_of(settings.home)
        # Copies that are there stay to the end of their retention, so it matters only if nobody meant it.
        stops = then not in standing
        key, copies = "backup.copy_region", _copies(states[PLATFORM], settings.home)
        yield from _move(f"copies of the backups of {settings.home}", copies, then, key, settings, stops=stops)


def _move(
    what: str, found: set[str], then: str | None, setting: str, settings: Settings, *, stops: bool = True
) -> Iterator[Move]:
    # What is in a region that leaves has to move.
    here = sorted(region for region in found if region in settings.regions and not settings.leaves(region))
    if here and then and then not in found:
        yield Move(what=what, now=here[0], then=then, setting=setting, stops=stops)


def _require_providers(held: Mapping[str, str], target: Target, stack: str) -> None:
    file = target.paths.stack_output(stack) / CONFIGURATION
    document = json.loads(file.read_text(encoding="utf-8"))
    configured = {str(each["alias"]) for each in document.get("provider", {}).get("aws", ())}
    # What the stack still has may have got another provider, which Terraform takes then.
    built = {
        f"{kind}.{name}"
        for section in ("resource", "data")
        for kind, blocks in document.get(section, {}).items()
        for name in blocks
    }
    missing = Counter(alias for address, alias in held.items() if alias not in configured and address not in built)
    if not missing:
        return
    if lost := sorted({*missing} & {*target.settings.lost_regions}):
        raise ToolError(
            f"{lost[0]}, which the settings say is lost, is still in the state of {stack}: {missing[lost[0]]} "
            "resources",
            advice=f"nothing was changed. `make region-lost REGION={lost[0]}` takes them out: docs/region-lost.md",
        )
    listed = " and ".join(
        f"{count} resource{'s' if count > 1 else ''} in {region}" for region, count in sorted(missing.items())
    )
    retired = ", ".join(sorted({*target.settings.retired_regions, *missing}))
    raise ToolError(
        f"the state has {listed}, which the settings no longer name, and Terraform can neither keep nor destroy them "
        "without the region (Provider configuration not present)",
        advice=f"nothing was changed. To have them destroyed write `retired_regions: [{retired}]`; to keep them, "
        f"name the region in `regions` again: {PAGE}#leave. If it stays dark: docs/region-lost.md",
    )


def _require_words(state: State, settings: Settings) -> None:
    standing = {*aliases_in_state(state).values()}
    for region in settings.retired_regions:
        if region in standing and region not in settings.leaving:
            words = f"{{{region}: {{objects: keep, backups: keep}}}}"
            raise ToolError(
                f"retired_regions names {region}, and leaving does not say what becomes of its data",
                advice=f"nothing was changed. Name the region in `regions` again, with `leaving: {words}` or `delete`, "
                f"and deploy: that lifts its protection. Then retire it: {PAGE}#leave",
            )


def _require_sources(state: State, settings: Settings) -> None:
    for attributes, region in _of_kind(state, "aws_db_instance"):
        source = str(attributes.get("replicate_source_db") or "").split(":")
        there = source[3] if len(source) > 3 else ""  # noqa: PLR2004 - the region is an ARN's fourth part
        if region in settings.regions and there in settings.retired_regions:
            raise ToolError(
                f"the database in {region} replicates that in {there}, which is retired and would be deleted",
                advice=f"nothing was changed. Take {there} back into `regions`, rebuild the database in {region} as a "
                f"replica of the writer, and let {there} leave then: {PAGE}#leave",
            )


def _left(states: Mapping[str, State], settings: Settings) -> list[str]:
    held = {alias for state in states.values() for alias in aliases_in_state(state).values()}
    return [
        f"note: nothing is left in {region}: take it out of `retired_regions` and `leaving`"
        for region in settings.retired_regions
        if region not in held
    ]


def _replicated_backups(state: State) -> Iterator[tuple[str, str]]:
    for attributes, region in _of_kind(state, "aws_db_instance_automated_backups_replication"):
        yield str(attributes["source_db_instance_arn"]).split(":")[3], region


def _copies(state: State, home: str) -> set[str]:
    return {
        str(action["destination_vault_arn"]).split(":")[3]
        for attributes, region in _of_kind(state, "aws_backup_plan")
        if region == home
        for rule in attributes.get("rule") or ()
        for action in rule.get("copy_action") or ()
    }


def _of_kind(state: State, kind: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield the attributes and the region of each resource of a type."""
    aliases = aliases_in_state(state)
    for resource in state.get("resources", ()):
        if resource["mode"] == "managed" and resource["type"] == kind:
            for instance in resource["instances"]:
                yield instance.get("attributes") or {}, aliases.get(f"{kind}.{resource['name']}", "")
