"""The whole life of the platform in one command."""

from tools.bootstrap import bootstrap, make_roles
from tools.errors import ToolError
from tools.gate import checking
from tools.gate_plan import checking_plan
from tools.local import Life
from tools.paths import PLATFORM, STACKS
from tools.plan import changes, resources_by_region
from tools.synth import synthesize
from tools.target import Target

SECOND = "second-plan"
_MOST_CHANGES = 20


def demo(life: Life) -> None:
    """Synthesize, plan, judge, apply, plan and judge again and destroy the platform on an emulator of its own.

    Raises
    ------
    ToolError
        When a step fails, or when the plan after the apply is not empty or does not pass the gate; the emulator is
        stopped by then.
    """
    screen = life.screen
    with screen.step("synth"):
        synthesize(life.paths, environ=life.environ)
    with life.hosting.temporary() as emulator:
        target = life.target(emulator)
        life.plan_stacks(target)
        # Terraform waits for most of the one, and scans need no emulator.
        with screen.step("bootstrap, gate"), checking(life.paths, environ=life.environ):
            make_roles(target, tell=screen.say, environ=life.environ)
            bootstrap(target)
        plan = life.apply(target)
        _plan_again(life, target)
        # What stands has more to judge than what is new: a plan shows what AWS says of it.
        with checking_plan(life.paths, stack=PLATFORM, name=SECOND, environ=life.environ):
            life.destroy(target)
    screen.show_resources(resources_by_region(plan))
    screen.show_times()
    for stack in STACKS:
        screen.say(f"plan of {stack}: {life.paths.plan_json(stack)}")
    screen.say(f"logs: {life.paths.logs}, {life.paths.emulator}")
    screen.say(f"gate: {life.paths.reports}/policy.sarif, {life.paths.reports}/policy.junit.xml")
    screen.say("all of it was applied, planned again without a change, judged again, and destroyed")


def _plan_again(life: Life, target: Target) -> None:
    with life.screen.step("plan again"):
        changed, plan = target.plan(PLATFORM, name=SECOND)
    if changed:
        found = changes(plan)
        listed = "\n".join(f"  {line}" for line in found[:_MOST_CHANGES])
        more = f"\n  and {len(found) - _MOST_CHANGES} more" if len(found) > _MOST_CHANGES else ""
        raise ToolError(
            f"the plan after the apply is not empty: {len(found)} changes\n{listed}{more}",
            advice="either the stack asks for something that AWS does not keep, or the emulator does not keep it",
        )
