"""What a drill has restored, compared and measured: for people, and for programs."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from tools.restore.part import Restored

SAME, DIFFERS, FAILED = "restored, the same", "restored, and not the same", "not restored"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a part.

    Parameters
    ----------
    part
        Its name.
    restored
        What was restored and compared; None if it was not.
    fault
        Why not.
    """

    part: str
    restored: Restored | None = None
    fault: str = ""

    @property
    def verdict(self) -> str:
        """In words."""
        if self.restored is None:
            return FAILED
        return DIFFERS if self.restored.differences else SAME

    def lines(self) -> Iterator[str]:
        """Yield what to print."""
        yield f"{self.part}: {self.verdict}"
        if self.restored is None:
            yield f"  {self.fault}"
            return
        one = self.restored
        yield f"  {one.source} -> {one.restored_as}, in {one.seconds:.0f} s; the backup reaches {one.reaches}"
        yield from (f"  DIFFERS: {text}" for text in one.differences)
        yield from (f"  same: {text}" for text in one.compared)
        yield from (f"  not compared: {text}" for text in one.left_out)


def as_json(outcomes: Iterable[Outcome], *, began: str, left: Iterable[str]) -> str:
    """Return a drill for programs."""
    parts = [
        {
            "part": each.part,
            "verdict": each.verdict,
            "fault": each.fault,
            **(asdict(each.restored) if each.restored else {}),
        }
        for each in outcomes
    ]
    return json.dumps({"began": began, "parts": parts, "left": list(left)}, indent=2, ensure_ascii=False) + "\n"


def as_markdown(outcomes: Iterable[Outcome], *, began: str, left: Iterable[str]) -> str:
    """Return a drill for a ticket, or for who asks whether restores are tried."""
    outcomes = list(outcomes)
    lines = [
        "# Restore drill",
        "",
        f"Begun {began}.",
        "",
        "| Part | Result | Restored in | From |",
        "|---|---|--:|---|",
    ]
    for each in outcomes:
        one = each.restored
        lines.append(
            f"| {each.part} | {each.verdict} | {f'{one.seconds:.0f} s' if one else '-'} "
            f"| {f'`{one.source}`, reaching {one.reaches}' if one else each.fault} |"
        )
    for each in outcomes:
        if each.restored:
            lines += ["", f"## {each.part.capitalize()}", ""]
            lines += [f"- **differs**: {text}" for text in each.restored.differences]
            lines += [f"- the same: {text}" for text in each.restored.compared]
            lines += [f"- not compared: {text}" for text in each.restored.left_out]
    lines += ["", *(f"Left behind: `{name}`" for name in left)]
    return "\n".join(lines).rstrip() + "\n"
