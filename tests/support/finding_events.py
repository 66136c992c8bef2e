"""Events of the findings that a healthy fresh account has, as AWS sends them, and where the rules hand them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.support.event_patterns import matches

USUAL: Mapping[str, Any] = json.loads((Path(__file__).parent / "usual_findings.json").read_text())
ACCOUNT = "123456789012"


class Hub:
    """Security Hub, as far as it keeps the workflow status of what it has found."""

    def __init__(self) -> None:
        self.statuses: dict[str, str] = {}

    def batch_update_findings(self, **request: Any) -> Mapping[str, Any]:
        for one in request["FindingIdentifiers"]:
            self.statuses[one["Id"]] = request["Workflow"]["Status"]
        return {"ProcessedFindings": request["FindingIdentifiers"], "UnprocessedFindings": []}

    def events(self, region: str) -> Iterator[dict[str, Any]]:
        """What it sends of a region after its checks: every control that fails, whether it was sent before or not."""
        for control in USUAL["controls"]:
            identifier = f"arn:aws:securityhub:{region}:{ACCOUNT}:security-control/{control['id']}/finding/1"
            finding = {
                "Id": identifier,
                "ProductArn": f"arn:aws:securityhub:{region}::product/aws/securityhub",
                "Region": region,
                "Severity": {"Label": control["label"]},
                "Compliance": {"Status": "FAILED", "SecurityControlId": control["id"]},
                "Workflow": {"Status": self.statuses.get(identifier, "NEW")},
                "RecordState": "ACTIVE",
            }
            yield {
                "source": "aws.securityhub",
                "detail-type": "Security Hub Findings - Imported",
                "detail": {"findings": [finding]},
            }


def inspector_events() -> Iterator[dict[str, Any]]:
    """What Inspector sends of instances that were started from an image with known weaknesses."""
    for one in USUAL["weaknesses"]:
        for _ in range(one["instances"]):
            detail = {"severity": one["severity"], "status": "ACTIVE", "title": one["title"]}
            yield {"source": "aws.inspector2", "detail-type": "Inspector2 Finding", "detail": detail}


def config_events() -> Iterator[dict[str, Any]]:
    """What AWS Config sends of what the account had before."""
    for rule in USUAL["rules"]:
        detail = {
            "messageType": "ComplianceChangeNotification",
            "configRuleName": rule["name"],
            "newEvaluationResult": {"complianceType": "NON_COMPLIANT"},
        }
        yield {"source": "aws.config", "detail-type": "Config Rules Compliance Change", "detail": detail}


Rules = list[tuple[dict[str, Any], list[str]]]


def rules(events: Any) -> Rules:
    """The patterns of a region's rules, each with the ARNs of its targets; ``events`` is EventBridge's client there."""
    return [
        (
            json.loads(rule["EventPattern"]),
            [target["Arn"] for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]],
        )
        for rule in events.list_rules()["Rules"]
        if "EventPattern" in rule
    ]


def targets(there_are: Rules, event: Mapping[str, Any]) -> list[str]:
    """ARNs of what rules hand an event to."""
    return [arn for pattern, arns in there_are if matches(pattern, dict(event)) for arn in arns]
