"""That every tier is watched."""

import json
import re
from typing import Any

import pytest

from tests.support import api_events
from tests.support.alarms import REFERENCE, alarms, metrics, resource
from tests.support.event_patterns import matches
from tests.support.filter_patterns import matches as counts
from tests.support.region_sets import FIVE, ONE, THREE, TWO
from tests.support.synthesized import platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
#: What a resource must be watched by, or that it is watched as part of another.
WATCHED = {
    "aws_nat_gateway": ("AWS/NATGateway",),
    "aws_s3_bucket_replication_configuration": ("AWS/S3",),
    "aws_acm_certificate": ("AWS/CertificateManager",),
    "aws_lb": ("AWS/ApplicationELB",),
    "aws_lb_target_group": ("AWS/ApplicationELB",),
    "aws_autoscaling_group": ("AWS/AutoScaling",),
    "aws_db_instance": ("AWS/RDS",),
    "aws_dynamodb_table": ("AWS/DynamoDB",),
    "aws_lambda_function": ("AWS/Lambda",),
    "aws_sqs_queue": ("AWS/SQS",),
    "aws_backup_vault": ("AWS/Backup",),
    "aws_sns_topic": ("AWS/SNS",),
    "aws_route53_health_check": ("AWS/Route53",),
}
#: Single resources that are watched in another way than others of their kind.
WATCHED_OTHERWISE = {
    # A keeper that cannot use its journal is silent.
    "aws_dynamodb_table": (re.compile(r"_failover_journal_"), ("Meridian/Failover",)),
    # They follow an alarm and the check of the health page.
    "aws_route53_health_check": (re.compile(r"_usable_"), ()),
}
#: Kinds of resources that are parts of others or that AWS alone keeps alive, by what tells if they are wrong.
NOT_WATCHED = {
    "what holds it to its promises is AWS Config": {
        *("aws_accessanalyzer_analyzer", "aws_config_", "aws_ebs_", "aws_flow_log", "aws_iam_", "aws_s3_account_"),
        *(
            "aws_s3_bucket",
            "aws_security_group",
            "aws_ssm_service_setting",
            "aws_vpc_security_group_",
            "aws_default_security_group",
        ),
    },
    "an alarm on the trail tells of a change": {
        *("aws_cloudtrail", "aws_internet_gateway", "aws_kms_", "aws_network_acl", "aws_route", "aws_subnet"),
        *("aws_default_network_acl", "aws_default_route_table", "aws_vpc"),
    },
    "a rule of EventBridge tells of a change": {"aws_ssm_document"},
    "it watches": {
        *("aws_budgets_", "aws_ce_", "aws_chatbot_", "aws_cloudwatch_", "aws_guardduty_", "aws_inspector2_"),
        "aws_securityhub_",
    },
    "it says what there is, and nothing is made of it": {"aws_ssm_parameter"},
    "it is part of what is watched": {
        *("aws_acm_certificate_validation", "aws_autoscaling_policy", "aws_backup_", "aws_db_", "aws_eip"),
        *("aws_lambda_permission", "aws_launch_template", "aws_lb_listener", "aws_route53_record"),
        *(
            "aws_secretsmanager_secret_",
            "aws_sfn_state_machine",
            "aws_sns_topic_",
            "aws_sqs_queue_policy",
            "aws_wafv2_",
        ),
    },
    "it is not of AWS": {"terraform_data"},
}
#: Kinds that stand for a tier: without one of them nothing of the tier is there to be watched.
TIERS = WATCHED.keys() - {"aws_s3_bucket_replication_configuration"}
#: Kinds that no metric of CloudWatch tells to be ill; what happens to them is an event.
TOLD_BY_EVENTS = {
    "aws_secretsmanager_secret": "RotationFailed",
    "aws_backup_vault": "DeleteRecoveryPoint",
}


@SETS
def test_every_tier_is_watched(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    seen: dict[str, set[str]] = {}
    for alarm in alarms(stack):
        for metric in metrics(alarm):
            for value in metric.get("dimensions", {}).values():
                if REFERENCE.fullmatch(value):
                    seen.setdefault(resource(stack, value).address, set()).add(metric["namespace"])
    for kind, namespaces in WATCHED.items():
        for block in stack.resources(kind):
            other, instead = WATCHED_OTHERWISE.get(kind, (re.compile("$^"), ()))
            wanted = instead if other.search(block.address) else namespaces
            assert seen.get(block.address, set()) >= set(wanted), f"nothing watches {block.address}"


@SETS
def test_every_kind_of_resource_is_watched_or_need_not_be(regions: tuple[str, ...]) -> None:
    known = {*WATCHED, *TOLD_BY_EVENTS}
    parts = tuple(kind for kinds in NOT_WATCHED.values() for kind in kinds)
    kinds = set(platform(*regions).json["resource"])
    assert {kind for kind in kinds if kind not in known and not kind.startswith(parts)} == set()


@SETS
def test_platform_has_every_tier_that_there_are_alarms_for(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    assert {kind for kind in TIERS if not stack.resources(kind)} == set()
    for region in regions:
        # Those of Route 53 are in one region, whichever there are.
        seen = {"AWS/Route53"} | {one["namespace"] for alarm in alarms(stack, region) for one in metrics(alarm)}
        copied = {"AWS/S3"} if len(regions) > 1 else set()
        assert seen >= {name for kind in TIERS for name in WATCHED[kind]} | copied


def test_certificate_of_the_settings_is_watched_like_one_that_is_made() -> None:
    arn = f"arn:aws:acm:{ONE[0]}:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    made, given = platform(*ONE), platform(*ONE, entry={"certificate_arns": {ONE[0]: arn}})
    assert {alarm.address for alarm in alarms(given)} == {alarm.address for alarm in alarms(made)}
    watched = [alarm for alarm in alarms(given) if alarm.body.get("namespace") == "AWS/CertificateManager"]
    assert [alarm.body["dimensions"] for alarm in watched] == [{"CertificateArn": arn}] * 2


@pytest.mark.parametrize("regions", [TWO, THREE, FIVE], ids=len)
def test_replication_is_watched_where_s3_publishes_it(regions: tuple[str, ...]) -> None:
    ends = {"ReplicationLatency": "DestinationBucket", "OperationsFailedReplication": "SourceBucket"}
    stack = platform(*regions)
    seen: dict[str, set[tuple[str, str]]] = {name: set() for name in ends}
    for alarm in alarms(stack):
        for metric in metrics(alarm):
            if metric["namespace"] == "AWS/S3":
                end, dimensions = ends[metric["metric_name"]], metric["dimensions"]
                assert resource(stack, dimensions[end]).region == alarm.region
                rule = resource(stack, dimensions["RuleId"])
                number = int(re.search(r"rule\[(\d+)\]\.id", dimensions["RuleId"])[1])  # type: ignore[index]
                assert rule.body["bucket"] == dimensions["SourceBucket"]
                target = resource(stack, dimensions["DestinationBucket"])
                assert stack.at(rule.body["rule"][number]["destination"]["bucket"]).address == target.address
                seen[metric["metric_name"]].add((dimensions["SourceBucket"], dimensions["DestinationBucket"]))
    pairs = [
        (block.body["bucket"], rule["destination"]["bucket"])
        for block in stack.resources("aws_s3_bucket_replication_configuration")
        for rule in block.body["rule"]
    ]
    assert {len(found) for found in seen.values()} == {len(pairs)}


@SETS
def test_keys_are_told_by_the_trail_wherever_they_are_and_once(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    told = [
        one.address
        for kind, attribute in (
            ("aws_cloudwatch_log_metric_filter", "pattern"),
            ("aws_cloudwatch_event_rule", "event_pattern"),
        )
        for one in stack.resources(kind)
        if "ScheduleKeyDeletion" in one.body.get(attribute, "")
    ]
    (signal,) = told
    (alarm,) = [one for one in alarms(stack) if any(signal in str(metric) for metric in metrics(one))]
    assert "-sns-test-page-" in stack.at(alarm.body["alarm_actions"][0]).body["name"]


def sent(source: str, name: str, /, **parameters: Any) -> dict[str, Any]:
    """A call of the API as EventBridge hears of it."""
    detail = api_events.call(source, name, requestParameters=parameters)
    return {"source": f"aws.{source}", "detail-type": "AWS API Call via CloudTrail", "detail": detail}


@SETS
def test_deleting_what_watches_pages_without_the_help_of_what_is_deleted(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    filters = stack.resources("aws_cloudwatch_log_metric_filter")
    for rule in stack.resources("aws_cloudwatch_event_rule"):
        if "-watchers-deleted-" not in rule.body["name"]:
            continue
        (target,) = [
            one
            for one in stack.resources("aws_cloudwatch_event_target", rule.region)
            if resource(stack, one.body["rule"]).address == rule.address
        ]
        assert "-sns-test-page-" in stack.at(target.body["arn"]).body["name"]
        pattern = json.loads(rule.body["event_pattern"])
        for event in (
            sent("monitoring", "DeleteAlarms", alarmNames=["other", f"PROD-alarm-test-trail-root-{rule.region}"]),
            sent("monitoring", "DisableAlarmActions", alarmNames=[f"PROD-alarm-test-trail-root-{rule.region}"]),
            sent("logs", "DeleteMetricFilter", logGroupName=f"PROD-logs-test-trail-{rule.region}"),
            sent("logs", "DeleteLogGroup", logGroupName=f"aws-waf-logs-PROD-logs-test-waf-{rule.region}"),
            sent("ec2", "DeleteFlowLogs"),
            sent("guardduty", "DeleteDetector"),
            sent("securityhub", "DisableSecurityHub"),
            sent("ssm", "UpdateDocument", name="SSM-SessionManagerRunShell"),
        ):
            assert matches(pattern, event), event["detail"]["eventName"]
            assert not [one for one in filters if counts(one.body["pattern"], event["detail"])]
        for event in (
            sent("monitoring", "DeleteAlarms", alarmNames=["PROD-alarm-other-trail-root-eu-west-1"]),
            sent("monitoring", "SetAlarmState", alarmName=f"PROD-alarm-test-trail-root-{rule.region}"),
            sent("logs", "DeleteLogGroup", logGroupName="/aws/lambda/of-somebody-else"),
            sent("ssm", "UpdateDocument", name="of-somebody-else"),
            sent("events", "DeleteRule", name=rule.body["name"]),
        ):
            assert not matches(pattern, event), event["detail"]["eventName"]
        tidied = sent("monitoring", "DeleteAlarms", alarmNames=[f"PROD-alarm-test-x-{rule.region}"])
        tidied["detail"]["userIdentity"] = {"invokedBy": "autoscaling.amazonaws.com"}
        assert not matches(pattern, tidied)


@SETS
def test_what_no_metric_tells_is_an_event_that_pages(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        targets = {
            resource(stack, target.body["rule"]).address: target
            for target in stack.resources("aws_cloudwatch_event_target", region)
        }
        rules = stack.resources("aws_cloudwatch_event_rule", region)
        for kind, event in TOLD_BY_EVENTS.items():
            matching = [rule for rule in rules if event in rule.body.get("event_pattern", "")]
            assert matching or not stack.resources(kind, region), f"nobody hears of {event}"
            for rule in matching:
                topic = stack.at(targets[rule.address].body["arn"])
                assert (topic.address.partition(".")[0], topic.region) == ("aws_sns_topic", region)
