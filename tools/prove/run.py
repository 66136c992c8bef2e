"""Runs the steps, cleans up in every case, and writes the report."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from tools.errors import Interrupted, ToolError
from tools.interrupts import signals_blocked
from tools.prove.context import Context
from tools.prove.report import report, shortened, summary
from tools.prove.step import Outcome, Step, Unproven
from tools.prove.steps import STEPS

HOURLY_USD = 0.88
"""What config/prove.yaml costs an hour, by tools/cost.py."""


def announce(context: Context, steps: Sequence[Step]) -> None:
    """Say beforehand what is done, how long it takes at most, and what it costs."""
    say = context.account.reporter.say
    for step in steps:
        where = f" (not shown here: {step.only_on_aws})" if context.on_emulator and step.only_on_aws else ""
        say(f"  {step.name}: {step.proves}; up to {step.minutes} minutes{where}")
    hours = sum(step.minutes for step in steps) / 60
    say(f"It takes about 5 hours, and {hours:.0f} if every wait is used up.")
    say("Take credentials that are renewed, or last 12 hours: a role's session ends at 12.")
    say(f"It costs about {HOURLY_USD:.2f} USD an hour, cents a step, and what AWS Config records: reckon with 15 USD")
    say("and look at the bill. Final snapshots and the state backend stay and cost a little on.")
    say(
        f"It makes a copy of the platform of its own, {context.settings.environment_suffix}, in "
        + ", ".join(context.settings.regions)
    )


def prove(context: Context, steps: Sequence[Step] = STEPS, *, approve: Callable[[str], None]) -> list[Outcome]:
    """Ask, run the steps, clean up in every case, and leave the report in the build directory.

    Parameters
    ----------
    context : Context
        The account and the proof's own copy.
    steps : sequence of Step
        What to run. By default all.
    approve : callable
        Asks whether to go on, and raises where nobody says yes.

    Raises
    ------
    ToolError
        When a step failed; the report is written by then.
    Interrupted
        After Ctrl-C, once everything that cleans up has been run. A second Ctrl-C ends that too, and what is left is
        told.
    """
    announce(context, steps)
    approve(f"run the proof in account {shortened(context.target.account_id)}")
    outcomes: list[Outcome] = []
    interrupt: KeyboardInterrupt | None = None
    left: list[str] = []
    try:
        interrupt = _run([step for step in steps if not step.always], context, outcomes)
        try:
            left = context.undo()
        except KeyboardInterrupt as once_more:
            interrupt = once_more
        again = _run([step for step in steps if step.always], context, outcomes)
        interrupt = interrupt or again
    finally:
        with signals_blocked():
            left += [what for what, _ in context.undoing]
            _write(context, _complete(outcomes, steps), left)
    if interrupt:
        raise Interrupted("the proof was interrupted", outlook=_outlook(outcomes, left)) from interrupt
    if failed := [one.step.name for one in outcomes if one.verdict == "failed"]:
        raise ToolError(f"not shown: {', '.join(failed)}", advice=f"the report says why; {_outlook(outcomes, left)}")
    return outcomes


def _run(steps: Sequence[Step], context: Context, outcomes: list[Outcome]) -> KeyboardInterrupt | None:
    """Run steps until one that is needed fails, or someone interrupts; return the interrupt."""
    for step in steps:
        try:
            outcome = _one(step, context)
        except KeyboardInterrupt as interrupt:
            outcomes.append(Outcome(step=step, verdict="not run", evidence="interrupted"))
            context.account.reporter.say("interrupted: what stands is taken down now; a second Ctrl-C leaves it")
            return interrupt
        outcomes.append(outcome)
        context.account.reporter.say(f"    {step.name}: {outcome.verdict}: {shortened(outcome.evidence)}")
        if step.needed and outcome.verdict == "failed":
            break
    return None


def _one(step: Step, context: Context) -> Outcome:
    if context.on_emulator and step.only_on_aws:
        return Outcome(step=step, verdict="not shown here", evidence=step.only_on_aws)
    context.account.reporter.say(f"==> {step.name}: {step.proves}")
    started = context.clock()
    try:
        evidence = step.run(context)
    except Exception as error:  # noqa: BLE001 - whatever it is, the platform is to go
        told = f"{type(error).__name__}: {error}" if not isinstance(error, Unproven | ToolError) else str(error)
        return Outcome(step=step, verdict="failed", evidence=told, seconds=context.clock() - started)
    return Outcome(step=step, verdict="shown", evidence=evidence, seconds=context.clock() - started)


def _complete(outcomes: Sequence[Outcome], steps: Sequence[Step]) -> list[Outcome]:
    """Return an outcome for every step, in their order; what was not come to is not run."""
    known = {one.step.name: one for one in outcomes}
    nothing = "an earlier step failed or was interrupted"
    return [known.get(step.name) or Outcome(step=step, verdict="not run", evidence=nothing) for step in steps]


def _write(context: Context, outcomes: Sequence[Outcome], left: Sequence[str]) -> None:
    where = f"{'the emulator' if context.on_emulator else 'account'} {context.target.account_id}"
    where = f"{where}, {', '.join(context.settings.regions)}"
    file = context.paths.reports / "proof.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    day = datetime.now(tz=UTC).date().isoformat()
    file.write_text(report(outcomes, where=where, when=day, left=left), encoding="utf-8")
    context.account.reporter.say(f"{summary(outcomes)}; the report to send back: {file}")


def _outlook(outcomes: Sequence[Outcome], left: Sequence[str]) -> str:
    destroyed = any(one.step.name == "destroy" and one.verdict == "shown" for one in outcomes)
    stands = "" if destroyed else "the proof's platform may still stand: run `make prove-destroy`"
    return "; ".join(filter(None, [stands, *left])) or "nothing of it is left but the state backend"
