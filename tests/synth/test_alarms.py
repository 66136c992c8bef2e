"""Alarms of every tier, also of those that only a stack of their own has."""

import json
import re
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cdktf import TerraformStack, Testing
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.autoscaling_group import AutoscalingGroup
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable
from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction
from cdktf_cdktf_provider_aws.lb import Lb
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from support.metrics import DIMENSIONS, METRICS, WITH_MORE
from support.region_sets import FIVE, ONE, TAKEN_OVER, THREE, TWO, settings_of, write_settings
from support.synthesized import Block, Stack, platform

from modules.region import Region
from modules.settings import Settings, SettingsError, load_settings
from modules.watching.alerts import AlertAlarms
from modules.watching.certificates import CertificateAlarms
from modules.watching.database import DatabaseAlarms
from modules.watching.functions import FunctionAlarms
from modules.watching.health import RegionHealth
from modules.watching.instances import InstanceAlarms
from modules.watching.load_balancer import LoadBalancerAlarms
from modules.watching.sessions import SessionAlarms

Testing.__test__ = False
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
}
#: Kinds of resources that are parts of others or that AWS alone keeps alive, by what tells if they are wrong.
NOT_WATCHED = {
    "what holds it to its promises is AWS Config": {
        *("aws_accessanalyzer_analyzer", "aws_config_", "aws_ebs_", "aws_flow_log", "aws_iam_", "aws_s3_account_"),
        *("aws_s3_bucket", "aws_security_group", "aws_vpc_security_group_", "aws_default_security_group"),
    },
    "an alarm on the trail tells of a change": {
        *("aws_cloudtrail", "aws_internet_gateway", "aws_kms_", "aws_network_acl", "aws_route", "aws_subnet"),
        *("aws_default_network_acl", "aws_default_route_table", "aws_vpc"),
    },
    "it watches": {
        *("aws_budgets_", "aws_ce_", "aws_cloudwatch_", "aws_guardduty_", "aws_inspector2_", "aws_securityhub_"),
        "aws_route53_health_check",
    },
    "it is part of what is watched": {
        *("aws_acm_certificate_validation", "aws_autoscaling_policy", "aws_backup_", "aws_db_", "aws_eip"),
        *("aws_lambda_permission", "aws_launch_template", "aws_lb_listener", "aws_route53_record"),
        *("aws_secretsmanager_secret_", "aws_sns_topic_", "aws_sqs_queue_policy", "aws_wafv2_"),
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
#: Values of dimensions that are no attribute of a resource: they tell parts of one resource's metrics apart.
PARTS = {"Operation", "ReceivingRegion"}
REFERENCE = re.compile(r"\$\{(aws_\w+)\.([\w-]+)\.[\w.\[\]]+\}")


class Topics(NamedTuple):
    """What an alarm needs of a region's alerts."""

    page: SnsTopic
    ticket: SnsTopic


def topics(region: Region) -> Any:
    return Topics(*(SnsTopic(region, name, provider=region.provider) for name in Topics._fields))


def metrics(alarm: Block) -> list[dict[str, Any]]:
    """Each metric that an alarm looks at: namespace, metric_name, dimensions and statistic."""
    if "metric_name" in alarm.body:
        statistic = alarm.body.get("statistic") or alarm.body["extended_statistic"]
        return [alarm.body | {"stat": statistic}]
    return [query["metric"] for query in alarm.body["metric_query"] if "metric" in query]


def expressions(alarm: Block) -> list[str]:
    return [query["expression"] for query in alarm.body.get("metric_query", []) if "expression" in query]


def alarms(stack: Stack, region: str | None = None) -> list[Block]:
    return stack.resources("aws_cloudwatch_metric_alarm", region)


@pytest.fixture(scope="session")
def tiers() -> Stack:
    """A stack with one of each tier that other areas have, in two regions."""
    app = Testing.app()
    stack = TerraformStack(app, "platform")
    settings = Settings.model_validate(settings_of(*TWO))
    regions = [Region(stack, name, name=name, settings=settings, cidr=IPv4Network("10.0.0.0/16")) for name in TWO]
    home, other = regions
    table = DynamodbTable(home, "table", provider=home.provider, name="sessions", hash_key="id")
    for region in regions:
        alerts = topics(region)
        common = {"region": region, "alerts": alerts}
        writer = DbInstance(region, "db", provider=region.provider, instance_class="db.m7g.large", identifier="db")
        lb = Lb(region, "lb", provider=region.provider)
        function = LambdaFunction(region, "f", provider=region.provider, function_name="f", role="arn", timeout=60)
        made = [
            LoadBalancerAlarms(
                region,
                "alb-alarms",
                load_balancer=lb,
                target_group=LbTargetGroup(region, "tg", provider=region.provider),
                **common,
            ),
            InstanceAlarms(
                region,
                "asg-alarms",
                group=AutoscalingGroup(region, "asg", provider=region.provider, min_size=1, max_size=2),
                **common,
            ),
            DatabaseAlarms(region, "database-alarms", instance=writer, replica=region is other, **common),
            SessionAlarms(
                region, "session-alarms", table=table, receivers=[one for one in regions if one is not region], **common
            ),
            FunctionAlarms(
                region,
                "rotation-alarms",
                title="rotation",
                function=function,
                dead_letters=SqsQueue(region, "dlq", provider=region.provider, name="q"),
                **common,
            ),
            CertificateAlarms(
                region,
                "certificate-alarms",
                arn=AcmCertificate(region, "certificate", provider=region.provider, domain_name="example.com").arn,
                **common,
            ),
        ]
        made.append(AlertAlarms(region, "alert-alarms", **common))
        RegionHealth(region, "health", tiers=made, **common)
    return Stack(json.loads(Testing.synth(stack)))


def every(tiers: Stack) -> Iterator[Stack]:
    yield tiers
    for regions in (ONE, TWO, THREE, FIVE):
        yield platform(*regions)


def filtered(stack: Stack, alarm: Block, metric: dict[str, Any]) -> bool:
    """Whether the metric is one that a metric filter of the alarm's region makes, by reference to it."""
    parts = [REFERENCE.fullmatch(metric[key]) for key in ("namespace", "metric_name")]
    made = {f"{part[1]}.{part[2]}" for part in parts if part}
    filters = {one.address for one in stack.resources("aws_cloudwatch_log_metric_filter", alarm.region)}
    return len(made) == 1 and all(parts) and made <= filters


def test_every_metric_is_one_that_its_service_publishes_by_these_dimensions(tiers: Stack) -> None:
    for stack in every(tiers):
        assert alarms(stack)
        for alarm in alarms(stack):
            for metric in metrics(alarm):
                namespace, name = metric["namespace"], metric["metric_name"]
                if not namespace.startswith("AWS/"):
                    assert filtered(stack, alarm, metric), alarm.address
                    continue
                dimensions = set(metric["dimensions"])
                assert name in METRICS[namespace], alarm.address
                assert dimensions in DIMENSIONS[namespace], alarm.address
                assert name not in WITH_MORE or WITH_MORE[name] & dimensions, alarm.address


def test_every_alarm_looks_at_something(tiers: Stack) -> None:
    for stack in every(tiers):
        for alarm in alarms(stack):
            insights = [one for one in expressions(alarm) if one.startswith("DB_PERF_INSIGHTS(")]
            assert metrics(alarm) or insights, alarm.address
            for one in insights:
                assert stack.at(REFERENCE.search(one)[0]).region == alarm.region  # type: ignore[index]


def test_every_dimension_is_an_attribute_of_what_is_watched_in_the_region_of_the_alarm(tiers: Stack) -> None:
    for stack in every(tiers):
        for alarm in alarms(stack):
            for metric in metrics(alarm):
                named = {key: value for key, value in metric.get("dimensions", {}).items() if key not in PARTS}
                for value in named.values():
                    assert REFERENCE.fullmatch(value), (alarm.address, value)
                regions = {resource(stack, value).region for value in named.values()}
                tables = {"aws_dynamodb_table", "aws_s3_bucket_replication_configuration"}
                elsewhere = {REFERENCE.fullmatch(value)[1] for value in named.values()} & tables  # type: ignore[index]
                # A table has one resource for all its regions, and a replication one for both ends.
                assert not named or alarm.region in regions or elsewhere, alarm.address


def resource(stack: Stack, reference: str) -> Block:
    kind, name = REFERENCE.fullmatch(reference).groups()  # type: ignore[union-attr]
    return Block(f"{kind}.{name}", stack.json["resource"][kind][name])


def test_replication_is_watched_where_s3_publishes_it() -> None:
    ends = {"ReplicationLatency": "DestinationBucket", "OperationsFailedReplication": "SourceBucket"}
    for regions in (TWO, THREE, FIVE):
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


def test_every_alarm_acts_on_a_topic_of_its_region(tiers: Stack) -> None:
    for stack in every(tiers):
        composites = stack.resources("aws_cloudwatch_composite_alarm")
        assert len(composites) == len({block.region for block in alarms(stack)})
        for alarm in [*alarms(stack), *composites]:
            for actions in (alarm.body["alarm_actions"], alarm.body["ok_actions"]):
                (topic,) = actions
                found = stack.at(topic)
                assert found.address.startswith("aws_sns_topic.")
                assert found.region == alarm.region, alarm.address


def test_every_alarm_says_what_missing_data_means_and_what_to_do(tiers: Stack) -> None:
    for stack in every(tiers):
        for alarm in alarms(stack):
            assert alarm.body["treat_missing_data"] in ("breaching", "ignore", "notBreaching")
            assert 30 < len(alarm.body["alarm_description"]) <= 1024


def test_no_alarm_looks_back_further_than_cloudwatch_can(tiers: Stack) -> None:
    for stack in every(tiers):
        for alarm in alarms(stack):
            periods = {query["metric"]["period"] for query in alarm.body.get("metric_query", []) if "metric" in query}
            own = {query["period"] for query in alarm.body.get("metric_query", []) if "period" in query}
            (period,) = periods | own or {alarm.body["period"]}
            assert period % 60 == 0
            assert period * alarm.body["evaluation_periods"] <= 86400


def test_every_formula_uses_the_metrics_that_it_brings(tiers: Stack) -> None:
    for alarm in alarms(tiers):
        queries = alarm.body.get("metric_query", [])
        assert [one["id"] for one in queries if one.get("return_data")] == (["result"] if queries else [])
        for expression in expressions(alarm):
            ids = {one["id"] for one in queries if "metric" in one}
            assert all(re.fullmatch(r"[a-z][A-Za-z0-9_]*", one) for one in ids)
            assert ids <= set(re.findall(r"\w+", expression)), alarm.address


def test_every_tier_is_watched(tiers: Stack) -> None:
    for stack in every(tiers):
        seen: dict[str, set[str]] = {}
        for alarm in alarms(stack):
            for metric in metrics(alarm):
                for value in metric.get("dimensions", {}).values():
                    if REFERENCE.fullmatch(value):
                        seen.setdefault(resource(stack, value).address, set()).add(metric["namespace"])
        for kind, namespaces in WATCHED.items():
            for block in stack.resources(kind):
                assert seen.get(block.address, set()) >= set(namespaces), f"nothing watches {block.address}"


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
        seen = {metric["namespace"] for alarm in alarms(stack, region) for metric in metrics(alarm)}
        copied = {"AWS/S3"} if len(regions) > 1 else set()
        assert seen >= {name for kind in TIERS for name in WATCHED[kind]} | copied


def test_certificate_of_the_settings_is_watched_like_one_that_is_made() -> None:
    arn = f"arn:aws:acm:{ONE[0]}:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    made, given = platform(*ONE), platform(*ONE, entry={"certificate_arns": {ONE[0]: arn}})
    assert {alarm.address for alarm in alarms(given)} == {alarm.address for alarm in alarms(made)}
    watched = [alarm for alarm in alarms(given) if alarm.body.get("namespace") == "AWS/CertificateManager"]
    assert [alarm.body["dimensions"] for alarm in watched] == [{"CertificateArn": arn}] * 2


@SETS
def test_a_young_certificate_is_no_alarm_and_an_ended_one_stays_one(regions: tuple[str, ...]) -> None:
    found = [one for one in alarms(platform(*regions)) if one.body.get("namespace") == "AWS/CertificateManager"]
    assert [one.body["treat_missing_data"] for one in found] == ["ignore"] * 2 * len(regions)


@SETS
def test_a_replica_of_an_idle_source_is_not_late(regions: tuple[str, ...]) -> None:
    # PostgreSQL counts from the last transaction, and RDS ends a segment of the log every five minutes.
    found = [one for one in alarms(platform(*regions)) if one.body.get("metric_name") == "ReplicaLag"]
    assert len(found) == len(regions)
    assert all(one.body["threshold"] > 300 for one in found)


@SETS
def test_only_a_replica_is_ill_when_it_does_not_say_how_far_it_is_behind(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    found = [alarm for alarm in alarms(stack) if alarm.body.get("metric_name") == "ReplicaLag"]
    silent = {alarm.region: alarm.body["treat_missing_data"] for alarm in found}
    assert silent == {region: "notBreaching" if region == regions[0] else "breaching" for region in regions}


@pytest.mark.parametrize(
    "more", [TAKEN_OVER, {"network": {"nat_gateways": "single"}}], ids=["another primary", "fewer gateways"]
)
def test_no_alarm_that_health_counts_goes_with_a_change_of_settings(more: dict[str, Any]) -> None:
    # CloudWatch deletes none, and Terraform would try before it changes the rule.
    before, after = platform(*THREE), platform(*THREE, **more)
    for region in THREE:
        rules = [
            stack.resources("aws_cloudwatch_composite_alarm", region)[0].body["alarm_rule"] for stack in (before, after)
        ]
        assert rules[0] == rules[1]


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


def test_health_of_a_region_is_made_of_all_its_alarms_that_page_and_of_none_about_people(tiers: Stack) -> None:
    for stack in every(tiers):
        for health in stack.resources("aws_cloudwatch_composite_alarm"):
            (page,) = health.body["alarm_actions"]
            pages = [
                alarm
                for alarm in alarms(stack, health.region)
                # What is counted in the trail is about people, and no region is ill of it.
                if alarm.body["alarm_actions"] == [page]
                and not any(filtered(stack, alarm, one) for one in metrics(alarm))
            ]
            named = re.findall(r'ALARM\("(\$\{[^}]+\})"\)', health.body["alarm_rule"])
            assert sorted(stack.at(name).address for name in named) == sorted(alarm.address for alarm in pages)
            assert len(health.body["alarm_rule"]) < 10240


def test_health_is_well_where_nothing_pages() -> None:
    stack = TerraformStack(Testing.app(), "platform")
    settings = Settings.model_validate(settings_of(*ONE))
    region = Region(stack, ONE[0], name=ONE[0], settings=settings, cidr=IPv4Network("10.0.0.0/16"))
    RegionHealth(region, "health", region=region, alerts=topics(region), tiers=[])
    (health,) = Stack(json.loads(Testing.synth(stack))).resources("aws_cloudwatch_composite_alarm")
    assert health.body["alarm_rule"] == "FALSE"


def test_health_checks_can_follow_only_alarms_on_one_metric_that_are_not_percentiles() -> None:
    app = Testing.app()
    stack = TerraformStack(app, "platform")
    settings = Settings.model_validate(settings_of(*ONE))
    region = Region(stack, ONE[0], name=ONE[0], settings=settings, cidr=IPv4Network("10.0.0.0/16"))
    alerts = topics(region)
    tier = LoadBalancerAlarms(
        region,
        "alarms",
        region=region,
        alerts=alerts,
        load_balancer=Lb(region, "lb", provider=region.provider),
        target_group=LbTargetGroup(region, "tg", provider=region.provider),
    )
    health = RegionHealth(region, "health", region=region, alerts=alerts, tiers=[tier])
    assert [alarm.node.id for alarm in health.checkable] == ["no-healthy-host"]


def test_thresholds_are_settings(tiers: Stack) -> None:
    nat = [alarm for alarm in alarms(platform(*ONE, alarms={"nat_dropped_packets": "7"})) if "nat-drops" in str(alarm)]
    assert nat
    assert {alarm.body["threshold"] for alarm in nat} == {7}
    (duration, *_) = [alarm for alarm in alarms(tiers) if alarm.body.get("metric_name") == "Duration"]
    # 60 seconds, of which 80 % are 48,000 milliseconds.
    assert re.fullmatch(r"\$\{\(?aws_lambda_function\.[\w-]+\.timeout \* 800(\.0)?\)?\}", duration.body["threshold"])


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"certificate_days_left": "0"}, r"alarms\.certificate_days_left"),
        ({"load_balancer_error_percent": "101"}, r"alarms\.load_balancer_error_percent"),
        ({"database_cpu_percent": "0"}, r"alarms\.database_cpu_percent"),
    ],
)
def test_rejects_thresholds_that_cannot_be(tmp_path: Path, keys: dict[str, str], fault: str) -> None:
    with pytest.raises(SettingsError, match=fault):
        load_settings(write_settings(tmp_path, settings_of(*ONE, alarms=keys)), {})
