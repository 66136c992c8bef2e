"""The destruction of the platform in an account: what it takes and leaves, the question, and a look afterwards."""

from collections.abc import Callable, Sequence

from tools.applying import apply
from tools.approval import summary
from tools.console import Reporter
from tools.destruction import (
    DESTRUCTION,
    Going,
    Staying,
    of_plan,
    of_state,
    plan_destruction,
    require_free,
    still_in_use,
)
from tools.errors import ToolError
from tools.paths import PLATFORM
from tools.plan import aliases_in_state, changes, changes_by_region
from tools.target import Target


def take_down(target: Target, *, approve: Callable[[str, Sequence[str]], None], reporter: Reporter) -> None:
    """Show what a destruction of the platform takes and leaves, ask, and do it. The state backend stays.

    Parameters
    ----------
    target : Target
        Where. Its stacks must be synthesized, and the state backend must be there.
    approve : callable
        Asks whether to do what its first argument says, about what its second lists; raises where nobody says yes.
    reporter : Reporter
        Where to tell what happens.

    Raises
    ------
    ToolError
        When something would not go, it cannot be told what keys encrypt, nobody says yes, the plan has changed since it
        was shown, or a step fails.
    """
    state = target.state(PLATFORM) or {}
    going = of_state(state)
    if not going:
        reporter.say("nothing of the platform is deployed: there is nothing to destroy")
        return
    with reporter.step("look for what has to stay", quiet=True):
        staying = Staying.of(going, target.clients)
    with reporter.step("plan destruction"):
        saved = plan_destruction(target, kept=staying.addresses)
    plan = saved.content
    with saved.discarded():
        for line in changes(plan):
            reporter.say(f"  {line}")
        reporter.show_changes("destruction of platform", changes_by_region(plan, aliases=aliases_in_state(state)))
        require_free(plan, clients=target.clients, stack=target.workspace(PLATFORM).configuration())
        for line in staying.lines():
            reporter.say(line)
        approve(f"destroy all of this in account {target.account_id}", summary(target, plan))
        with reporter.step("destroy platform"):
            apply(target, DESTRUCTION, saved)
    _look_again(target, of_plan(plan), reporter)
    if staying.keys:
        reporter.say("keys that were kept, to be deleted once nothing needs them any more:")
        for each in staying.keys:
            reporter.say(f"  {each.command}")
    reporter.say(f"the state backend {target.bucket} stays")


def _look_again(target: Target, gone: Sequence[Going], reporter: Reporter) -> None:
    # Destroying takes an hour, in an account that others work in.
    try:
        missed = still_in_use(gone, target.clients)
    except ToolError as error:
        reporter.warn(f"warning: all is destroyed, but {error.message}")
        return
    for each in missed:
        reporter.warn(f"warning: this key waits for its deletion, and something has come: {each.text}")
        for line in each.rescue:
            reporter.warn(f"  {line}")
