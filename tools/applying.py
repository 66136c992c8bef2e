"""What is being applied, written down before an apply begins and taken away when it has ended well.

An apply that was killed leaves resources that are in no state. What they may be is in its plan and its log, and plans
are made anew by every command: so the plan of an apply is kept in a place of its own until the apply has ended.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from tools.files import write_text
from tools.saved_plan import SavedPlan
from tools.target import Target

RECORD = "applying.json"
PLAN = "applying-plan.json"


@dataclass(frozen=True, kw_only=True)
class Applying:
    """An apply that has begun, and has not ended well.

    Parameters
    ----------
    plan : Path
        Its plan, as `terraform show -json` writes it.
    log : Path
        What Terraform says while it applies, raw.
    started : str
        When it began, in ISO 8601, UTC.
    settings : Path
        The settings file that was applied.
    """

    plan: Path
    log: Path
    started: str
    settings: Path

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what `begin` writes."""
        content = json.loads(text)
        return cls(
            plan=Path(content["plan"]),
            log=Path(content["log"]),
            started=str(content["started"]),
            settings=Path(content["settings"]),
        )


def begin(target: Target, stack: str, plan_json: Path) -> Applying:
    """Write down that a stack's apply begins, with a copy of its plan; what was written of an earlier one goes.

    Parameters
    ----------
    target : Target
        Where it is applied.
    stack : str
        The stack.
    plan_json : Path
        Its plan, as `terraform show -json` writes it.
    """
    directory = target.paths.build / stack
    write_text(directory / PLAN, plan_json.read_text(encoding="utf-8"))
    record = Applying(
        plan=directory / PLAN,
        log=target.terraform(stack).log("apply"),
        started=datetime.now(tz=UTC).isoformat(timespec="seconds"),
        settings=target.paths.settings,
    )
    content = {name: str(value) for name, value in asdict(record).items()}
    write_text(directory / RECORD, json.dumps(content, indent=2) + "\n")
    return record


def end(target: Target, stack: str) -> None:
    """Take the record of a stack's apply away: it has ended well, or what it left is cleared up."""
    for name in (RECORD, PLAN):
        (target.paths.build / stack / name).unlink(missing_ok=True)


def read(target: Target, stack: str) -> Applying | None:
    """Return the apply of a stack that did not end well; None if there is none."""
    try:
        text = (target.paths.build / stack / RECORD).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return Applying.of(text)


def apply(target: Target, stack: str, saved: SavedPlan) -> int:
    """Apply a saved plan if it is still the one that was made, and write down that it is being applied.

    Parameters
    ----------
    target : Target
        Where.
    stack : str
        The stack.
    saved : SavedPlan
        Its plan.

    Returns
    -------
    int
        How many steps were taken.

    Raises
    ------
    ToolError
        When the plan has changed since it was made; nothing is applied then. Or when a step fails.
    """
    saved.require_unchanged()
    with applying(target, stack, saved.json_file):
        return target.terraform(stack).apply(saved.file)


@contextmanager
def applying(target: Target, stack: str, plan_json: Path) -> Iterator[None]:
    """Begin, and end if the block does without an exception. Takes what `begin` takes."""
    begin(target, stack, plan_json)
    yield
    end(target, stack)
