"""The look: a plan of each stack that locks nothing, compared with what Terraform left, and told."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from modules.areas.failover.description import describe
from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.clients import Clients, DarkError, code
from modules.areas.failover.runtime.world import World
from tools.console import Reporter
from tools.drift.compare import Compared, compare
from tools.drift.failover import Doings
from tools.drift.report import CODES, Report, unknown
from tools.errors import ToolError
from tools.files import write_text
from tools.paths import PLATFORM, STACKS, Paths
from tools.plan import Plan
from tools.review import plan_for_review
from tools.target import Target

PLACE = "drift"
JSON, MARKDOWN = "drift.json", "drift.md"


def look_for_drift(target: Target, *, reporter: Reporter, quiet: bool = False) -> int:
    """Look what differs from what Terraform left, print it, and leave it as JSON and Markdown beside the build.

    Nothing is locked or changed, and no password is read, so whoever may run `make plan-only` may run it.

    Parameters
    ----------
    target : Target
        Where. Its stacks must be synthesized.
    reporter : Reporter
        Where to print.
    quiet : bool
        Whether to print nothing but what is found. Steps are printed by default.

    Returns
    -------
    int
        See `tools.drift.report.CODES`.

    Raises
    ------
    ToolError
        When a state cannot be read, there is none, or a plan fails.
    """
    target = replace(target, quiet=quiet)
    compared, notes = Compared(noted={}), []
    for stack in STACKS:
        if not target.state(stack):
            raise ToolError(f"there is no state of {stack}", advice="deploy first; without a state nothing can drift")
        with _step(reporter, f"look at {stack}", quiet=quiet):
            _, plan = plan_for_review(target, stack, place=PLACE, conditions=False)
        configuration = replace(target, paths=replace(target.paths, build=target.paths.build / PLACE)).workspace(stack)
        found = compare(plan, configuration.configuration(), account_id=target.account_id)
        if stack == PLATFORM and found.findings and target.settings.fails_over:
            found, note = _explained(target, found, plan)
            notes += note
        compared += found
    report = Report(
        account_id=target.account_id,
        platform=f"{target.settings.environment.upper()} {target.settings.environment_suffix}",
        looked=_now(),
        compared=compared,
        notes=tuple(notes),
    )
    write_text(target.paths.reports / JSON, report.as_json() + "\n")
    write_text(target.paths.reports / MARKDOWN, report.as_markdown())
    for line in report.lines():
        reporter.say(line)
    if not quiet:
        reporter.say(f"for programs and tickets: {target.paths.reports / JSON}, {target.paths.reports / MARKDOWN}")
    return CODES[report.outcome]


@contextmanager
def told_if_unknown(paths: Paths) -> Iterator[None]:
    """Leave the error for programs, if nobody could look; an older look is never taken for this one."""
    for name in (JSON, MARKDOWN):
        (paths.reports / name).unlink(missing_ok=True)
    try:
        yield
    except Exception as error:
        write_text(paths.reports / JSON, json.dumps(unknown(str(error), looked=_now()), indent=2) + "\n")
        raise


def _explained(target: Target, found: Compared, plan: Plan) -> tuple[Compared, list[str]]:
    """Return what was found with what failovers explain, and what could not be told."""
    world = World(platform=describe(target.settings), aws=Clients("", make=_make(target)), account=target.account_id)
    try:
        records, dark = journal.gather(world)
        written = target.clients("s3", target.location.region).head_object(
            Bucket=target.bucket, Key=target.location.key(PLATFORM), ExpectedBucketOwner=target.account_id
        )["LastModified"]
    except (BotoCoreError, ClientError, DarkError) as error:
        why = code(error) if isinstance(error, ClientError) else str(error)
        return found, [f"the journals of failovers cannot be read ({why}): what one has done counts as drift"]
    doings = Doings(records=records, platform=world.platform, written=written.timestamp())
    notes = [f"the journal of {', '.join(dark)} does not answer: what a failover did there counts as drift"]
    return replace(found, findings=tuple(doings.explain(found.findings, plan))), notes if dark else []


def _make(target: Target) -> Callable[..., Any]:
    def make(service: str, *, region_name: str, config: object) -> Any:  # noqa: ANN401, ARG001 - as `Clients` calls it
        return target.clients(service, region_name)

    return make


@contextmanager
def _step(reporter: Reporter, name: str, *, quiet: bool) -> Iterator[None]:
    if quiet:
        yield
        return
    with reporter.step(name):
        yield


def _now() -> str:
    return f"{datetime.now(tz=UTC):%Y-%m-%dT%H:%M:%SZ}"
