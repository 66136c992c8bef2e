"""The apply of a deployment, and the instances that take over after it."""

from collections.abc import Sequence

from tools import rollout
from tools.applying import apply
from tools.console import Reporter
from tools.errors import ToolError
from tools.paths import PLATFORM
from tools.saved_plan import SavedPlan
from tools.target import Target

#: As much of a fault as is told before instances are followed.
LINES_AT_ONCE = 20


def apply_and_follow(
    target: Target, saved: SavedPlan, rollouts: Sequence[rollout.Rollout], *, reporter: Reporter
) -> None:
    """Apply the plan of the platform that was approved, and see new instances take over.

    Parameters
    ----------
    target : Target
        Where.
    saved : SavedPlan
        The plan.
    rollouts : sequence of Rollout
        The groups whose instances it replaces.
    reporter : Reporter
        Where to tell what happens.

    Raises
    ------
    ToolError
        When the plan has changed since it was made, a step fails, or new instances do not take over.
    Interrupted
        When somebody interrupts it, with what goes on all the same.
    """
    saved.require_unchanged()
    try:
        with reporter.step("apply platform"):
            steps = apply(target, PLATFORM, saved)
    except ToolError as error:
        # Refreshes go on although the apply does not, and take up to two hours.
        if rollouts:
            reporter.warn(f"error: {_beginning(error.message)}")
            reporter.say("the apply has failed; instances that are being replaced are followed to the end")
        faults = _follow(rollouts, reporter)
        raise ToolError("\n".join([error.message, *faults]), advice=error.advice) from error
    reporter.say(f"{steps} steps taken")
    if faults := _follow(rollouts, reporter):
        raise ToolError(
            "\n".join(["the platform is changed, but not every region runs the new instances:", *faults]),
            advice="see why instances do not become healthy, change the settings and deploy again; the next plan "
            "shows what is set back as a change",
        )


def _follow(rollouts: Sequence[rollout.Rollout], reporter: Reporter) -> list[str]:
    try:
        return rollout.follow(rollouts, say=reporter.say)
    except KeyboardInterrupt as interrupt:
        raise rollout.interrupted(rollouts, interrupt) from interrupt


def _beginning(message: str) -> str:
    """Return the first lines of a message that is told in full at the end."""
    lines = message.splitlines()
    more = [f"… and {len(lines) - LINES_AT_ONCE} more lines, at the end"] if len(lines) > LINES_AT_ONCE else []
    return "\n".join([*lines[:LINES_AT_ONCE], *more])
