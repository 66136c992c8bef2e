"""A look told in words, as Markdown for a ticket, and as JSON for programs."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.drift.compare import Compared
from tools.drift.finding import REASONS, Finding

NONE, DRIFT, UNKNOWN = "none", "drift", "unknown"
#: What the command exits with. `make` itself makes 2 of every code but 0.
CODES = {NONE: 0, UNKNOWN: 1, DRIFT: 2}
BY_HAND = "the next deployment does not put it back: do it by hand"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a look has found, and of what.

    Parameters
    ----------
    account_id, platform, looked
        The account, the environment with its suffix, and the time of the look.
    compared
        What was found.
    notes
        What could not be told, in words.
    """

    account_id: str
    platform: str
    looked: str
    compared: Compared
    notes: tuple[str, ...] = ()

    @property
    def strange(self) -> list[Finding]:
        """What no failover explains: what matters first, then by region, area and address."""
        found = [each for each in self.compared.findings if not each.failover]
        return sorted(found, key=_order)

    @property
    def explained(self) -> list[Finding]:
        """What a failover has done."""
        return sorted((each for each in self.compared.findings if each.failover), key=_order)

    @property
    def outcome(self) -> str:
        """`none` or `drift`."""
        return DRIFT if self.strange else NONE

    def lines(self) -> Iterator[str]:
        """Yield what to print."""
        yield f"drift of {self.platform} in account {self.account_id}, {self.looked}: {self.summary()}"
        for reason, findings in _by_reason(self.strange):
            yield f"! {REASONS[reason]}"
            for each in findings:
                yield f"!   {_place(each)}"
                yield from (f"!     {line}" for line in _details(each))
        rest = [each for each in self.strange if not each.matters]
        for place, findings in _by_place(rest):
            yield place
            for each in findings:
                yield f"  {each.address}"
                yield from (f"    {line}" for line in _details(each))
        if self.explained:
            yield "done by a failover, and no attack (docs/failover.md#afterwards; deploy nothing before that):"
            yield from (f"  {each.failover}: {_place(each)}" for each in self.explained)
        if self.compared.pending:
            yield "changed in the settings and not deployed yet, which is no drift:"
            yield from (f"  {line}" for line in self.compared.pending)
        yield from (f"note: {note}" for note in self.notes)

    def summary(self) -> str:
        """Return the look in one line."""
        matters = sum(each.matters for each in self.strange)
        if not self.strange:
            return "none"
        what = f"{len(self.strange)} resource{'s' if len(self.strange) > 1 else ''} changed by hand"
        return f"{what}, {matters} of them matter{'s' if matters == 1 else ''}"

    def as_json(self) -> str:
        """Return the look for programs."""
        return json.dumps(
            {
                "outcome": self.outcome,
                "account": self.account_id,
                "platform": self.platform,
                "looked": self.looked,
                "drift": [{**each.as_json(), "matters": each.matters} for each in self.strange],
                "failover": [each.as_json() for each in self.explained],
                "not_deployed": list(self.compared.pending),
                "chosen_by_aws": {address: list(names) for address, names in self.compared.noted.items()},
                "notes": list(self.notes),
            },
            indent=2,
            ensure_ascii=False,
        )

    def as_markdown(self) -> str:
        """Return the look for a ticket."""
        lines = [f"# Drift of {self.platform}: {self.summary()}", "", f"Account {self.account_id}, {self.looked}.", ""]
        for reason, findings in _by_reason(self.strange):
            lines += [f"## {REASONS[reason][0].upper()}{REASONS[reason][1:]}", "", *_table(findings)]
        if rest := [each for each in self.strange if not each.matters]:
            lines += ["## Other changes", "", *_table(rest)]
        if self.explained:
            lines += ["## Done by a failover", "", "| Failover | Resource |", "|---|---|"]
            lines += [f"| {each.failover} | `{each.address}` |" for each in self.explained] + [""]
        if self.compared.pending:
            lines += ["## Changed in the settings and not deployed yet", ""]
            lines += [*(f"- `{line}`" for line in self.compared.pending), ""]
        lines += [f"Note: {note}" for note in self.notes]
        return "\n".join(lines).rstrip() + "\n"


def unknown(error: str, *, looked: str) -> Mapping[str, Any]:
    """Return what programs are told when nobody could look."""
    return {"outcome": UNKNOWN, "looked": looked, "error": error}


def _order(finding: Finding) -> tuple[int, str, str, str]:
    first = [*REASONS].index(finding.reasons[0]) if finding.reasons else len(REASONS)
    return first, finding.region, finding.area, finding.address


def _by_reason(findings: Sequence[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """Yield each reason with what matters by it first of all."""
    for reason in REASONS:
        if chosen := [each for each in findings if each.reasons[:1] == (reason,)]:
            yield reason, chosen


def _by_place(findings: Iterable[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    found: dict[str, list[Finding]] = {}
    for each in sorted(findings, key=lambda one: (one.region, one.area, one.address)):
        found.setdefault(f"{each.region}, {each.area}", []).append(each)
    yield from found.items()


def _place(finding: Finding) -> str:
    name = f" ({finding.name})" if finding.name else ""
    return f"{finding.region}, {finding.area}: {finding.address}{name}"


def _details(finding: Finding) -> list[str]:
    return [*finding.changes, *([] if finding.undone else [BY_HAND])]


def _table(findings: Iterable[Finding]) -> list[str]:
    rows = [
        f"| {each.region} | {each.area} | `{each.address}`{f' {each.name}' if each.name else ''} "
        f"| {'<br>'.join(_cell(line) for line in _details(each))} |"
        for each in findings
    ]
    return ["| Region | Area | Resource | What has changed |", "|---|---|---|---|", *rows, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
