"""`make chaos`: whatever changes a platform is killed at a random moment; recovered; gone on with; and so on.

What is applied is a part of the smallest platform; see `tools.chaos.part`.
"""

import os
import random
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path

import yaml
from rich.table import Table

from tools.chaos.inventory import inventory, orphans
from tools.chaos.kill import Kill, kill_one
from tools.chaos.part import PROGRAM
from tools.chaos.scenes import BOTH, LIFE, Scene, settings_of
from tools.chaos.step import local_platform_in
from tools.emulator import Emulator
from tools.errors import ToolError
from tools.files import write_text
from tools.local import LocalPlatform
from tools.paths import PLATFORM, ROOT, STACKS, Paths
from tools.plan import changes
from tools.synth import synthesize
from tools.target import Target

#: One region, to which the scenes add.
SETTINGS = ROOT / "config" / "smallest.yaml"
#: So many kills of one scene, and it is let through: to change a database takes longer than any of them is given.
IN_A_ROW = 3
FOLDER = ROOT / "build" / "chaos"


def place_of_chaos() -> Paths:
    """Return where `make chaos` reads and writes."""
    return local_platform_in(FOLDER).paths


def chaos(*, environ: Mapping[str, str] = os.environ, folder: Path = FOLDER) -> list[Kill]:
    """Kill, recover and go on, on an emulator of its own; each scene ends with an empty plan and without orphans.

    Parameters
    ----------
    environ : mapping, optional
        `KILLS` in it says how often, by default 20; `SEED` which moments, by default others each time.
    folder : Path, optional
        Where settings, working directories and logs go.

    Raises
    ------
    ToolError
        When a step fails that nobody has killed, a recovery fails, a plan after a scene is not empty, or something
        stands that is in no state.
    """
    count, seed = int(environ.get("KILLS") or 20), int(environ.get("SEED") or random.SystemRandom().randrange(10**6))
    local = local_platform_in(folder)
    local.reporter.say(f"{count} kills with SEED={seed}")
    _write_settings(folder, LIFE[0])
    emulator = local.start()
    run = _Run(local, emulator, folder=folder, count=count, seed=seed)
    try:
        for scene in cycle(LIFE):
            run.play(scene)
            if run.is_over:
                break
        run.play(LIFE[-1])
    finally:
        emulator.stop()
        _show(local, run.kills, seed)
    local.reporter.say(f"killed {len(run.kills)} times, and every scene ended with an empty plan and without orphans")
    return run.kills


class _Run:
    """One run: what was killed so far, and what stood before anything was applied."""

    def __init__(self, local: LocalPlatform, emulator: Emulator, *, folder: Path, count: int, seed: int) -> None:
        self.kills: list[Kill] = []
        self._local, self._emulator, self._folder, self._count = local, emulator, folder, count
        # No password is made of it.
        self._moments = random.Random(seed)  # noqa: S311
        self._before = inventory(emulator.client, BOTH)
        self._settings = LIFE[0]

    @property
    def is_over(self) -> bool:
        """Whether it has killed often enough."""
        return len(self.kills) >= self._count

    def play(self, scene: Scene) -> None:
        """Edit the settings, kill the step that follows some times, let it through, and look at what stands.

        A platform is destroyed as it was applied: that scene edits nothing.
        """
        if scene.step != "destroy":
            self._settings = scene
        target = self._edited(self._settings)
        for _ in range(IN_A_ROW):
            if self.is_over:
                break
            kill = kill_one(
                target, self._local, scene.step, folder=self._folder, moments=self._moments, scene=scene.name
            )
            if kill is None:
                break
            self.kills.append(kill)
            _tell(self._local, kill, len(self.kills))
        if scene.step == "destroy":
            self._local.destroy(target)
        else:
            if scene.step == "upgrade":
                self._local.upgrade_database()
            self._local.apply(target)
            _require_empty(target)
        self._require_no_orphans(target, scene)

    def _edited(self, scene: Scene) -> Target:
        _write_settings(self._folder, scene)
        synthesize(self._local.paths, environ=self._local.environ, program=PROGRAM)
        return self._local.target(self._emulator)

    def _require_no_orphans(self, target: Target, scene: Scene) -> None:
        now = inventory(self._emulator.client, BOTH) - self._before
        if left := orphans(now, [target.state(stack) for stack in STACKS]):
            listed = "\n".join(f"  {name} in {region} ({operation})" for region, operation, name in left)
            raise ToolError(f"after {scene.name!r} these stand and are in no state:\n{listed}")


def _write_settings(folder: Path, scene: Scene) -> None:
    base = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
    write_text(folder / "settings.yaml", yaml.safe_dump(settings_of(scene, base), sort_keys=False))


def _require_empty(target: Target) -> None:
    _, plan = target.plan(PLATFORM, name="chaos")
    if left := changes(plan):
        listed = "\n".join(f"  {line}" for line in left)
        raise ToolError(f"the plan after the apply is not empty:\n{listed}")


def _tell(local: LocalPlatform, kill: Kill, number: int) -> None:
    local.reporter.say(
        f"kill {number}, {kill.scene}: {kill.what}, {kill.after:.0f} s after the {kill.step} began; {kill.found} "
        f"resources were in no state, {kill.left} changes are left"
    )


def _show(local: LocalPlatform, kills: list[Kill], seed: int) -> None:
    table = Table("kill", "scene", "step", "killed", title=f"SEED={seed}", title_justify="left")
    for name in ("after s", "in no state", "left to do"):
        table.add_column(name, justify="right")
    for number, one in enumerate(kills, 1):
        table.add_row(str(number), one.scene, one.step, one.what, f"{one.after:.0f}", str(one.found), str(one.left))
    local.reporter.console.print(table)
