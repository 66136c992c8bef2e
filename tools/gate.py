"""The policy gate, run as a command of its own: see `policies`."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.errors import ToolError
from tools.paths import PLATFORM, ROOT, Paths
from tools.saved_plan import SavedPlan
from tools.synth import Synthesis


def check(
    paths: Paths,
    *,
    environ: Mapping[str, str] = os.environ,
    plans: Iterable[SavedPlan] = (),
    synthesis: Synthesis | None = None,
    stacks: Path | None = None,
) -> None:
    """Let the gate judge the synthesized output and the plans; it prints its findings itself.

    It reads both by their paths, so that what it has read is held against what this run has made. Plans that it
    refuses are discarded.

    Parameters
    ----------
    paths : Paths
        Where output and plans are.
    environ : mapping, optional
        By default this process's environment.
    plans : iterable of SavedPlan, optional
        The plans of this run. By default any plans will do.
    synthesis : Synthesis, optional
        What this run has synthesized. By default any output will do.
    stacks : Path, optional
        Where the stacks are that the plans are of. By default the synthesized output.

    Raises
    ------
    ToolError
        When it refuses, or cannot judge, or has judged something else.
    """
    places = {
        "--stacks-dir": stacks or paths.stack_output(PLATFORM).parent,
        "--plans-dir": paths.build,
        "--report-dir": paths.reports,
    }
    ended = subprocess.run(  # noqa: S603 - our own program, with this interpreter
        [sys.executable, "-m", "policies", *(part for place in places.items() for part in place)],
        cwd=ROOT,
        env=dict(environ),
        check=False,
    )
    plans = list(plans)
    if ended.returncode != 0:
        for each in plans:
            each.discard()
        raise ToolError(
            "the policy gate refuses this platform",
            advice="mend what it names above, or waive it with a reason and an expiry in policies/",
        )
    for each in plans:
        each.require_unchanged()
    if synthesis:
        synthesis.require_output(paths)
