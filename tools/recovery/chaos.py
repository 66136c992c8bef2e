"""`make chaos`: an apply, or a destruction, is killed at a random moment; recovered; gone on with; and so on.

What is applied is a part of the smallest platform: a fifth of its resources, but some of each kind that is found in a
way of its own, by name, by tag, or by what it belongs to, and all that takes long to make.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import yaml
from rich.table import Table

from tools.errors import ToolError
from tools.files import write_text
from tools.local import LocalPlatform
from tools.part import part_of
from tools.paths import PLATFORM, ROOT, Paths
from tools.plan import changes
from tools.recovery.recovery import Recovery, working_in
from tools.recovery.step import local_platform_in
from tools.target import Target
from tools.workspace import CONFIGURATION

#: One region.
SETTINGS = ROOT / "config" / "smallest.yaml"
#: A secret that is destroyed frees its name at once, since it is soon made again.
OF_CHAOS: dict[str, Any] = {"environment_suffix": "chaos", "secrets": {"recovery_window_days": 0}}
#: With all that these refer to.
KINDS = (
    "aws_db_instance",
    "aws_dynamodb_table",
    "aws_kms_alias",
    "aws_lambda_function",
    "aws_lb",
    "aws_nat_gateway",
    "aws_route_table",
    "aws_s3_bucket_policy",
)
#: Within what a step is killed, counted from the moment at which Terraform begins it. Most is made by then, and the
#: database, for which the provider waits up to three minutes, is under way.
LONGEST = {"apply": 45.0, "destroy": 30.0}
#: So many applies are killed, and the next is let through: to change a database takes longer than any of them is given.
IN_A_ROW = 4
FOLDER = ROOT / "build" / "chaos"
EVERYTHING, TERRAFORM = "everything", "terraform alone"
_START_SECONDS = 300.0
_END_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Kill:
    """One kill, and what came of it.

    Parameters
    ----------
    step : str
        `apply` or `destroy`.
    what : str
        What was killed.
    after : float
        Seconds after Terraform had begun the step.
    found : int
        How many resources stood that were in no state.
    left : int
        How many changes the next plan had left.
    """

    step: str
    what: str
    after: float
    found: int
    left: int


def place_of_chaos() -> Paths:
    """Return where `make chaos` reads and writes."""
    return local_platform_in(FOLDER).paths


def chaos(*, environ: Mapping[str, str] = os.environ, folder: Path = FOLDER) -> list[Kill]:
    """Kill, recover and go on, on an emulator of its own; at the end the plan is empty.

    Parameters
    ----------
    environ : mapping, optional
        `KILLS` in it says how often, by default 20; `SEED` which moments, by default others each time.
    folder : Path, optional
        Where settings, working directories and logs go.

    Raises
    ------
    ToolError
        When a step fails that nobody has killed, a recovery fails, or the last plan is not empty.
    """
    count, seed = int(environ.get("KILLS") or 20), int(environ.get("SEED") or random.SystemRandom().randrange(10**6))
    settings = yaml.safe_load(SETTINGS.read_text(encoding="utf-8")) | OF_CHAOS
    write_text(folder / "settings.yaml", yaml.safe_dump(settings, sort_keys=False))
    local = local_platform_in(folder)
    local.reporter.say(f"{count} kills with SEED={seed}")
    kills: list[Kill] = []
    emulator = local.start()
    try:
        keep_part(local)
        target = local.target(emulator)
        # No password is made of it.
        for kill in _kills(target, local, folder, random.Random(seed)):  # noqa: S311
            kills.append(kill)
            _tell(local, kill, len(kills))
            if len(kills) == count:
                break
        local.apply(target)
        _require_empty(target)
        local.destroy(target)
    finally:
        emulator.stop()
        _show(local, kills, seed)
    local.reporter.say(f"killed {len(kills)} times, and the plan was empty at the end")
    return kills


def keep_part(local: LocalPlatform) -> None:
    """Take out of the synthesized platform what is neither of `KINDS` nor needed by them."""
    file = local.paths.stack_output(PLATFORM) / CONFIGURATION
    part = part_of(json.loads(file.read_text(encoding="utf-8")), KINDS)
    write_text(file, json.dumps(part, indent=2) + "\n")


def _kills(target: Target, local: LocalPlatform, folder: Path, moments: random.Random) -> Iterator[Kill]:
    while True:
        for _ in range(IN_A_ROW):
            if (kill := kill_one(target, local, "apply", folder=folder, moments=moments)) is None:
                break
            yield kill
        else:
            local.apply(target)
        _require_empty(target)
        # It stands: what is killed next is its end, so that there is something to make again.
        if (kill := kill_one(target, local, "destroy", folder=folder, moments=moments)) is not None:
            yield kill


def kill_one(target: Target, local: LocalPlatform, step: str, *, folder: Path, moments: random.Random) -> Kill | None:
    """Begin a step, kill it at a random moment and recover; None if it was through before.

    Parameters
    ----------
    target : Target
        The emulator.
    life : LocalPlatform
        The local platform in the folder.
    step : str
        `apply` or `destroy`.
    folder : Path
        Its folder; see `local_platform_in`.
    moments : Random
        Draws the moment, and what is killed.
    """
    after, what = moments.uniform(0, LONGEST[step]), moments.choice([EVERYTHING, TERRAFORM])
    with _begun(step, folder) as wrapper:
        terraform = _terraform(wrapper, step, target.paths.build / PLATFORM)
        ended = _ends_within(wrapper, after) if terraform else True
        if ended:
            if wrapper.wait() != 0:
                raise ToolError(f"{step} failed although nobody had killed it", advice=f"see {target.paths.logs}")
            return None
        _kill(wrapper, terraform, what)
        _wait_for_the_end(target.paths.build / PLATFORM)
    recovery = Recovery(target, reporter=local.reporter, approve=lambda _: None)
    left = recovery.run()
    return Kill(step=step, what=what, after=after, found=recovery.taken, left=len(left))


@contextmanager
def _begun(step: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{step}.log").open("ab") as log:
        wrapper = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "tools.recovery.step", step, str(folder)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield wrapper
        finally:
            wrapper.kill()
            wrapper.wait()


def _terraform(wrapper: subprocess.Popen[bytes], step: str, directory: Path) -> int:
    """Return the process that does the step, once there is one; 0 if the step ends without."""
    deadline = monotonic() + _START_SECONDS
    while wrapper.poll() is None and monotonic() < deadline:
        for pid in working_in(directory):
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if words[1:2] == [step.encode()]:
                    return pid
        sleep(0.2)
    return 0


def _ends_within(wrapper: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        wrapper.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _kill(wrapper: subprocess.Popen[bytes], terraform: int, what: str) -> None:
    with suppress(ProcessLookupError):
        if what == EVERYTHING:
            # Terraform leads a group of its own, in which its providers are.
            wrapper.kill()
            os.killpg(terraform, signal.SIGKILL)
        else:
            os.kill(terraform, signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                wrapper.wait(timeout=10)
            # Its providers find out by themselves that nobody needs them, but when is not known.
            os.killpg(terraform, signal.SIGKILL)


def _wait_for_the_end(directory: Path) -> None:
    deadline = monotonic() + _END_SECONDS
    while working_in(directory) and monotonic() < deadline:
        sleep(0.2)


def _require_empty(target: Target) -> None:
    _, plan = target.plan(PLATFORM, name="chaos")
    if left := changes(plan):
        listed = "\n".join(f"  {line}" for line in left)
        raise ToolError(f"the plan after the apply is not empty:\n{listed}")


def _tell(local: LocalPlatform, kill: Kill, number: int) -> None:
    local.reporter.say(
        f"kill {number}: {kill.what}, {kill.after:.0f} s after the {kill.step} began; {kill.found} resources were in "
        f"no state, {kill.left} changes are left"
    )


def _show(local: LocalPlatform, kills: list[Kill], seed: int) -> None:
    table = Table("kill", "step", "killed", title=f"SEED={seed}", title_justify="left")
    for name in ("after s", "in no state", "left to do"):
        table.add_column(name, justify="right")
    for number, one in enumerate(kills, 1):
        table.add_row(str(number), one.step, one.what, f"{one.after:.0f}", str(one.found), str(one.left))
    local.reporter.console.print(table)
