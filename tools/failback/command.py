"""`make failback`: where one is on the way back after a failover, and its steps, each of which can be repeated."""

from collections.abc import Sequence
from contextlib import suppress

from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.clients import DarkError
from modules.areas.failover.runtime.world import World
from modules.settings import Settings
from tools.errors import ToolError
from tools.failback.apart import apart, in_words, standing
from tools.failback.compare import Comparison
from tools.failback.marks import BACK, COMMANDS, COMPARE, OBJECTS, RELEASE, SECRETS, Mark, in_yaml
from tools.failback.objects import FailedObjects
from tools.failback.reunion import Reunion
from tools.failback.way import Way
from tools.failover import Failovers

#: Steps that do not have to wait for those before them, once every region answers.
FREE = (COMPARE, OBJECTS)
PAGE = "docs/failover.md#the-secrets-are-two"


class Failback:
    """Shows the way back, and takes the step that is named.

    Parameters
    ----------
    failovers : Failovers
        The commands of failovers, with settings, AWS and `STEP`, `REGION`, `FORCE_REASON` and `BATCH_ROLE`.
    prefix : str
        What the targets of `make` begin with: empty, or `local-`.
    """

    def __init__(self, failovers: Failovers, *, prefix: str = "") -> None:
        self._failovers = failovers
        self._say = failovers.reporter.say
        self._prefix = prefix

    def run(self) -> None:
        """Take `STEP`, or say where one is.

        Raises
        ------
        ToolError
            When there is nothing to come back from, another step is first, or the step fails.
        """
        environ = self._failovers.environ
        step = environ.get("STEP", "")
        if step and step not in COMMANDS:
            raise ToolError(f"STEP is {step}", advice=", ".join(COMMANDS))
        settings = self._failovers.settings()
        world, _ = self._failovers.world(settings, near=environ.get("REGION") or settings.home)
        try:
            record = self._record(settings, world)
            if record is None:
                self._say_none(settings, standing(world, lost=settings.lost_regions), step)
                return
            way = Way(record, settings, world, prefix=self._prefix)
            if not step:
                self._show(way, world)
                return
            if not (step == RELEASE and environ.get("FORCE_REASON")):
                _require_turn(step, way.marks())
            self._take(step, way, settings, world)
        except DarkError as dark:
            raise ToolError(str(dark), advice="wait for that region, and run the same command again") from None

    def marks(self) -> list[Mark]:
        """Return the marks of the way; empty if there is nothing to come back from."""
        settings = self._failovers.settings()
        world, _ = self._failovers.world(settings, near=settings.home)
        record = self._record(settings, world)
        return Way(record, settings, world, prefix=self._prefix).marks() if record else []

    def _take(self, step: str, way: Way, settings: Settings, world: World) -> None:
        record, sleep = way.record, self._failovers.sleep
        if step == COMPARE:
            Comparison(world=world, record=record, tell=self._say, sleep=sleep).make()
        elif step == SECRETS:
            Reunion(world=way.world, home=settings.home, writer=way.writer, tell=self._say, sleep=sleep).unite()
            self._say(f"the secrets are those of {settings.home}; every other region has copies of them")
        elif step == OBJECTS:
            role = self._failovers.environ.get("BATCH_ROLE", "")
            FailedObjects(settings=settings, world=way.world, record=record, role=role, tell=self._say).copy()
        else:
            self._failovers.let_back(record.origin)
            self._show_compared(record, world)
            self._warn_of_two(settings, way.world)

    def _record(self, settings: Settings, world: World) -> journal.Run | None:
        """Return the record of the failover to come back from.

        Raises
        ------
        ToolError
            When it is under way, there are several and `REGION` does not say which, or the writer has left the region
            that took over as well.
        """
        region = self._failovers.environ.get("REGION", "")
        if region and region not in world.platform.places:
            raise ToolError(f"{region} is not a region of the platform", advice=", ".join(sorted(settings.regions)))
        records, silent = journal.gather(world)
        dark = [name for name in silent if name not in settings.lost_regions]
        left = {one.origin: one for one in records if one.state in journal.HELD}
        about = [one for one in left.values() if region in {"", one.origin}]
        if not about and dark:
            raise ToolError(f"{', '.join(dark)} does not answer, and may keep a record", advice="wait for it")
        # Where the writer has moved on from the region that took over, the way of the later failover is first.
        held = [one for one in about if one.target not in left]
        if about and not held:
            later = left[about[0].target]
            raise ToolError(
                f"the writer has left {later.origin} too, and is in {later.target}",
                advice=f"first: make {self._prefix}failback REGION={later.origin}, to its release",
            )
        if len(held) > 1:
            origins = sorted(one.origin for one in held)
            raise ToolError(f"several regions were left: {', '.join(origins)}", advice=f"REGION={origins[0]}, say")
        if held and held[0].state == journal.RUNNING:
            one = held[0]
            raise ToolError(
                f"failover {one.id} is under way", advice=f"make {self._prefix}failover REGION={one.target} goes on"
            )
        return held[0] if held else None

    def _show(self, way: Way, world: World) -> None:
        record, marks = way.record, way.marks()
        self._say(f"failover {record.id}: {record.origin} -> {record.target}; the way back to {record.origin}")
        first = next((mark for mark in marks if not mark.done), None)
        for mark in marks:
            state = "done" if mark.done else "next" if mark is first else "then"
            self._say(f"  {state}  {mark.name:<20} {mark.text}")
        if first is None:
            return
        self._say(f"next: {first.to_do}")
        if first.edit:
            for line in ("database:", "  instances:", *(f"    {each}" for each in in_yaml(first.edit))):
                self._say(f"      {line}")
            self._say("      `rebuild` and `deletion_protection` only where it has them; other keys stay as they are")
        if first.name != BACK:
            self._say(f"at any time: make {self._prefix}failback STEP={COMPARE} restores what the old writer had;")
            self._say(f"             make {self._prefix}failback STEP={OBJECTS} copies objects that S3 could not")
        self._show_compared(record, world)

    def _show_compared(self, record: journal.Run, world: World) -> None:
        """Say what stands and costs because somebody has compared."""
        with suppress(DarkError):
            for line in Comparison(world=world, record=record, tell=self._say).lines():
                self._say(line)

    def _warn_of_two(self, settings: Settings, world: World) -> None:
        """Say that the secrets are two: the record is closed, so no plan is refused any more."""
        with suppress(DarkError):
            for line in in_words(apart(world, settings.home)):
                self._say(f"note: {line}; Terraform will not say so ({PAGE})")

    def _say_none(self, settings: Settings, world: World, step: str) -> None:
        region = self._failovers.environ.get("REGION", "")
        if step:
            raise ToolError(f"{region or 'no region'} is {'not ' if region else ''}held", advice="nothing to do")
        self._say(f"{region or 'no region'} is {'not ' if region else ''}held: there is nothing to come back from")
        writers = [name for name in sorted(world.platform.places) if world.source_of(world.instance(name)) is None]
        if writers != [settings.primary_region]:
            self._say(
                f"the writer is in {', '.join(writers)}, and primary_region is {settings.primary_region}: "
                f"make {self._prefix}failover REGION={settings.primary_region} PLANNED=1 moves it back; or move "
                "primary_region (docs/database.md)"
            )
        elif settings.lost_regions:
            self._say(f"{', '.join(settings.lost_regions)} is lost: docs/region-lost.md#back, once it answers")
        elif settings.database.instances and settings.home != settings.primary_region:
            self._say("database.instances stays: home_region is another region than primary_region (docs/database.md)")
        elif settings.database.instances:
            self._say("database.instances may say less: the writer is in primary_region, and all others replicate it")


def _require_turn(step: str, marks: Sequence[Mark]) -> None:
    """Refuse a step while another one is first.

    Raises
    ------
    ToolError
        With the one that is.
    """
    before = [mark for mark in marks if mark.name != step]
    if step in FREE:
        before = [mark for mark in marks if mark.name == BACK]
    elif step in {mark.name for mark in marks}:
        names = [mark.name for mark in marks]
        before = list(marks[: names.index(step)])
    first = next((mark for mark in before if not mark.done), None)
    if first:
        raise ToolError(f"not {step} yet: {first.text}", advice=f"first: {first.to_do}")
