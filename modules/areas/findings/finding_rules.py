"""Kinds of findings, and how urgent each is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modules.blocks.alarms.event_rule import Event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modules.blocks.alarms.alarm import Severity


#: Critical controls on how an account is set up, which fail from the first day on where it is not: a recorder of AWS
#: Config that records everything, a hardware token and any second factor of the root, and documents that are shared.
#: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html
OF_THE_ACCOUNT = ("Config.1", "IAM.6", "IAM.9", "SSM.7")


@dataclass(frozen=True, kw_only=True)
class FindingRule:
    """Findings that are equally urgent.

    Parameters
    ----------
    severity
        ``page`` or ``ticket``.
    description
        What they mean and what to do.
    event
        The events that tell of them.
    """

    severity: Severity
    description: str
    event: Event


def _guardduty(*numbers: object) -> Event:
    return Event(source="aws.guardduty", kinds=["GuardDuty Finding"], detail={"severity": [{"numeric": list(numbers)}]})


def failed_controls(*labels: str, control: Sequence[object] | None = None, regions: Sequence[str] = ()) -> Event:
    """Controls of Security Hub that fail and that nobody has been told of.

    Security Hub sends what still fails again and again, and the status stays ``NEW`` until it is set. In the home
    region it sends what it has from the others too.

    Parameters
    ----------
    labels
        How severe they are.
    control
        What a pattern says of the control's id. Any by default.
    regions
        The regions that they are of. Any by default.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html
    """
    finding: dict[str, object] = {
        "Severity": {"Label": list(labels)},
        # Only controls have a compliance: what the hub passes on from others is told by these.
        "Compliance": {"Status": ["FAILED"], **({"SecurityControlId": list(control)} if control else {})},
        "Workflow": {"Status": ["NEW"]},
        "RecordState": ["ACTIVE"],
        **({"Region": list(regions)} if regions else {}),
    }
    return Event(source="aws.securityhub", kinds=["Security Hub Findings - Imported"], detail={"findings": finding})


def _inspector(severity: str) -> Event:
    detail = {"severity": [severity], "status": ["ACTIVE"]}
    return Event(source="aws.inspector2", kinds=["Inspector2 Finding"], detail=detail)


#: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html says what its numbers mean.
GUARDDUTY: Mapping[str, FindingRule] = {
    "threats": FindingRule(
        severity="page",
        description="GuardDuty sees a resource that is probably taken over. Isolate it, then look at the finding.",
        event=_guardduty(">=", 7),
    ),
    "suspicions": FindingRule(
        severity="ticket",
        description="GuardDuty sees what does not look like this account. Find out whether it was meant.",
        event=_guardduty(">=", 4, "<", 7),
    ),
}
#: A new weakness is found in every instance at once, at any hour, and again in each that is started from the old image.
INSPECTOR: Mapping[str, FindingRule] = {
    "critical-weaknesses": FindingRule(
        severity="ticket",
        description="An instance or function has a weakness that is used by attackers or easily can be. Patch it "
        "first.",
        event=_inspector("CRITICAL"),
    ),
    "weaknesses": FindingRule(
        severity="ticket",
        description="An instance or function has a weakness of high severity. It goes with the next image or release.",
        event=_inspector("HIGH"),
    ),
}
#: Of what has no severities of its own.
CONFIGURATION: Mapping[str, FindingRule] = {
    "access-from-outside": FindingRule(
        severity="ticket",
        description="Someone outside the account can reach a resource. Close it, or archive the finding if it is "
        "meant.",
        event=Event(source="aws.access-analyzer", kinds=["Access Analyzer Finding"], detail={"status": ["ACTIVE"]}),
    ),
    "broken-promises": FindingRule(
        severity="ticket",
        description="A resource is not as the platform promises. The rule says what is wrong.",
        event=Event(
            source="aws.config",
            kinds=["Config Rules Compliance Change"],
            detail={
                "messageType": ["ComplianceChangeNotification"],
                # Those of Security Hub are told as its findings.
                "configRuleName": [{"anything-but": {"prefix": "securityhub-"}}],
                "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
            },
        ),
    ),
}


def of_services(region: str) -> Mapping[str, Mapping[str, FindingRule]]:
    """The kinds of findings in ``region``, by the service's key in the settings and by identifier."""
    return {"guardduty": GUARDDUTY, "security_hub": _of_security_hub(region), "inspector": INSPECTOR}


def _of_security_hub(region: str) -> Mapping[str, FindingRule]:
    return {
        "broken-controls": FindingRule(
            severity="page",
            description="A critical control of Security Hub fails: something is open or unprotected now.",
            event=failed_controls("CRITICAL", control=[{"anything-but": list(OF_THE_ACCOUNT)}], regions=[region]),
        ),
        "account-controls": FindingRule(
            severity="ticket",
            description="A critical control of Security Hub on how the account is set up fails. Set it up, or suppress "
            "it "
            "with a reason.",
            event=failed_controls("CRITICAL", control=OF_THE_ACCOUNT, regions=[region]),
        ),
        "weak-controls": FindingRule(
            severity="ticket",
            description="A control of Security Hub of high severity fails. Mend it, or suppress it with a reason.",
            event=failed_controls("HIGH", regions=[region]),
        ),
    }
