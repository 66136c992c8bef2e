"""What Terraform holds for damaged because it did not see it become ready, and would destroy and make again.

A stop breaks off the waiting for a database or a load balancer, not its making, which AWS brings to an end.
"""

from collections.abc import Callable

from tools.console import Reporter
from tools.paths import PLATFORM
from tools.target import Target
from tools.terraform import Terraform
from tools.terraform.state import State, tainted


def hold_for_whole(target: Target, *, reporter: Reporter, approve: Callable[[str], None]) -> list[str]:
    """Have the state hold for whole what it holds for damaged; return the addresses.

    What is missing in one of them is in the next plan as a change, and what is gone is made anew.

    Parameters
    ----------
    target : Target
        Where. Its stacks must be synthesized.
    reporter : Reporter
        Where to tell what happens.
    approve : callable
        Asks somebody for a yes, and raises `ToolError` without one.
    """

    def prepared() -> Terraform:
        target.workspace(PLATFORM).prepare()
        terraform = target.terraform(PLATFORM)
        terraform.init(target.backend_arguments())
        return terraform

    return hold(target.state(PLATFORM), prepared, reporter=reporter, approve=approve)


def hold(
    state: State | None, prepared: Callable[[], Terraform], *, reporter: Reporter, approve: Callable[[str], None]
) -> list[str]:
    """Do the same with any state, by the Terraform that `prepared` returns, which is called if something is damaged."""
    damaged = sorted(tainted(state or {}))
    if not damaged:
        return []
    for address in damaged:
        reporter.say(f"    not seen to become ready, so that the next apply would replace it: {address}")
    approve(f"have the state hold these {len(damaged)} for whole, because none of them is to be replaced")
    terraform = prepared()
    for address in damaged:
        terraform.untaint(address)
    return damaged
