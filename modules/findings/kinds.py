"""Kinds of findings, and how urgent each is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modules.watching.notice import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.watching.alarm import Severity


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Findings that are equally urgent.

    Parameters
    ----------
    severity
        ``page`` or ``ticket``.
    meaning
        What they mean and what to do.
    event
        The events that tell of them.
    """

    severity: Severity
    meaning: str
    event: Event


def _guardduty(*numbers: object) -> Event:
    return Event(source="aws.guardduty", kinds=["GuardDuty Finding"], detail={"severity": [{"numeric": list(numbers)}]})


def _security_hub(label: str) -> Event:
    finding = {
        "Severity": {"Label": [label]},
        "Compliance": {"Status": ["FAILED"]},
        "Workflow": {"Status": ["NEW"]},
        "RecordState": ["ACTIVE"],
    }
    # Only controls have a compliance: what the hub passes on from others is told by these.
    return Event(source="aws.securityhub", kinds=["Security Hub Findings - Imported"], detail={"findings": finding})


def _inspector(severity: str) -> Event:
    detail = {"severity": [severity], "status": ["ACTIVE"]}
    return Event(source="aws.inspector2", kinds=["Inspector2 Finding"], detail=detail)


#: By service and identifier.
#: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html says what its numbers mean.
KINDS: Mapping[str, Mapping[str, Kind]] = {
    "guardduty": {
        "threats": Kind(
            severity="page",
            meaning="GuardDuty sees a resource that is probably taken over. Isolate it, then look at the finding.",
            event=_guardduty(">=", 7),
        ),
        "suspicions": Kind(
            severity="ticket",
            meaning="GuardDuty sees what does not look like this account. Find out whether it was meant.",
            event=_guardduty(">=", 4, "<", 7),
        ),
    },
    "security_hub": {
        "broken-controls": Kind(
            severity="page",
            meaning="A critical control of Security Hub fails: something is open or unprotected now.",
            event=_security_hub("CRITICAL"),
        ),
        "weak-controls": Kind(
            severity="ticket",
            meaning="A control of Security Hub of high severity fails. Mend it, or suppress it with a reason.",
            event=_security_hub("HIGH"),
        ),
    },
    "inspector": {
        "critical-weaknesses": Kind(
            severity="page",
            meaning="An instance or function has a weakness that is used by attackers or easily can be. Patch it.",
            event=_inspector("CRITICAL"),
        ),
        "weaknesses": Kind(
            severity="ticket",
            meaning="An instance or function has a weakness of high severity. It goes with the next image or release.",
            event=_inspector("HIGH"),
        ),
    },
}
#: Of what has no severities of its own.
CONFIGURATION: Mapping[str, Kind] = {
    "access-from-outside": Kind(
        severity="ticket",
        meaning="Someone outside the account can reach a resource. Close it, or archive the finding if it is meant.",
        event=Event(source="aws.access-analyzer", kinds=["Access Analyzer Finding"], detail={"status": ["ACTIVE"]}),
    ),
    "broken-promises": Kind(
        severity="ticket",
        meaning="A resource is not as the platform promises. The rule says what is wrong.",
        event=Event(
            source="aws.config",
            kinds=["Config Rules Compliance Change"],
            detail={
                "messageType": ["ComplianceChangeNotification"],
                "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
            },
        ),
    ),
}
