"""The whole life of the platform in one command."""

from tools.bootstrap import bootstrap, make_roles
from tools.errors import ToolError
from tools.gate import checking
from tools.gate_plan import checking_plan
from tools.local import LocalPlatform
from tools.paths import PLATFORM, STACKS
from tools.plan import changes, resources_by_region
from tools.synth import synthesize
from tools.target import Target

SECOND = "second-plan"
_MOST_CHANGES = 20


def demo(local: LocalPlatform) -> None:
    """Synthesize, plan, judge, apply, plan and judge again and destroy the platform on an emulator of its own.

    Raises
    ------
    ToolError
        When a step fails, or when the plan after the apply is not empty or does not pass the gate; the emulator is
        stopped by then.
    """
    reporter = local.reporter
    with reporter.step("synth", quiet=True):
        synthesize(local.paths, environ=local.environ)
    with local.emulator_session.temporary() as emulator:
        target = local.target(emulator)
        local.plan_stacks(target)
        # Terraform waits for most of the one, and scans need no emulator.
        with reporter.step("bootstrap, gate"), checking(local.paths, environ=local.environ):
            make_roles(target, tell=reporter.say, environ=local.environ)
            bootstrap(target)
        plan = local.apply(target)
        _plan_again(local, target)
        # What stands has more to judge than what is new: a plan shows what AWS says of it.
        with checking_plan(local.paths, stack=PLATFORM, name=SECOND, environ=local.environ):
            local.destroy(target)
    reporter.show_resources(resources_by_region(plan))
    reporter.show_times()
    for stack in STACKS:
        reporter.say(f"plan of {stack}: {local.paths.plan_json(stack)}")
    reporter.say(f"logs: {local.paths.logs}, {local.paths.emulator}")
    reporter.say(f"gate: {local.paths.reports}/policy.sarif, {local.paths.reports}/policy.junit.xml")
    reporter.say("all of it was applied, planned again without a change, judged again, and destroyed")


def _plan_again(local: LocalPlatform, target: Target) -> None:
    with local.reporter.step("plan again"):
        changed, plan = target.plan(PLATFORM, name=SECOND)
    if changed:
        found = changes(plan)
        listed = "\n".join(f"  {line}" for line in found[:_MOST_CHANGES])
        more = f"\n  and {len(found) - _MOST_CHANGES} more" if len(found) > _MOST_CHANGES else ""
        raise ToolError(
            f"the plan after the apply is not empty: {len(found)} changes\n{listed}{more}",
            advice="either the stack asks for something that AWS does not keep, or the emulator does not keep it",
        )
