import json
from collections.abc import Callable
from typing import Any

import pytest
from support.event_patterns import matches
from support.region_sets import FIVE, ONE, SMALL_SETS, THREE, TWO
from support.synthesized import Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
#: By setting, the kinds of resources that turn the service on, and the source of its events.
SERVICES = {
    "guardduty": ({"aws_guardduty_detector"}, "aws.guardduty"),
    "security_hub": ({"aws_securityhub_account", "aws_securityhub_standards_subscription"}, "aws.securityhub"),
    "inspector": ({"aws_inspector2_enabler"}, "aws.inspector2"),
}


def told(stack: Stack, region: str, event: dict[str, Any]) -> list[str]:
    """Severities of the topics that hear of an event."""
    rules = {
        one.address: json.loads(one.body["event_pattern"])
        for one in stack.resources("aws_cloudwatch_event_rule", region)
    }
    return [
        stack.at(target.body["arn"]).body["name"].partition("-test-")[2].removesuffix(f"-{region}")
        for target in stack.resources("aws_cloudwatch_event_target", region)
        if matches(rules[stack.at(target.body["rule"]).address], event)
    ]


def sources(stack: Stack) -> set[str]:
    rules = stack.resources("aws_cloudwatch_event_rule")
    return {source for one in rules for source in json.loads(one.body["event_pattern"])["source"]}


def guardduty(severity: float) -> dict[str, Any]:
    return {"source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": {"severity": severity}}


def hub(label: str, **more: Any) -> dict[str, Any]:
    finding = {
        "Severity": {"Label": label},
        "Compliance": {"Status": "FAILED"},
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
    }
    return {
        "source": "aws.securityhub",
        "detail-type": "Security Hub Findings - Imported",
        "detail": {"findings": [finding | more]},
    }


def passed_on(label: str) -> dict[str, Any]:
    """What the hub has from another service bears no compliance."""
    event = hub(label)
    del event["detail"]["findings"][0]["Compliance"]
    return event


def inspector(severity: str, status: str = "ACTIVE") -> dict[str, Any]:
    detail = {"severity": severity, "status": status}
    return {"source": "aws.inspector2", "detail-type": "Inspector2 Finding", "detail": detail}


def compliance(outcome: str) -> dict[str, Any]:
    return {
        "source": "aws.config",
        "detail-type": "Config Rules Compliance Change",
        "detail": {
            "messageType": "ComplianceChangeNotification",
            "newEvaluationResult": {"complianceType": outcome},
        },
    }


def access(status: str) -> dict[str, Any]:
    return {"source": "aws.access-analyzer", "detail-type": "Access Analyzer Finding", "detail": {"status": status}}


@SMALL_SETS
@pytest.mark.parametrize("setting", SERVICES)
def test_service_is_on_in_every_region_unless_it_is_someone_else_s_or_off(
    regions: tuple[str, ...], setting: str
) -> None:
    kinds, _ = SERVICES[setting]
    for kind in kinds:
        assert {one.region for one in platform(*regions).resources(kind)} == set(regions)
        for other in ("existing", "off"):
            assert not platform(*regions, findings={setting: other}).resources(kind)


@pytest.mark.slow
@pytest.mark.parametrize(("said", "heard"), [("existing", True), ("off", False)])
def test_what_is_said_of_a_service_in_one_region_is_said_of_no_other(*, said: str, heard: bool) -> None:
    one, other = TWO
    stack = platform(*TWO, findings={key: {one: said} for key in SERVICES})
    for kinds, _ in SERVICES.values():
        for kind in kinds:
            assert {each.region for each in stack.resources(kind)} == {other}
    assert bool(told(stack, one, guardduty(9))) == heard
    assert told(stack, other, guardduty(9)) == ["page"]


@pytest.mark.slow
@pytest.mark.parametrize("setting", SERVICES)
def test_service_of_someone_else_is_heard_and_one_that_is_off_is_not(setting: str) -> None:
    _, source = SERVICES[setting]
    assert source in sources(platform(*ONE, findings={setting: "existing"}))
    assert source not in sources(platform(*ONE, findings={setting: "off"}))


@SETS
@pytest.mark.parametrize(
    ("make", "argument", "expected"),
    [
        (guardduty, 9.1, ["page"]),
        (guardduty, 7, ["page"]),
        (guardduty, 6.9, ["ticket"]),
        (guardduty, 4, ["ticket"]),
        (guardduty, 3.9, []),
        (hub, "CRITICAL", ["page"]),
        (hub, "HIGH", ["ticket"]),
        (hub, "MEDIUM", []),
        (passed_on, "CRITICAL", []),
        (inspector, "CRITICAL", ["page"]),
        (inspector, "HIGH", ["ticket"]),
        (inspector, "MEDIUM", []),
        (compliance, "NON_COMPLIANT", ["ticket"]),
        (compliance, "COMPLIANT", []),
        (access, "ACTIVE", ["ticket"]),
        (access, "RESOLVED", []),
    ],
)
def test_finding_is_told_once_as_urgently_as_it_is(
    regions: tuple[str, ...], make: Callable[[Any], dict[str, Any]], argument: object, expected: list[str]
) -> None:
    for region in regions:
        assert told(platform(*regions), region, make(argument)) == expected


@pytest.mark.parametrize(
    "event",
    [
        hub("CRITICAL", Workflow={"Status": "SUPPRESSED"}),
        hub("CRITICAL", RecordState="ARCHIVED"),
        hub("CRITICAL", Compliance={"Status": "PASSED"}),
        inspector("CRITICAL", "CLOSED"),
    ],
)
def test_what_is_dealt_with_is_told_nobody(event: dict[str, Any]) -> None:
    assert told(platform(*ONE), ONE[0], event) == []


@SETS
def test_hub_is_held_to_the_standards_of_its_own_region(regions: tuple[str, ...]) -> None:
    for region in regions:
        found = platform(*regions).resources("aws_securityhub_standards_subscription", region)
        assert {one.body["standards_arn"] for one in found} == {
            f"arn:aws:securityhub:{region}::standards/aws-foundational-security-best-practices/v/1.0.0",
            f"arn:aws:securityhub:{region}::standards/cis-aws-foundations-benchmark/v/3.0.0",
        }
