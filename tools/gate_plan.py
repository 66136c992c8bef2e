"""The policy gate on a plan whose output was judged before, such as one of a platform that stands."""

import os
import subprocess
import sys
from collections.abc import Mapping

from tools.errors import ToolError
from tools.paths import ROOT, Paths


def check_plan(paths: Paths, *, stack: str, name: str, environ: Mapping[str, str] = os.environ) -> None:
    """Let the gate judge a plan alone; it prints its findings itself, and writes its reports beside the plan.

    Parameters
    ----------
    paths : Paths
        Where the output that it was made of and the plan are.
    stack : str
        The stack.
    name : str
        Name of the plan.
    environ : mapping, optional
        By default this process's environment.

    Raises
    ------
    ToolError
        When it refuses, or cannot judge.
    """
    options = {
        "--stacks-dir": paths.stack_output(stack).parent,
        "--plans-dir": paths.build,
        "--plan-name": name,
        "--report-dir": paths.build / stack / name,
    }
    arguments = [str(part) for option in options.items() for part in option]
    ended = subprocess.run(  # noqa: S603 - our own program, with this interpreter
        [sys.executable, "-m", "policies", "--plan-only", *arguments, stack],
        cwd=ROOT,
        env=dict(environ),
        check=False,
    )
    if ended.returncode != 0:
        raise ToolError(
            f"the policy gate refuses the plan {name} of {stack}",
            advice="mend what it names above, or waive it with a reason and an expiry in policies/",
        )
