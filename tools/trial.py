"""A first look, in under two minutes: what would be built, and what the gate says of it, with nothing applied."""

import json
from xml.etree.ElementTree import ParseError, parse

from tools.areas import resources_by_area
from tools.errors import ToolError
from tools.local import LocalPlatform
from tools.paths import BACKEND, PLATFORM, Paths
from tools.plan import resources_by_region
from tools.synth import synthesize
from tools.workspace import CONFIGURATION


def trial(local: LocalPlatform) -> None:
    """Synthesize, plan both stacks on an emulator of its own, let the gate judge, and show what would be built.

    Raises
    ------
    ToolError
        When a step fails; the emulator is stopped by then.
    """
    reporter = local.reporter
    with reporter.step("synth", quiet=True):
        synthesis = synthesize(local.paths, environ=local.environ)
    with local.emulator_session.temporary() as emulator:
        plans = local.save_plans(local.target(emulator, synthesis))
    local.check(plans.values(), synthesis)
    configuration = json.loads((local.paths.stack_output(PLATFORM) / CONFIGURATION).read_text(encoding="utf-8"))
    reporter.show_areas(resources_by_area(plans[PLATFORM].content, configuration))
    backend = sum(resources_by_region(plans[BACKEND].content).values())
    reporter.say(f"and {backend} resources that keep the state (docs/state.md)")
    reporter.say(verdict(local.paths))
    reporter.show_times()
    for line in (
        f"nothing was applied, and the emulator is gone; the plans: {local.paths.plan_json(PLATFORM).parent.parent}",
        "next:",
        f"  {local.paths.settings}: the regions, the domain and the sizes are yours to change (docs/settings.md)",
        "  make demo: apply this, plan it again and destroy it, on an emulator",
        "  make preflight: whether an AWS account of yours is ready for it (docs/aws.md)",
    ):
        reporter.say(line)


def verdict(paths: Paths) -> str:
    """Say in a line what the gate has judged, by its report.

    Raises
    ------
    ToolError
        When there is no report of the gate's.
    """
    report = paths.reports / "policy.junit.xml"
    try:
        found = parse(report).getroot().attrib  # noqa: S314 - the gate has just written it
        checks, waived, failed = (int(found[name]) for name in ("tests", "skipped", "failures"))
    except (OSError, ParseError, KeyError, ValueError) as error:
        raise ToolError(f"{report} is no report of the gate", advice="run it again") from error
    return (
        f"the gate judged {checks} checks of output and plans: {checks - waived - failed} passed, {failed} failed, "
        f"{waived} waived with a reason (docs/policy.md)"
    )
