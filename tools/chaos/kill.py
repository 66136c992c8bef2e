"""A step of a local platform that is begun, killed at a random moment, and recovered from."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from tools.errors import ToolError
from tools.local import LocalPlatform
from tools.paths import PLATFORM, ROOT
from tools.recovery.recovery import Recovery, working_in
from tools.target import Target

#: Within what a step is killed, counted from the moment at which Terraform begins it. Most is made by then, and the
#: database, for which the provider waits up to three minutes, is under way.
LONGEST = {"apply": 45.0, "destroy": 30.0, "upgrade": 45.0}
#: What Terraform is told to do, where that has another name than the step.
OF_TERRAFORM = {"upgrade": "apply"}
EVERYTHING, TERRAFORM = "everything", "terraform alone"
_START_SECONDS = 300.0
_END_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Kill:
    """One kill, and what came of it.

    Parameters
    ----------
    scene : str
        What was happening.
    step : str
        `apply`, `upgrade` or `destroy`.
    what : str
        What was killed.
    after : float
        Seconds after Terraform had begun the step.
    found : int
        How many resources stood that were in no state.
    left : int
        How many changes the next plan had left.
    """

    scene: str
    step: str
    what: str
    after: float
    found: int
    left: int


def kill_one(
    target: Target, local: LocalPlatform, step: str, *, folder: Path, moments: random.Random, scene: str = ""
) -> Kill | None:
    """Begin a step, kill it at a random moment and recover; None if it was through before.

    Parameters
    ----------
    target : Target
        The emulator.
    local : LocalPlatform
        The local platform in the folder.
    step : str
        `apply`, `upgrade` or `destroy`.
    folder : Path
        Its folder; see `local_platform_in`.
    moments : Random
        Draws the moment, and what is killed.
    scene : str
        What is happening, for the report.
    """
    after, what = moments.uniform(0, LONGEST[step]), moments.choice([EVERYTHING, TERRAFORM])
    with _begun(step, folder) as wrapper:
        terraform = _terraform(wrapper, OF_TERRAFORM.get(step, step), target.paths.build / PLATFORM)
        ended = _ends_within(wrapper, after) if terraform else True
        if ended:
            if wrapper.wait() != 0:
                raise ToolError(f"{step} failed although nobody had killed it", advice=f"see {target.paths.logs}")
            return None
        _kill(wrapper, terraform, what)
        _wait_for_the_end(target.paths.build / PLATFORM)
    recovery = Recovery(target, reporter=local.reporter, approve=lambda _: None)
    left = recovery.run()
    return Kill(scene=scene, step=step, what=what, after=after, found=recovery.taken, left=len(left))


@contextmanager
def _begun(step: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{step}.log").open("ab") as log:
        wrapper = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "tools.chaos.step", step, str(folder)],
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
    """Return the process that does what Terraform is told, once there is one; 0 if the step ends without."""
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
