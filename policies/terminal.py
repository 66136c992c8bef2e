from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

    from policies.gate import Verdict


def show(*, verdict: Verdict, console: Console) -> None:
    """Print the findings that nobody waived, the faults, and one line of totals.

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
    if verdict.errors:
        console.print("policies: the gate could not do its job", soft_wrap=True)
    else:
        console.print(_totals(verdict), soft_wrap=True)


def _totals(verdict: Verdict) -> str:
    scanned = sum(len(stack.resources) for stack in verdict.stacks)
    passed = sum(not outcome.failed for outcome in verdict.outcomes)
    return (
        f"policies: {scanned} resources scanned, {passed} checks passed, {len(verdict.findings)} failed, "
        f"{len(verdict.waived)} waived"
    )
