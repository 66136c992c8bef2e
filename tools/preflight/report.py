"""All findings, and what is printed of them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from rich.padding import Padding
from rich.text import Text

from tools.console import Reporter
from tools.preflight.finding import ACCOUNT, Finding, Severity

STYLES = {Severity.STOPS: "bold red", Severity.WARNS: "yellow", Severity.UNSEEN: "dim"}
_ORDER = list(Severity)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a preflight came to.

    Parameters
    ----------
    checks : int
        How many questions were asked: a check that is asked in each region counts once for each.
    findings : tuple of Finding
        What was found.
    for_backend : frozenset of str
        The checks whose findings stop the bootstrap as well.
    """

    checks: int
    findings: tuple[Finding, ...]
    for_backend: frozenset[str] = frozenset()

    @property
    def stopping(self) -> list[Finding]:
        """What a deployment would fail by."""
        return [one for one in self.findings if one.severity is Severity.STOPS]

    @property
    def stopping_bootstrap(self) -> list[Finding]:
        """What making the state backend would fail by."""
        return [one for one in self.stopping if one.check in self.for_backend]

    @property
    def summary(self) -> str:
        """One line: how much was asked, and how much was found."""
        counts = {severity: sum(one.severity is severity for one in self.findings) for severity in Severity}
        found = [
            (counts[Severity.STOPS], "stops", "stop", " a deployment"),
            (counts[Severity.WARNS], "is", "are", " to know of"),
            (counts[Severity.UNSEEN], "could not be looked at", "could not be looked at", ""),
        ]
        told = ", ".join(f"{count} {one if count == 1 else more}{rest}" for count, one, more, rest in found if count)
        return f"preflight: {self.checks} checks, {told or 'nothing found'}"

    def as_json(self) -> str:
        """Return the findings as a JSON list, the gravest first."""
        return json.dumps([one.as_json() for one in self._in_order(self.findings)], indent=2)

    def show(self, reporter: Reporter) -> None:
        """Print what stops and what warns region by region, then what could not be looked at, then one line.

        The gravest comes first, with what to do and what to paste. A question that AWS did not answer in several
        regions is told once.
        """
        told = [one for one in self.findings if one.severity is not Severity.UNSEEN]
        places = sorted({one.region for one in told}, key=lambda place: (place != ACCOUNT, place))
        for place in places:
            reporter.say()
            reporter.say("the account" if place == ACCOUNT else place)
            for one in self._in_order(each for each in told if each.region == place):
                _show(reporter, one, f"{one.check}: {one.what}")
        unseen = [one for one in self.findings if one.severity is Severity.UNSEEN]
        if unseen:
            reporter.say()
            reporter.say("not looked at")
        for alike in _alike(unseen):
            where = ", ".join(one.region for one in alike)
            _show(reporter, alike[0], f"{alike[0].check} ({where}): {alike[0].what}")
        if self.findings:
            reporter.say()
        reporter.say(self.summary)

    @staticmethod
    def _in_order(findings: Iterable[Finding]) -> list[Finding]:
        return sorted(findings, key=lambda one: (_ORDER.index(one.severity), one.region != ACCOUNT, one.region))


def _alike(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Put together what the same check says in several regions."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for one in findings:
        groups.setdefault((one.check, one.advice), []).append(one)
    return list(groups.values())


def _show(reporter: Reporter, one: Finding, what: str) -> None:
    head = Text.assemble((str(one.severity), STYLES[one.severity]), f"  {what}")
    reporter.console.print(Padding(head, (0, 0, 0, 2)))
    reporter.console.print(Padding(Text(f"-> {one.advice}"), (0, 0, 0, 6)))
    for line in one.paste:
        # As it stands, however long: it is there to be copied.
        reporter.say(f"         {line}")
