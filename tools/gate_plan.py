"""The policy gate on a plan whose output was judged before, such as one of a platform that stands."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools.gate_process import judging
from tools.paths import Paths


@contextmanager
def checking_plan(
    paths: Paths, *, stack: str, name: str, environ: Mapping[str, str] = os.environ, reports: Path | None = None
) -> Iterator[None]:
    """Let the gate judge a plan alone while the block runs; its findings are shown then.

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
    reports : Path, optional
        Where its reports are written. By default beside the plan.

    Raises
    ------
    ToolError
        At the end of the block, when it refuses or cannot judge.
    """
    options = {
        "--stacks-dir": paths.stack_output(stack).parent,
        "--plans-dir": paths.build,
        "--plan-name": name,
        "--report-dir": reports or paths.build / stack / name,
    }
    arguments = ["--plan-only", *(part for option in options.items() for part in option), stack]
    refusal = f"the policy gate refuses the plan {name} of {stack}"
    with judging(arguments, environ=environ, refusal=refusal, at_the_end=True):
        yield
