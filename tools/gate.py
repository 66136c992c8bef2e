"""The policy gate, run as a command of its own: see `policies`."""

import os
import subprocess
import sys
from collections.abc import Mapping

from tools.errors import ToolError
from tools.paths import PLATFORM, ROOT, Paths


def check(paths: Paths, *, environ: Mapping[str, str] = os.environ) -> None:
    """Let the gate judge the synthesized output and the plans; it prints its findings itself.

    Parameters
    ----------
    paths : Paths
        Where output and plans are.
    environ : mapping, optional
        By default this process's environment.

    Raises
    ------
    ToolError
        When it refuses, or cannot judge.
    """
    places = {
        "--stacks-dir": paths.stack_output(PLATFORM).parent,
        "--plans-dir": paths.build,
        "--report-dir": paths.reports,
    }
    ended = subprocess.run(  # noqa: S603 - our own program, with this interpreter
        [sys.executable, "-m", "policies", *(part for place in places.items() for part in place)],
        cwd=ROOT,
        env=dict(environ),
        check=False,
    )
    if ended.returncode != 0:
        raise ToolError(
            "the policy gate refuses this platform",
            advice="mend what it names above, or waive it with a reason and an expiry in policies/",
        )
