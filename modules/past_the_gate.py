"""`cdktf deploy` applies what the policy gate has not seen: a synthesis that it has started is refused.

The CLI does not tell the app which command it runs. It sets a variable for each of them, and is a parent of this
process. See `SynthStack.synth` in @cdktf/cli-core. With `--skip-synth` nothing is synthesized, and so nothing can be
refused.
"""

from __future__ import annotations

from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: What goes on all the same.
VARIABLE = "MERIDIAN_PAST_THE_GATE"
#: What the CLI sets for an app.
STARTED_BY_CDKTF = "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS"
#: Commands of the CLI that change what stands, by what does the same behind the gate.
INSTEAD = {
    "apply": "make deploy",
    "deploy": "make deploy",
    "destroy": "make destroy",
    "watch": "make deploy",
}
OTHERS = frozenset({"synth", "synthesize", "diff", "plan", "list", "output", "outputs", "debug"})
PROGRAMS = frozenset({"cdktf", "cdktf.js"})
#: A shell and the CLI are between a terminal and this process.
MOST_PARENTS = 5


def refusal(environ: Mapping[str, str]) -> str | None:
    """What somebody is told whose `cdktf` would go past the gate; ``None`` if it would not, or is meant to.

    Parameters
    ----------
    environ
        The environment. ``MERIDIAN_PAST_THE_GATE=yes`` means to.
    """
    if STARTED_BY_CDKTF not in environ or environ.get(VARIABLE) == "yes":
        return None
    command = next((found for found in map(command_of, _parents()) if found), None)
    if command not in INSTEAD:
        return None
    return (
        f"error: `cdktf {command}` goes past the policy gate, the preflight and what keeps data from being destroyed\n"
        f"what to do: `{INSTEAD[command]}` looks at all of it, and asks (docs/aws.md); "
        f"to go on without it, set {VARIABLE}=yes"
    )


def command_of(arguments: Sequence[str]) -> str | None:
    """The command of the CLI that a process runs, by its arguments; ``None`` if it is another program."""
    places = [place for place, one in enumerate(arguments[:2]) if PurePath(one).name in PROGRAMS]
    after: Iterable[str] = arguments[places[0] + 1 :] if places else ()
    return next((one for one in after if one in INSTEAD or one in OTHERS), None)


def _parents() -> Iterator[Sequence[str]]:
    """Arguments of the processes that this one was started by, the nearest first."""
    import psutil  # noqa: PLC0415 - only needed below the CLI

    try:
        for parent in islice(psutil.Process().parents(), MOST_PARENTS):
            yield parent.cmdline()
    except psutil.Error:
        return
