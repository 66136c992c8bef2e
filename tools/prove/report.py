"""The report to send back: what was shown, with evidence, and no word that is nobody's business."""

import re
from collections import Counter
from collections.abc import Sequence

from tools.prove.step import Outcome

_ACCOUNT = re.compile(r"(?<!\d)\d{8}(\d{4})(?!\d)")


def shortened(text: str) -> str:
    """Return a text with account ids cut to their last four digits."""
    return _ACCOUNT.sub(r"…\1", text)


def summary(outcomes: Sequence[Outcome]) -> str:
    """Say in a line how many steps came out how."""
    counts = Counter(one.verdict for one in outcomes)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("shown", "failed", "not shown here", "not run"))


def report(outcomes: Sequence[Outcome], *, where: str, when: str, left: Sequence[str]) -> str:
    """Write the report.

    Parameters
    ----------
    outcomes : sequence of Outcome
        What came of each step.
    where : str
        Account and regions.
    when : str
        The day.
    left : sequence of str
        What the proof made and could not take away.
    """
    rows = ["| step | promise | verdict | seconds | evidence |", "|---|---|---|---:|---|"]
    rows += [
        f"| `{one.step.name}` | {one.step.proves} | **{one.verdict}** | {one.seconds:.0f} | {_cell(one.evidence)} |"
        for one in outcomes
    ]
    ends = ["## Left behind", "", *([f"- {line}" for line in left] or ["Nothing of what the steps made."])]
    head = ["# Proof on AWS", "", f"{where}, {when}: {summary(outcomes)}.", ""]
    return shortened("\n".join([*head, *rows, "", *ends, ""]))


def _cell(text: str) -> str:
    return text.strip().replace("|", "\\|").replace("\n", "<br>")
