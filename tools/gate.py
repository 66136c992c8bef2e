"""The policy gate, run as a command of its own: see `policies`."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools.errors import ToolError
from tools.gate_process import judging
from tools.paths import PLATFORM, Paths
from tools.saved_plan import SavedPlan
from tools.synth import Synthesis


@contextmanager
def checking(
    paths: Paths,
    *,
    environ: Mapping[str, str] = os.environ,
    plans: Iterable[SavedPlan] = (),
    synthesis: Synthesis | None = None,
    stacks: Path | None = None,
    at_the_end: bool = True,
) -> Iterator[None]:
    """Let the gate judge the synthesized output and the plans while the block runs; its findings are shown then.

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
    at_the_end : bool
        Whether the findings are shown at the end of the block, and not as they come. By default they are.

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
    arguments = [part for place in places.items() for part in place]
    plans = list(plans)
    refusal = "the policy gate refuses this platform"
    try:
        with judging(arguments, environ=environ, refusal=refusal, at_the_end=at_the_end):
            yield
    except ToolError:
        for each in plans:
            each.discard()
        raise
    for each in plans:
        each.require_unchanged()
    if synthesis:
        synthesis.require_output(paths)


def check(
    paths: Paths,
    *,
    environ: Mapping[str, str] = os.environ,
    plans: Iterable[SavedPlan] = (),
    synthesis: Synthesis | None = None,
    stacks: Path | None = None,
) -> None:
    """Let the gate judge, and wait for it; its findings are shown as they come. See `checking`."""
    with checking(paths, environ=environ, plans=plans, synthesis=synthesis, stacks=stacks, at_the_end=False):
        pass
