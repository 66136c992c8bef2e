import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modules.settings import SettingsError, load_settings
from tests.support.event_patterns import matches
from tests.support.otherwise import TWO_OTHERWISE
from tests.support.region_sets import FIVE, ONE, SMALL_SETS, THREE, TWO, settings_of, write_settings
from tests.support.synthesized import Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
#: By setting, the kinds of resources that turn the service on, and the source of its events.
SERVICES = {
    "guardduty": ({"aws_guardduty_detector"}, "aws.guardduty"),
    "security_hub": ({"aws_securityhub_account", "aws_securityhub_standards_subscription"}, "aws.securityhub"),
    "inspector": ({"aws_inspector2_enabler"}, "aws.inspector2"),
}


#: The pattern of a rule with a schedule, which hears of no event.
NEVER: dict[str, Any] = {"source": []}


def told(stack: Stack, region: str, event: dict[str, Any]) -> list[str]:
    """Severities of the topics that hear of an event."""
    rules = {
        one.address: json.loads(one.body["event_pattern"])
        for one in stack.resources("aws_cloudwatch_event_rule", region)
        if "event_pattern" in one.body
    }
    hearing = [
        stack.at(target.body["arn"])
        for target in stack.resources("aws_cloudwatch_event_target", region)
        if matches(rules.get(stack.at(target.body["rule"]).address, NEVER), event)
    ]
    return [
        one.body["name"].partition("-test-")[2].removesuffix(f"-{region}")
        for one in hearing
        if one.address.startswith("aws_sns_topic.")
    ]


def sources(stack: Stack) -> set[str]:
    rules = stack.resources("aws_cloudwatch_event_rule")
    patterns = [json.loads(one.body["event_pattern"]) for one in rules if "event_pattern" in one.body]
    # What is heard of every service is no pattern of one.
    return {source for pattern in patterns for source in pattern["source"] if isinstance(source, str)}


def guardduty(severity: float) -> dict[str, Any]:
    return {"source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": {"severity": severity}}


def hub(label: str, control: str = "S3.2", **more: Any) -> dict[str, Any]:
    finding = {
        "Severity": {"Label": label},
        "Compliance": {"Status": "FAILED", "SecurityControlId": control},
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


def of_the_account(control: str, **more: Any) -> dict[str, Any]:
    return hub("CRITICAL", control, **more)


def compliance(outcome: str, rule: str = "PROD-config-test-tags") -> dict[str, Any]:
    return {
        "source": "aws.config",
        "detail-type": "Config Rules Compliance Change",
        "detail": {
            "messageType": "ComplianceChangeNotification",
            "configRuleName": rule,
            "newEvaluationResult": {"complianceType": outcome},
        },
    }


def access(status: str) -> dict[str, Any]:
    return {"source": "aws.access-analyzer", "detail-type": "Access Analyzer Finding", "detail": {"status": status}}


OWNERS = ("managed", "existing", "off")
#: Each of them said of each service once, and of no two at a time.
SAID = [dict(zip(SERVICES, OWNERS[turn:] + OWNERS[:turn], strict=True)) for turn in range(3)]


@SMALL_SETS
@pytest.mark.parametrize("said", SAID, ids=lambda said: "-".join(said.values()))
def test_service_is_on_in_every_region_unless_it_is_someone_else_s_or_off(
    regions: tuple[str, ...], said: dict[str, str]
) -> None:
    stack = platform(*regions, findings=said)
    for setting, (kinds, _) in SERVICES.items():
        for kind in kinds:
            assert {one.region for one in platform(*regions).resources(kind)} == set(regions)
            here = set(regions) if said[setting] == "managed" else set()
            assert {one.region for one in stack.resources(kind)} == here


@pytest.mark.slow
@pytest.mark.parametrize(("said", "heard"), [("existing", True), ("off", False)])
def test_what_is_said_of_a_service_in_one_region_is_said_of_no_other(*, said: str, heard: bool) -> None:
    other, one = TWO
    stack = platform(*TWO, findings={key: {one: said} for key in SERVICES})
    for kinds, _ in SERVICES.values():
        for kind in kinds:
            assert {each.region for each in stack.resources(kind)} == {other}
    assert bool(told(stack, one, guardduty(9))) == heard
    assert told(stack, other, guardduty(9)) == ["page"]


@pytest.mark.slow
@pytest.mark.parametrize("said", SAID, ids=lambda said: "-".join(said.values()))
def test_service_of_someone_else_is_heard_and_one_that_is_off_is_not(said: dict[str, str]) -> None:
    heard = sources(platform(*ONE, findings=said))
    for setting, (_, source) in SERVICES.items():
        assert (source in heard) == (said[setting] != "off")


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
        (of_the_account, "IAM.6", ["ticket"]),
        (of_the_account, "Config.1", ["ticket"]),
        (inspector, "CRITICAL", ["ticket"]),
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
        event = make(argument)
        for finding in event["detail"].get("findings", []):
            finding["Region"] = region
        assert told(platform(*regions), region, event) == expected


@pytest.mark.parametrize(
    "event",
    [
        hub("CRITICAL", Workflow={"Status": "SUPPRESSED"}, Region=ONE[0]),
        hub("CRITICAL", RecordState="ARCHIVED", Region=ONE[0]),
        hub("CRITICAL", Compliance={"Status": "PASSED", "SecurityControlId": "S3.2"}),
        hub("CRITICAL", Workflow={"Status": "NOTIFIED"}, Region=ONE[0]),
        # The home region has the findings of the others too; they tell their own topics.
        hub("CRITICAL", Region="us-west-2"),
        # As a finding of Security Hub it is told already.
        compliance("NON_COMPLIANT", "securityhub-vpc-default-security-group-closed-0a1b2c"),
        inspector("CRITICAL", "CLOSED"),
    ],
)
def test_what_is_dealt_with_is_told_nobody(event: dict[str, Any]) -> None:
    assert told(platform(*ONE), ONE[0], event) == []


def marking(stack: Stack, region: str, event: dict[str, Any]) -> bool:
    """Whether the function of the home region hears of an event."""
    rules = {
        one.address: json.loads(one.body.get("event_pattern", "{}")) or NEVER
        for one in stack.resources("aws_cloudwatch_event_rule", region)
    }
    return any(
        matches(rules[stack.at(target.body["rule"]).address], event)
        for target in stack.resources("aws_cloudwatch_event_target", region)
        if stack.at(target.body["arn"]).address.startswith("aws_lambda_function.")
    )


@SETS
def test_what_is_told_of_security_hub_is_marked_as_told_in_the_home_region_and_nowhere_else(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    for region in regions:
        for event in (
            hub("CRITICAL", Region=region),
            hub("CRITICAL", "IAM.6", Region=region),
            hub("HIGH", Region=region),
        ):
            assert marking(stack, regions[0], event)
            assert region == regions[0] or not marking(stack, region, event)
        assert not marking(stack, regions[0], hub("MEDIUM", Region=region))
        assert not marking(stack, regions[0], hub("HIGH", Region=region, Workflow={"Status": "NOTIFIED"}))


@SETS
def test_the_marker_may_set_findings_to_notified_and_do_nothing_else_to_them(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    statements = [
        statement
        for document in stack.data("aws_iam_policy_document")
        for statement in document.body["statement"]
        if any(action.startswith("securityhub:") for action in statement.get("actions", []))
    ]
    (statement,) = statements
    assert statement["actions"] == ["securityhub:BatchUpdateFindings"]
    (resource,) = statement["resources"]
    assert resource.startswith(f"arn:aws:securityhub:{regions[0]}:")
    assert resource.endswith(":hub/default")
    assert statement["condition"] == [
        {
            "test": "StringEquals",
            "variable": "securityhub:ASFFSyntaxPath/Workflow.Status",
            "values": ["NOTIFIED"],
        }
    ]


@SMALL_SETS
def test_nobody_s_findings_are_marked_but_those_of_a_hub_of_ours(regions: tuple[str, ...]) -> None:
    stack = platform(*regions, findings={"security_hub": "existing"})
    assert not [one for one in stack.resources("aws_lambda_function") if "findings-marker" in one.address]
    assert not stack.resources("aws_securityhub_finding_aggregator")


def test_findings_of_a_hub_of_someone_else_are_not_marked() -> None:
    stack = platform(*TWO, **TWO_OTHERWISE)
    assert marking(stack, TWO[0], hub("CRITICAL", Region=TWO[0]))
    assert not marking(stack, TWO[0], hub("CRITICAL", Region=TWO[1]))


def test_rejects_a_home_region_that_does_not_gather_what_others_find(tmp_path: Path) -> None:
    said = {"security_hub": {TWO[0]: "off"}}
    with pytest.raises(SettingsError, match=rf"findings\.security_hub\.{TWO[0]}: .* gathers its findings, got 'off'"):
        load_settings(write_settings(tmp_path, settings_of(*TWO, findings=said)), {})
    off = {"security_hub": dict.fromkeys(TWO, "off")}
    assert load_settings(write_settings(tmp_path, settings_of(*TWO, findings=off)), {})


@SETS
def test_home_region_shows_the_findings_of_the_others_and_looks_at_the_root_for_all(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    aggregators = stack.resources("aws_securityhub_finding_aggregator")
    assert [one.region for one in aggregators] == ([regions[0]] if len(regions) > 1 else [])
    for one in aggregators:
        assert one.body["specified_regions"] == sorted(regions[1:])
        assert {stack.at(f"${{{hub}.id}}").region for hub in one.body["depends_on"]} == set(regions)
    for region in regions:
        off = stack.resources("aws_securityhub_standards_control_association", region)
        expected = set() if region == regions[0] else {"IAM.6", "IAM.9"}
        assert {one.body["security_control_id"] for one in off} == expected
        assert all(one.body["association_status"] == "DISABLED" for one in off)


@SETS
def test_documents_are_shared_with_nobody_in_any_region(regions: tuple[str, ...]) -> None:
    settings = platform(*regions).resources("aws_ssm_service_setting")
    assert {one.region for one in settings} == set(regions)
    for one in settings:
        assert one.body["setting_value"] == "Disable"
        assert one.body["setting_id"].endswith(":servicesetting/ssm/documents/console/public-sharing-permission")


@SETS
def test_hub_is_held_to_the_standards_of_its_own_region(regions: tuple[str, ...]) -> None:
    for region in regions:
        found = platform(*regions).resources("aws_securityhub_standards_subscription", region)
        assert {one.body["standards_arn"] for one in found} == {
            f"arn:aws:securityhub:{region}::standards/aws-foundational-security-best-practices/v/1.0.0",
            f"arn:aws:securityhub:{region}::standards/cis-aws-foundations-benchmark/v/3.0.0",
        }
