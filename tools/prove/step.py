"""What one step of the proof is, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tools.prove.context import Context

Verdict = Literal["shown", "failed", "not shown here", "not run"]


class Unproven(Exception):  # noqa: N818 - a finding and no fault of the program
    """AWS did otherwise than the platform promises."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that is shown.

    Parameters
    ----------
    name : str
        What it is called on the command line, in the report and in docs/proof.md.
    proves : str
        The promise.
    minutes : int
        How long it may take at most on AWS.
    costs : str
        What it costs besides the platform itself. By default next to nothing.
    run : callable
        Does it, and returns the evidence; raises `Unproven` or what the clients raise.
    only_on_aws : str
        Why the emulator cannot show it. By default it can.
    needed : bool
        Whether nothing after it makes sense once it has failed. No by default.
    always : bool
        Whether it is run even after a failure or Ctrl-C, since it cleans up. No by default.
    """

    name: str
    proves: str
    minutes: int
    costs: str = ""
    run: Callable[["Context"], str]
    only_on_aws: str = ""
    needed: bool = False
    always: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a step, with the evidence or the reason."""

    step: Step
    verdict: Verdict
    evidence: str
    seconds: float = 0
