"""Alarms of every tier."""

import re
from pathlib import Path

import pytest

from modules.settings import SettingsError, load_settings
from tests.support.alarms import REFERENCE, alarms, expressions, filtered, metrics, resource
from tests.support.metrics import DIMENSIONS, METRICS, WITH_MORE
from tests.support.region_sets import FIVE, ONE, THREE, TWO, settings_of, write_settings
from tests.support.synthesized import platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
#: Values of dimensions that are no attribute of a resource: they tell parts of one resource's metrics apart.
PARTS = {"Operation", "ReceivingRegion", "Region"}
#: What the keepers publish, by the journal beside them and the region that it is about.
OF_KEEPERS = {"KeeperRan", "RegionHeld", "RunningMinutes"}


@SETS
def test_every_metric_is_one_that_its_service_publishes_by_these_dimensions(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    assert alarms(stack)
    for alarm in alarms(stack):
        for metric in metrics(alarm):
            namespace, name = metric["namespace"], metric["metric_name"]
            if namespace == "Meridian/Failover":
                assert name in OF_KEEPERS
                assert set(metric["dimensions"]) == {"Journal", "Region"}
                continue
            if not namespace.startswith("AWS/"):
                assert filtered(stack, alarm, metric), alarm.address
                continue
            dimensions = set(metric["dimensions"])
            assert name in METRICS[namespace], alarm.address
            assert dimensions in DIMENSIONS[namespace], alarm.address
            assert name not in WITH_MORE or WITH_MORE[name] & dimensions, alarm.address


@SETS
def test_every_alarm_looks_at_something(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for alarm in alarms(stack):
        insights = [one for one in expressions(alarm) if one.startswith("DB_PERF_INSIGHTS(")]
        assert metrics(alarm) or insights, alarm.address
        for one in insights:
            assert stack.at(REFERENCE.search(one)[0]).region == alarm.region  # type: ignore[index]


@SETS
def test_every_dimension_is_an_attribute_of_what_is_watched_in_the_region_of_the_alarm(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    for alarm in alarms(stack):
        for metric in metrics(alarm):
            named = {key: value for key, value in metric.get("dimensions", {}).items() if key not in PARTS}
            for value in named.values():
                assert REFERENCE.fullmatch(value), (alarm.address, value)
            regions = {resource(stack, value).region for value in named.values()}
            tables = {"aws_dynamodb_table", "aws_route53_health_check", "aws_s3_bucket_replication_configuration"}
            elsewhere = {REFERENCE.fullmatch(value)[1] for value in named.values()} & tables  # type: ignore[index]
            # A table has one resource for all its regions, a replication one for both ends, and checks are global.
            assert not named or alarm.region in regions or elsewhere, alarm.address


@SETS
def test_every_alarm_acts_on_a_topic_of_its_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for alarm in alarms(stack):
        for actions in (alarm.body["alarm_actions"], alarm.body["ok_actions"]):
            (topic,) = actions
            found = stack.at(topic)
            assert found.address.startswith("aws_sns_topic.")
            assert found.region == alarm.region, alarm.address


@SETS
def test_every_alarm_says_what_missing_data_means_and_what_to_do(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for alarm in alarms(stack):
        assert alarm.body["treat_missing_data"] in ("breaching", "ignore", "notBreaching")
        assert 30 < len(alarm.body["alarm_description"]) <= 1024


@SETS
def test_no_alarm_looks_back_further_than_cloudwatch_can(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for alarm in alarms(stack):
        periods = {query["metric"]["period"] for query in alarm.body.get("metric_query", []) if "metric" in query}
        own = {query["period"] for query in alarm.body.get("metric_query", []) if "period" in query}
        (period,) = periods | own or {alarm.body["period"]}
        assert period % 60 == 0
        # A day, or a week of periods that are hours.
        assert period * alarm.body["evaluation_periods"] <= (86400 if period < 3600 else 604800)


@SETS
def test_every_formula_uses_the_metrics_that_it_brings(regions: tuple[str, ...]) -> None:
    for alarm in alarms(platform(*regions)):
        queries = alarm.body.get("metric_query", [])
        assert [one["id"] for one in queries if one.get("return_data")] == (["result"] if queries else [])
        for expression in expressions(alarm):
            ids = {one["id"] for one in queries if "metric" in one}
            assert all(re.fullmatch(r"[a-z][A-Za-z0-9_]*", one) for one in ids)
            assert ids <= set(re.findall(r"\w+", expression)), alarm.address


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
def test_a_database_that_says_nothing_pages_by_one_alarm_whatever_its_role(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        found = [one for one in alarms(stack, region) if any(each["namespace"] == "AWS/RDS" for each in metrics(one))]
        silent = [one for one in found if one.body.get("treat_missing_data") == "breaching"]
        assert [one.body["metric_name"] for one in silent] == ["CPUUtilization"]
        assert "-page-" in stack.at(silent[0].body["alarm_actions"][0]).body["name"]
        # A replica is down for a while when a minor version is installed in its maintenance window.
        assert silent[0].body["evaluation_periods"] == (5 if region == regions[0] else 15)


@SETS
def test_every_region_is_looked_at_from_outside_where_route_53_tells(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    found = {
        one.body["alarm_name"].removeprefix("PROD-alarm-test-reach-").removesuffix("-us-east-1"): one
        for one in alarms(stack, "us-east-1")
        if any(metric["namespace"] == "AWS/Route53" for metric in metrics(one))
    }
    assert found.keys() == {"any", *(regions if len(regions) > 1 else ())}
    for region in found.keys() - {"any"}:
        own, reached = (stack.at(one["dimensions"]["HealthCheckId"]) for one in metrics(found[region]))
        assert own.region == region
        assert reached.body["child_health_threshold"] == 1
        children = [stack.at(child) for child in reached.body["child_healthchecks"]]
        assert sorted(child.region for child in children) == sorted(regions)
    for one in found.values():
        topic = stack.at(one.body["alarm_actions"][0])
        assert topic.body["name"] == "PROD-sns-test-page-us-east-1"


@SETS
def test_what_is_filled_up_need_not_be_wrong_in_every_minute(regions: tuple[str, ...]) -> None:
    # CloudWatch fills the newest minutes, whose data is on its way, so that all in a row are never wrong.
    for alarm in alarms(platform(*regions)):
        for expression in expressions(alarm):
            filled = re.findall(r"FILL\((\w+), 0\)", expression)
            ids = {metric["id"] for metric in alarm.body["metric_query"] if "metric" in metric}
            if filled and ids == set(filled):
                assert alarm.body["datapoints_to_alarm"] <= alarm.body["evaluation_periods"] - 3, alarm.address


@SETS
def test_a_percentile_of_few_requests_decides_nothing(regions: tuple[str, ...]) -> None:
    found = [one for one in alarms(platform(*regions)) if "extended_statistic" in one.body]
    assert [one.body["evaluate_low_sample_count_percentiles"] for one in found] == ["ignore"] * len(regions)


@SETS
def test_alarms_on_instances_wait_for_the_group(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        (group,) = stack.resources("aws_autoscaling_group", region)
        for alarm in alarms(stack, region):
            if any(metric["namespace"] == "AWS/ApplicationELB" for metric in metrics(alarm)):
                assert group.address in alarm.body.get("depends_on", []) or group.address in str(alarm.body)


@pytest.mark.slow
def test_nobody_is_told_if_the_settings_say_so() -> None:
    for actions in (True, False):
        stack = platform(*ONE, alarms={"actions": actions})
        assert {one.body.get("actions_enabled", True) for one in alarms(stack)} == {actions}


@SETS
def test_alarms_on_what_dynamodb_only_says_when_it_happens_fill_the_silence(regions: tuple[str, ...]) -> None:
    # CloudWatch ignores missing data of this namespace, so that an alarm would stay as it is.
    for alarm in alarms(platform(*regions)):
        for metric in metrics(alarm):
            if metric["namespace"] == "AWS/DynamoDB" and metric["metric_name"] == "ReplicationLatency":
                # Of all metrics of DynamoDB that are used, the one that is not published every minute.
                assert (alarm.body["period"], alarm.body["treat_missing_data"]) == (300, "ignore")
            elif metric["namespace"] == "AWS/DynamoDB":
                (expression,) = expressions(alarm)
                assert expression.count("FILL(") == len(metrics(alarm))


@pytest.mark.slow
def test_thresholds_are_settings() -> None:
    found = alarms(platform(*ONE, alarms={"nat_dropped_packets": "7"}))
    nat = [alarm for alarm in found if "nat-drops" in str(alarm)]
    assert nat
    assert {alarm.body["threshold"] for alarm in nat} == {7}
    (duration, *_) = [alarm for alarm in found if alarm.body.get("metric_name") == "Duration"]
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
