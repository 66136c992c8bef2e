"""`make region-lost`: go on without a region that stays lost, and take it in again if it returns."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from modules.settings import Settings
from tools.console import Reporter
from tools.errors import ToolError
from tools.paths import BACKEND, PLATFORM, STACKS
from tools.region_lost.aside import key_of, set_aside
from tools.region_lost.edit import edit_of
from tools.region_lost.look import PAGE, require_copies, require_no_replication, require_taken_back
from tools.region_lost.surgery import ONCE, Joined, Parted, State, held_in, join, merge, part
from tools.signs_of_life import look_for, require_light
from tools.state_elsewhere import adopt
from tools.state_place import at, push, put, read_note, write_note
from tools.target import Target
from tools.workspace import CONFIGURATION

Approve = Callable[[str, Sequence[str]], None]
YES = {"1", "yes", "true"}


class RegionLost:
    """A region that stays lost, and the states of the platform.

    Nothing in AWS is changed but objects beside the states. Every step looks first, so a run that was killed is gone on
    with by the next one.

    Parameters
    ----------
    settings : Settings
        The settings, in which the region is lost, or one of the regions again.
    environ : mapping
        `REGION` names the region, `BACK=1` says that it has returned, `FORCE=1` that it is lost although it answers.
    reporter : Reporter
        Where to tell what happens.
    approve : callable
        Asks whether to do something, with what to know before.
    """

    def __init__(self, settings: Settings, *, environ: Mapping[str, str], reporter: Reporter, approve: Approve) -> None:
        self._settings = settings
        self._region = environ.get("REGION", "")
        self._is_back = environ.get("BACK", "").lower() in YES
        self._force = environ.get("FORCE", "").lower() in YES
        self._reporter = reporter
        self._approve = approve

    def require_settings(self) -> None:
        """Refuse settings that do not say what is to be done.

        Raises
        ------
        ToolError
            With the edit to make.
        """
        if not self._region:
            raise ToolError("which region?", advice="REGION=us-east-1, say")
        if self._is_back:
            self._require_back()
        else:
            self._require_lost()

    def run(self, target: Target) -> None:
        """Take the region out of the states, or into them again.

        Parameters
        ----------
        target : Target
            The account, or the emulator, synthesized.

        Raises
        ------
        ToolError
            When a step is missing; with that step.
        """
        if self._is_back:
            self._take_back(target)
        else:
            self._leave(target)

    def _require_lost(self) -> None:
        if self._region in self._settings.lost_regions:
            return
        if self._region not in self._settings.regions:
            raise ToolError(f"{self._region} is not a region of the platform", advice=", ".join(self._settings.regions))
        if len(self._settings.regions) == 1:
            raise ToolError(f"{self._region} is the only region", advice="there is none to go on in: wait for it")
        raise ToolError(
            f"the settings do not say that {self._region} is lost",
            advice=f"write {'; '.join(edit_of(self._settings, region=self._region))}; then run again: {PAGE}",
        )

    def _require_back(self) -> None:
        region, settings = self._region, self._settings
        if region in settings.regions:
            return
        names = ", ".join(sorted({*settings.regions, region}))
        raise ToolError(
            f"the settings do not name {region} in `regions`",
            advice=f"write `regions: [{names}]`, take it out of `lost_regions`, and say what its database is: "
            f"`database.instances: {{{region}: {{role: detached}}}}` for a former writer: {PAGE}",
        )

    def _leave(self, target: Target) -> None:
        region = self._region
        signs = look_for([self._settings.home, region], target.clients)
        target = replace(target, dark={**target.dark, **signs.dark})
        if region not in signs.dark and not self._force:
            raise ToolError(
                f"{region} answers",
                advice="a region that answers can leave as docs/regions.md says; FORCE=1 goes on, if it is not sound "
                "enough for that",
            )
        states = self._states(target)
        if not any(held_in(state, region) for state in states.values()):
            self._reporter.say(f"nothing of {region} is in the state: `make bootstrap`, then `make plan`")
            return
        parts = {stack: self._part(target, stack, state) for stack, state in states.items()}
        moved = {old: new for each in parts.values() for old, new in each.moved.items()}
        require_copies(target, states[PLATFORM], moved, region=region)
        if held_in(states[BACKEND], region) and self._was_home(states[BACKEND]):
            home = self._settings.model_copy(update={"home_region": region})
            write = f"home_region: {self._settings.home}, lost_regions: [{region}]"
            adopt(target, home=_with(target, home), write=write, reporter=self._reporter, approve=self._approve)
        self._approve(f"take {region} out of the states", [*_lines(parts, region)])
        if (note := read_note(target)) and note.home == region:
            write_note(target, replace(note, for_good=True))
        for stack, each in parts.items():
            if each.state is states[stack]:
                continue
            self._back_up(target, stack, states[stack])
            aside = set_aside(target, stack, region)
            put(target, key_of(stack, region), _text(merge(aside, each.lost) if aside else each.lost))
            push(target, stack, each.state)
            self._reporter.say(f"{stack}: {len(each.lost['resources'])} set aside in {key_of(stack, region)}")
        self._reporter.say(f"{region} is out of the states. Next: `make bootstrap`, then `make plan`: {PAGE}#the-plan")

    def _take_back(self, target: Target) -> None:
        region = self._region
        require_light(look_for([self._settings.home, region], target.clients).dark, [self._settings.home, region])
        states = self._states(target)
        aside = {stack: found for stack in STACKS if (found := set_aside(target, stack, region))}
        if not aside:
            raise ToolError(
                f"nothing of {region} is set aside beside the state",
                advice="it has been taken back, or was never taken out: `make plan` shows what it lacks",
            )
        require_no_replication(target, region=region)
        if PLATFORM in aside:
            require_taken_back(target, states[PLATFORM], aside[PLATFORM], region=region)
        joins = {stack: self._join(target, stack, states[stack], lost) for stack, lost in aside.items()}
        about = [f"  {stack}: {len(each.joined)} join" for stack, each in joins.items()]
        self._approve(f"take {region} into the states again", about)
        for stack, each in joins.items():
            if each.joined:
                self._back_up(target, stack, states[stack])
                push(target, stack, each.state)
            self._forget(target, stack, each)
            self._reporter.say(f"{stack}: {len(each.joined)} have joined")
        self._reporter.say(f"{region} is in the states again. Next: `make bootstrap`, then `make plan`: {PAGE}#back")

    def _states(self, target: Target) -> dict[str, State]:
        states = {stack: target.state(stack) for stack in STACKS}
        missing = [stack for stack, state in states.items() if state is None]
        if missing:
            raise ToolError(
                f"there is no state of {missing[0]} in {target.bucket}",
                advice=f"`home_region` is the region of the state that is left, that of the replica: {PAGE}",
            )
        return {stack: state for stack, state in states.items() if state is not None}

    def _part(self, target: Target, stack: str, state: State) -> Parted:
        return part(
            state,
            _configuration(target, stack),
            region=self._region,
            heir=self._settings.home,
            once=ONCE if stack == PLATFORM else (),
        )

    def _join(self, target: Target, stack: str, state: State, lost: State) -> Joined:
        # A plan never destroys a part of the state backend.
        return join(state, lost, configuration=_configuration(target, stack) if stack == BACKEND else None)

    def _was_home(self, state: State) -> bool:
        return any(each.startswith("aws_dynamodb_table.") for each in held_in(state, self._region))

    def _back_up(self, target: Target, stack: str, state: State) -> None:
        put(target, f"{stack}/before-{self._region}-{state['serial']}.tfstate", _text(state))

    def _forget(self, target: Target, stack: str, joined: Joined) -> None:
        """Remove what has joined from what is set aside; tell of what has not."""
        if joined.rest["resources"]:
            put(target, key_of(stack, self._region), _text(joined.rest))
            names = ", ".join(f"{each['type']}.{each['name']}" for each in joined.rest["resources"])
            self._reporter.say(
                f"{stack}: these stand in {self._region} and are not taken back; delete them by hand: {names}"
            )
            return
        target.clients("s3", target.location.kept_in).delete_object(
            Bucket=target.bucket, Key=key_of(stack, self._region), ExpectedBucketOwner=target.account_id
        )


def _with(target: Target, settings: Settings) -> Target:
    return replace(at(target, None), settings=settings)


def _lines(parts: Mapping[str, Parted], region: str) -> list[str]:
    lines = []
    for stack, each in parts.items():
        held = len(each.lost["resources"])
        lines.append(f"  {stack}: {held} in {region} set aside, {len(each.rehomed)} global ones through another region")
        lines += [f"    {old} becomes {new}" for old, new in each.moved.items()]
    return lines


def _configuration(target: Target, stack: str) -> Mapping[str, Any]:
    text = (target.paths.stack_output(stack) / CONFIGURATION).read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def _text(state: State) -> bytes:
    return (json.dumps(state, indent=2) + "\n").encode()
