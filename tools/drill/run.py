"""`make drill`: the steps one after the other, the timeline of what was seen, and a sentence at the end."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import yaml
from botocore.exceptions import BotoCoreError, ClientError

from tools.bootstrap import bootstrap
from tools.console import Reporter
from tools.drill.context import Drill
from tools.drill.part import PROGRAM
from tools.drill.sequence import STEPS
from tools.drill.step import NotAsExpectedError, Step
from tools.errors import ToolError
from tools.files import write_text
from tools.local import LocalPlatform
from tools.paths import ROOT, Paths
from tools.synth import synthesize

FOLDER = ROOT / "build" / "drill"
SETTINGS = ROOT / "config" / "smallest.yaml"
HOME, SURVIVOR = REGIONS = ("us-east-1", "us-west-2")
#: Over the smallest settings: a second region, and of everything else the least.
MORE = {
    "environment_suffix": "drill",
    "regions": [*REGIONS],
    "network": {"availability_zones": 2, "nat_gateways": "none", "interface_endpoints": ["secretsmanager"]},
    "secrets": {"recovery_window_days": 0},
}
#: They are about other platforms.
NOT_READ = {"ENVIRONMENT_SUFFIX", "MERIDIAN_SETTINGS"}


def local_platform_in(
    folder: Path, *, environ: Mapping[str, str] = os.environ, reporter: Reporter | None = None
) -> LocalPlatform:
    """Return the drill's platform, whose settings, output and working directories are in a folder."""
    own = {name: value for name, value in environ.items() if name not in NOT_READ} | {"MERIDIAN_EXTENSIONS": ""}
    return LocalPlatform(
        settings=folder / "settings.yaml",
        build=folder / "build" / "local",
        out=folder / "cdktf.out",
        environ=own,
        reporter=reporter,
        program=PROGRAM,
    )


def place_of_drill() -> Paths:
    """Return where `make drill` reads and writes."""
    return local_platform_in(FOLDER).paths


def drill(*, environ: Mapping[str, str] = os.environ, folder: Path = FOLDER) -> None:
    """Lose a region and come back, on an emulator that is stopped at the end.

    Parameters
    ----------
    environ : mapping, optional
        The environment of what is run. By default this process's.
    folder : Path, optional
        Where settings, working directories and logs go.

    Raises
    ------
    ToolError
        When something is not as it should be: with what was expected, what was seen, and what stands.
    """
    with prepared(local_platform_in(folder, environ=environ)) as begun:
        play(begun)
        show(begun)
    begun.reporter.say(sentence(begun))


@contextmanager
def prepared(local: LocalPlatform) -> Iterator[Drill]:
    """Start an emulator with the state backend in it, and nothing of the platform."""
    base = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
    # A rebuild takes one apply of an instance that is not protected, and three of one that is.
    database = {**base["database"], "deletion_protection": "false"}
    write_text(local.paths.settings, yaml.safe_dump({**base, **MORE, "database": database}, sort_keys=False))
    with local.reporter.step("synth"):
        synthesize(local.paths, environ=local.environ, program=PROGRAM)
    with local.emulator_session.temporary() as emulator:
        target = local.target(emulator)
        with local.reporter.step("bootstrap"):
            bootstrap(target)
        yield Drill(local=local, emulator=emulator, target=target, home=HOME, survivor=SURVIVOR)


def play(begun: Drill, steps: Sequence[Step] = STEPS, *, after: Callable[[Step], None] = lambda _: None) -> None:
    """Do the steps one after the other.

    Parameters
    ----------
    begun : Drill
        The drill.
    steps : sequence of Step, optional
        By default all.
    after : callable, optional
        Is called after each: a test that looks closer.

    Raises
    ------
    ToolError
        When a step ends otherwise than it should.
    """
    for step in steps:
        begun.reporter.say(f"==> {step.name}")
        try:
            seen = step.run(begun)
        except NotAsExpectedError as fault:
            raise _failed(begun, step, f"{fault.what}: expected {fault.expected}, seen {fault.seen}") from fault
        except ToolError as fault:
            raise _failed(begun, step, fault.message) from fault
        except (BotoCoreError, ClientError) as fault:
            raise _failed(begun, step, " ".join(str(fault).split())) from fault
        begun.timeline.note(step.name, seen)
        begun.reporter.say(f"    {step.name}: {seen}")
        after(step)


def show(begun: Drill) -> None:
    """Print the timeline."""
    begun.reporter.say(f"{begun.home} is lost, {begun.survivor} takes over:")
    begun.reporter.console.print(begun.timeline.table())


def sentence(begun: Drill) -> str:
    """Return what a drill has shown, in a sentence."""
    told = ("region lost", "failover", "region back", "planned switch back", "as it was")
    lost, moved, back, home, end = (begun.timeline.at(what) for what in told)
    return (
        f"{begun.home} was lost at {lost:.0f} s, and {begun.survivor} had the writer at {moved:.0f} s; {begun.home} "
        f"came back at {back:.0f} s, fenced its database, and stayed out of DNS until it was let back; it had "
        f"the writer again at {home:.0f} s, and the settings were as at first at {end:.0f} s, with an empty plan"
    )


def _failed(begun: Drill, step: Step, why: str) -> ToolError:
    """Tell what has happened so far and what stands; return the error to raise."""
    begun.timeline.note(step.name, f"FAILED: {why}")
    show(begun)
    dark = ", ".join(begun.dark) or "no region"
    begun.reporter.say(f"what stands ({dark} is dark):")
    with suppress(ToolError, BotoCoreError, ClientError):
        begun.type("status")
    return ToolError(
        f"the drill has failed at {step.name!r}: {why}",
        advice=f"logs: {begun.local.paths.logs}, {begun.local.paths.emulator}",
    )
