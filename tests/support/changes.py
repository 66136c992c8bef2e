"""Every change of the table, planned on a platform that stands, many at a time: who changes what is known beforehand.

``python -m tests.support.changes`` applies a platform of two regions on an emulator, tries them all, and writes what
they do into ``tools/changes/effects.yaml``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from modules.areas.state.location import StateLocation
from modules.settings import Settings, SettingsError
from tests.support.lives import Applied, new_life
from tests.support.region_sets import settings_of
from tests.support.standing import Document, Standing, affected, differing
from tests.support.walk import File
from tools.changes.effect import Effect, effects, summarized
from tools.changes.table import EFFECTS, Row, rows
from tools.changes.table import tried as tried_before
from tools.destruction.configuration import prevented
from tools.errors import ToolError
from tools.part import blocks, references
from tools.paths import STACKS
from tools.plan import Plan

#: The platform that changes are tried on.
PLATFORM = ("eu-west-1", "eu-central-1")
#: Keys for which a plan of their own is worth its time in `make test`.
LEAST = 5
#: What a change does if the state is kept elsewhere then: there, nothing stands.
ELSEWHERE = Effect(action="leave", kind="state", name="bucket")
#: What a change does that the settings' own rules refuse.
REFUSED = Effect(action="refuse", kind="settings", name="rules")
#: What a change does that Terraform refuses to plan.
PREVENTED = Effect(action="refuse", kind="terraform", name="plan")


@dataclass
class Trial:
    """A change that is tried, and what differs by it in the output.

    Parameters
    ----------
    row
        The change.
    before, after
        Keys of the settings.
    direct
        By stack and address, the arguments that differ; empty where a block comes or goes.
    reach
        By stack, what differs or refers to what differs.
    """

    row: Row
    before: dict[str, Any]
    after: dict[str, Any]
    direct: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    reach: dict[str, set[str]] = field(default_factory=dict)
    found: set[Effect] = field(default_factory=set)
    unclear: bool = False

    def arguments(self, address: str) -> frozenset[str] | None:
        """The arguments of a block that differ, none if it comes or goes; ``None`` if nothing does."""
        return next((names for (_, each), names in self.direct.items() if each == address), None)

    def reaches(self, address: str) -> bool:
        return any(address in each for each in self.reach.values())

    def sources(self, found: Mapping[str, Effect]) -> set[str]:
        """What it changes itself and others depend on: local values, what is read, and of resources those that move."""
        return {
            address
            for (_, address), names in self.direct.items()
            if address.startswith(("data.", "local."))
            or (
                address in found
                and found[address].action != "update"
                and (not names or names & {*found[address].attributes})
            )
        }

    def add(self, effect: Effect, names: frozenset[str]) -> None:
        """Note an effect, as far as it is on these arguments."""
        attributes = tuple(sorted(names & {*effect.attributes}))
        self.found.add(replace(effect, attributes=attributes))


class Trials:
    """What is tried on a platform that stands."""

    def __init__(self, standing: Standing, content: Document) -> None:
        self.standing = standing
        self.content = content
        self.region = content["primary_region"]
        self.other = next(name for name in content["regions"] if name != self.region)
        self._stood: dict[str, dict[str, Document]] = {}
        self._planned: dict[str, Plan] = {}

    def file(self, keys: Mapping[str, Any]) -> File:
        """The platform's settings with other values for some keys."""
        file = File(self.content, {})
        for name, value in keys.items():
            changed = file.with_(name, value, beside={})
            assert changed
            file = changed
        return file

    def untried(self, row: Row) -> Trial:
        """A change, with the keys that it sets."""
        before, after = row.settings(region=self.region, other=self.other)
        if "regions" in after:
            after["regions"] = [*self.content["regions"], *after["regions"]]
        return Trial(row, before, after)

    def trial(self, row: Row) -> Trial:
        """A change, and what it makes differ."""
        trial = self.untried(row)
        before, after = trial.before, trial.after
        try:
            old, new = (self.file(keys).load() for keys in (before, after))
        except SettingsError:
            trial.found = {REFUSED}
            return trial
        if location(old) != location(new):
            trial.found = {ELSEWHERE}
            return trial
        text = json.dumps(before, sort_keys=True)
        if text not in self._stood:
            self._stood[text] = self.standing.synthesized(self.file(before).content)
        stood, stands = self._stood[text], self.standing.synthesized(self.file(after).content)
        for stack in STACKS:
            trial.direct |= {
                (stack, address): names for address, names in differing(stood[stack], stands[stack]).items()
            }
            trial.reach[stack] = affected(stood[stack], stands[stack])
            gone = trial.direct.keys() & {(stack, address) for address in prevented(stood[stack])}
            if any(address not in blocks(stands[stack]) for _, address in gone):
                return replace(self.untried(row), found={PREVENTED})
        return trial

    def packs(self, trials: Iterable[Trial]) -> list[list[Trial]]:
        """Trials in packs whose settings are sound together, and of which none takes away what another changes."""
        packs: list[list[Trial]] = []
        for trial in trials:
            if not trial.direct:
                continue
            for pack in packs:
                if all(apart(trial, each) for each in pack) and self.sound([*pack, trial]):
                    pack.append(trial)
                    break
            else:
                packs.append([trial])
        return packs

    def sound(self, pack: list[Trial]) -> bool:
        return all(not self.file(merged(pack, name)).faults for name in ("before", "after"))

    def run(self, pack: list[Trial]) -> dict[str, Effect]:
        """Plan a pack, and give each trial what is its own; return all.

        What a trial changes itself is known by its arguments. What follows is of the trial that moves what it
        refers to, or has it read something else; else of whichever reaches it.
        """
        found = {address: each for address, each in self.effects(pack).items() if each.action != "follow"}
        for address, effect in found.items():
            for trial in pack:
                names = trial.arguments(address)
                if names is not None and (not names or not effect.attributes or names & {*effect.attributes}):
                    trial.add(effect, names)
        bodies = self.bodies(pack)
        referring: dict[str, set[str]] = {}
        for address, body in bodies.items():
            for name in references(body):
                referring.setdefault(name, set()).add(address)
        moved = {trial.row.key: following(trial.sources(found), referring) for trial in pack}
        for address, effect in found.items():
            stated = [names for trial in pack if (names := trial.arguments(address)) is not None]
            rest = {*effect.attributes}.difference(*stated)
            for name in rest or ([] if stated else [""]):
                body = bodies.get(address, {})
                said = {*references(body.get(name, body))}
                near = [trial for trial in pack if said & moved[trial.row.key]]
                near = near or [trial for trial in pack if trial.reaches(address)]
                for trial in near:
                    trial.unclear |= len(near) > 1
                    trial.add(effect, frozenset({name}))
        return found

    def bodies(self, pack: list[Trial]) -> dict[str, Any]:
        """The blocks of both stacks after the changes of a pack, by address."""
        documents = self.standing.synthesized(self.file(merged(pack, "after")).content).values()
        return {address: body for document in documents for address, body in blocks(document).items()}

    def effects(self, pack: list[Trial]) -> dict[str, Effect]:
        """What the changes of a pack do together."""
        before, after = (self.file(merged(pack, name)).content for name in ("before", "after"))
        return effects(self._plan(after), beside=self._plan(before) if before != self.content else None)

    def _plan(self, content: Document) -> Plan:
        text = json.dumps(content, sort_keys=True)
        if text not in self._planned:
            self._planned[text] = self.standing.plan(content)
        return self._planned[text]


def apart(one: Trial, other: Trial) -> bool:
    """Whether two trials can be planned at once.

    They may change the same argument: whether that forces a replacement depends on the argument alone.
    """
    if one.row.alone or other.row.alone or one.row.key in other.before or other.row.key in one.before:
        return False
    return all(names and other.direct[place] for place, names in one.direct.items() if place in other.direct) and all(
        one.after[key] == other.after[key] for key in one.after.keys() & other.after.keys()
    )


def following(addresses: Iterable[str], referring: Mapping[str, set[str]]) -> set[str]:
    """Blocks, and what refers to them, by whatever way."""
    found = {*addresses}
    wanted = [*found]
    while wanted:
        more = referring.get(wanted.pop(), set()) - found
        found |= more
        wanted += more
    return found


def merged(pack: Iterable[Trial], name: str) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    for trial in pack:
        keys |= getattr(trial, name)
    return keys


def location(settings: Settings) -> tuple[str, str]:
    found = StateLocation.of(settings)
    return found.region, found.bucket("123456789012")


def try_all(trials: Trials, rows: Iterable[Row], *, tell: Callable[[str], None]) -> list[Trial]:
    """Every change, in packs, and once more alone where two of a pack can have caused something."""
    tried = [trials.trial(row) for row in rows]
    packs = trials.packs(tried)
    tell(f"{len(tried)} changes in {len(packs)} packs of {', '.join(str(len(pack)) for pack in packs)}")
    for pack in packs:
        try:
            trials.run(pack)
        except ToolError:
            if len(pack) > 1:
                raise
            pack[0].found = {PREVENTED}
        tell(f"tried {', '.join(trial.row.key for trial in pack)}")
    for trial in [trial for trial in tried if trial.unclear]:
        trial.found, trial.unclear = set(), False
        trials.run([trial])
        tell(f"tried alone: {trial.row.key}")
    return tried


def packed(trials: Trials, tried: Iterable[Trial]) -> list[list[str]]:
    """Keys that can change in one plan: of what one replaces, adds or removes, no other changes anything.

    Left out are those that go together with few others.
    """
    packs: list[list[Trial]] = []
    for trial in tried:
        if trial.row.alone or trial.found & {ELSEWHERE, REFUSED, PREVENTED} or not trial.found:
            continue
        for pack in packs:
            # What has something beside it takes a second plan.
            alike = all(bool(each.before) == bool(trial.before) for each in pack)
            if alike and all(additive(trial, each) for each in pack) and trials.sound([*pack, trial]):
                pack.append(trial)
                break
        else:
            packs.append([trial])
    return [[trial.row.key for trial in pack] for pack in packs if len(pack) >= LEAST]


def additive(one: Trial, other: Trial) -> bool:
    """Whether what two changes do together is what each does alone."""
    if any(one.after[key] != other.after[key] for key in one.after.keys() & other.after.keys()):
        return False
    if one.row.key in other.before or other.row.key in one.before:
        return False
    return not any(
        (each.kind, each.name) == (more.kind, more.name) and not each.action == more.action == "update"
        for each in one.found
        for more in other.found
    )


def document(trials: Trials, tried: list[Trial]) -> dict[str, Any]:
    """What ``tools/changes/effects.yaml`` holds."""
    found = {trial.row.key: [str(each) for each in sorted(summarized(trial.found))] for trial in tried}
    return {"packs": packed(trials, tried), "effects": found}


def expected(keys: Iterable[str]) -> set[Effect]:
    """What the table says of keys that change together."""
    return {each for key in keys for each in tried_before()[key]}


def main() -> None:
    """Apply a platform of two regions on an emulator, try every change, and write what they do."""
    with TemporaryDirectory() as name:
        content = settings_of(*PLATFORM)
        life = new_life(Path(name), content)
        emulator = life.start()
        try:
            life.up()
            standing = Standing(Applied(life, emulator, life.target(emulator)), Path(name) / "trials")
            trials = Trials(standing, content)
            found = document(trials, try_all(trials, rows().values(), tell=print))
        finally:
            emulator.stop()
    EFFECTS.write_text(yaml.safe_dump(found, sort_keys=False, width=150), encoding="utf-8")


if __name__ == "__main__":
    main()
