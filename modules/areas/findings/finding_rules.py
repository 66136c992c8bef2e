"""Rules that select findings, with the severity of each rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modules.blocks.alarms.event_rule import Event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modules.blocks.alarms.alarm import Severity


#: Critical controls on the setup of an account. They fail from the first day if the setup is missing: an AWS Config
#: recorder of all resources, hardware MFA and any MFA for the root user, and documents that are not shared publicly.
#: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html
ACCOUNT_CONTROLS = ("Config.1", "IAM.6", "IAM.9", "SSM.7")


@dataclass(frozen=True, kw_only=True)
class FindingRule:
    """A rule that matches findings of one severity.

    Parameters
    ----------
    severity
        ``page`` or ``ticket``.
    description
        What the findings mean and what to do.
    event
        The EventBridge events of the findings.
    """

    severity: Severity
    description: str
    event: Event


def _guardduty(*numbers: object) -> Event:
    return Event(source="aws.guardduty", kinds=["GuardDuty Finding"], detail={"severity": [{"numeric": list(numbers)}]})


def failed_controls(*labels: str, control: Sequence[object] | None = None, regions: Sequence[str] = ()) -> Event:
    """Failed controls of Security Hub for which nobody has been notified.

    Security Hub sends the finding of a failed control repeatedly. The status stays ``NEW`` until it is changed.
    In the home region it also sends the findings of the other regions.

    Parameters
    ----------
    labels
        Severity labels of the findings.
    control
        Event pattern for the control's id. Any control by default.
    regions
        Regions of the findings. Any region by default.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html
    """
    finding: dict[str, object] = {
        "Severity": {"Label": list(labels)},
        # Only controls have a compliance status. Findings of other services have their own rules.
        "Compliance": {"Status": ["FAILED"], **({"SecurityControlId": list(control)} if control else {})},
        "Workflow": {"Status": ["NEW"]},
        "RecordState": ["ACTIVE"],
        **({"Region": list(regions)} if regions else {}),
    }
    return Event(source="aws.securityhub", kinds=["Security Hub Findings - Imported"], detail={"findings": finding})


def _inspector(severity: str) -> Event:
    detail = {"severity": [severity], "status": ["ACTIVE"]}
    return Event(source="aws.inspector2", kinds=["Inspector2 Finding"], detail=detail)


#: Severity numbers: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html
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
#: Tickets only: a new vulnerability appears in all instances at once, at any hour, and again in each instance that is
#: launched from the old image.
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
#: Findings of services that give no severity.
WITHOUT_SEVERITY: Mapping[str, FindingRule] = {
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
                # Security Hub reports the results of its own rules as findings.
                "configRuleName": [{"anything-but": {"prefix": "securityhub-"}}],
                "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
            },
        ),
    ),
}


def finding_rules_by_service(region: str) -> Mapping[str, Mapping[str, FindingRule]]:
    """Finding rules of ``region``, by the service's key in the settings and by identifier."""
    return {"guardduty": GUARDDUTY, "security_hub": _security_hub(region), "inspector": INSPECTOR}


def _security_hub(region: str) -> Mapping[str, FindingRule]:
    return {
        "broken-controls": FindingRule(
            severity="page",
            description="A critical control of Security Hub fails: something is open or unprotected now.",
            event=failed_controls("CRITICAL", control=[{"anything-but": list(ACCOUNT_CONTROLS)}], regions=[region]),
        ),
        "account-controls": FindingRule(
            severity="ticket",
            description="A critical control of Security Hub on how the account is set up fails. Set it up, or suppress "
            "it "
            "with a reason.",
            event=failed_controls("CRITICAL", control=ACCOUNT_CONTROLS, regions=[region]),
        ),
        "weak-controls": FindingRule(
            severity="ticket",
            description="A control of Security Hub of high severity fails. Mend it, or suppress it with a reason.",
            event=failed_controls("HIGH", regions=[region]),
        ),
    }
