from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from policies.choices import ChoiceWaiver

if TYPE_CHECKING:
    from rich.console import Console

    from modules.settings.choice import Chosen
    from policies.gate import Verdict


def show(*, verdict: Verdict, console: Console) -> None:
    """Print the findings that nobody waived, the faults, what the settings choose, and one line of totals.

    Parameters
    ----------
    verdict
        What the gate found.
    console
        Where to print.
    """
    if verdict.findings:
        table = Table("check", "stack", "address", "title", "guideline", show_lines=False)
        for finding in verdict.findings:
            # Text, because an address with brackets would be read as markup.
            cells = (finding.check, finding.stack, finding.address, finding.title, finding.guideline)
            table.add_row(*(Text(cell, overflow="fold") for cell in cells))
        console.print(table)
    for fault in (*verdict.waiver_faults, *verdict.errors):
        console.print(Text(fault), soft_wrap=True)
    for chosen in verdict.choices:
        console.print(Text(f"chosen: {chosen}{_findings(verdict, chosen)}"), soft_wrap=True)
    if verdict.errors:
        console.print("policies: the gate could not do its job", soft_wrap=True)
    else:
        console.print(_totals(verdict), soft_wrap=True)


def _findings(verdict: Verdict, chosen: Chosen) -> str:
    waivers = (waiver for waiver in verdict.waived.values() if isinstance(waiver, ChoiceWaiver))
    count = sum(waiver.chosen.path == chosen.path for waiver in waivers)
    return f", which waives {count} finding{'s' if count > 1 else ''}" if count else ""


def _totals(verdict: Verdict) -> str:
    scanned = sum(len(stack.resources) for stack in verdict.stacks)
    passed = sum(not outcome.failed for outcome in verdict.outcomes)
    return (
        f"policies: {scanned} resources scanned, {passed} checks passed, {len(verdict.findings)} failed, "
        f"{len(verdict.waived)} waived"
    )
