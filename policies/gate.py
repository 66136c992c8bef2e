from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policies.choices import ChoiceWaiver, choices_in, waivers_of
from policies.errors import GateError
from policies.freshness import require_plan_of_this_json
from policies.losses import CHECK as LOSS
from policies.losses import LossWaiver, read_losses, waivers_in
from policies.outcomes import Outcome, read_report, unite
from policies.resource_policies import read_policies
from policies.scan import Framework, Scan, Scanner, run_checkov
from policies.stack import Stack, load_stack
from policies.waivers import Waiver, load_waivers, unused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from modules.settings.choice import Chosen

STACKS = ("state-backend", "platform")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the gate found.

    Parameters
    ----------
    stacks
        The stacks that were scanned.
    outcomes
        One for each check and resource.
    choices
        The choices of the settings, each once.
    waived
        The waiver of each finding that has one.
    waiver_faults
        What is wrong with the waivers.
    errors
        Why the gate could not do its job; then there are no outcomes.
    """

    stacks: tuple[Stack, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    choices: tuple[Chosen, ...] = ()
    waived: dict[Outcome, Waiver | ChoiceWaiver | LossWaiver] = field(default_factory=dict)
    waiver_faults: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def findings(self) -> list[Outcome]:
        """The failed outcomes that nobody waived."""
        return [outcome for outcome in self.outcomes if outcome.failed and outcome not in self.waived]

    @property
    def exit_code(self) -> int:
        """0 for a pass, 1 for findings or faulty waivers, 2 where the gate could not do its job."""
        if self.errors:
            return 2
        return 1 if self.findings or self.waiver_faults else 0


def judge(
    *,
    names: Sequence[str],
    stacks_dir: Path,
    plans_dir: Path,
    waivers_path: Path,
    today: date,
    scan: Scanner = run_checkov,
    plan_name: str = "plan",
    frameworks: Sequence[Framework] = tuple(Framework),
) -> Verdict:
    """Scan stacks and hold the findings against the waivers, and against the choices of the settings.

    Parameters
    ----------
    names
        The stacks.
    stacks_dir, plans_dir
        Where their JSON and their plans are, a folder for each stack.
    waivers_path
        YAML file with the waivers.
    today
        Date against which the waivers' expiry is checked.
    scan
        What scans the files. By default checkov does.
    plan_name
        Name of the plans' files, without `.json`.
    frameworks
        The scans. By default both; without one of them nobody can say that a waiver covers no finding.

    Returns
    -------
    Verdict
        Also where the gate could not do its job: its errors say why.
    """
    waivers, waiver_faults = load_waivers(path=waivers_path, today=today)
    try:
        stacks = _load(names=names, stacks_dir=stacks_dir, plans_dir=plans_dir, plan_name=plan_name)
        choices = {stack.name: choices_in(stack) for stack in stacks}
        meant = {stack.name: waivers_in(stack) for stack in stacks}
        outcomes = _scan(stacks=stacks, scan=scan, frameworks=frameworks)
    except GateError as error:
        return Verdict(waiver_faults=tuple(waiver_faults), errors=error.faults)
    if set(frameworks) == set(Framework):
        waiver_faults += unused(
            waivers=waivers,
            outcomes=outcomes,
            addresses={stack.name: stack.addresses for stack in stacks},
            known=STACKS,
        )
    failed = [outcome for outcome in outcomes if outcome.failed]
    # A loss is named in the settings, once, and not for a year.
    checked = [outcome for outcome in failed if outcome.check != LOSS]
    by_file = {outcome: waiver for outcome in checked for waiver in waivers.values() if waiver.covers(outcome)}
    by_name = {outcome: each for outcome in failed for each in meant[outcome.stack] if each.covers(outcome)}
    by_choice = {
        outcome: waiver
        for stack in stacks
        for waiver in waivers_of(choices[stack.name])
        for outcome in failed
        if waiver.covers(outcome, stack=stack)
    }
    return Verdict(
        stacks=tuple(stacks),
        outcomes=tuple(outcomes),
        choices=tuple({one.path: one for made in choices.values() for one in made}.values()),
        waived=by_file | by_choice | by_name,
        waiver_faults=tuple(waiver_faults),
    )


def _load(*, names: Iterable[str], stacks_dir: Path, plans_dir: Path, plan_name: str) -> list[Stack]:
    stacks: list[Stack] = []
    faults: list[str] = []
    for name in dict.fromkeys(names):
        try:
            stack = load_stack(name=name, stacks_dir=stacks_dir, plans_dir=plans_dir, plan_name=plan_name)
            require_plan_of_this_json(stack)
            stacks.append(stack)
        except GateError as error:
            faults += error.faults
    if faults:
        raise GateError(faults)
    return stacks


def _scan(*, stacks: Sequence[Stack], scan: Scanner, frameworks: Iterable[Framework]) -> list[Outcome]:
    jobs = [(stack, framework) for stack in stacks for framework in frameworks]
    reports = scan(
        [
            Scan(path=stack.json_path if framework is Framework.JSON else stack.plan_path, framework=framework)
            for stack, framework in jobs
        ]
    )
    results: list[Outcome] = []
    faults: list[str] = []
    for (stack, framework), report in zip(jobs, reports, strict=True):
        try:
            results += read_report(stack=stack, framework=framework, report=report)
        except GateError as error:
            faults += error.faults
    if faults:
        raise GateError(dict.fromkeys(faults))
    return unite([*results, *(outcome for stack in stacks for outcome in (*read_policies(stack), *read_losses(stack)))])
