"""Every alarm of the applied platform, walked to what it watches and to whom it tells."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.lives import Applied
from tests.support.region_sets import THREE

pytestmark = pytest.mark.emulator
REGIONS = pytest.mark.parametrize("region", THREE)
#: What metrics of a formula are while all is well, and what they are when its alarm goes off.
WELL_AND_ILL = {
    "ErrorPortAllocation": (0, 1),
    "PacketsDropCount": (0, 1000),
    "RequestCount": (100, 100),
    "HTTPCode_ELB_5XX_Count": (0, 50),
    "HTTPCode_Target_5XX_Count": (0, 50),
    "GroupInServiceInstances": (3, 1),
    "GroupMinSize": (3, 3),
    "GroupDesiredCapacity": (3, 3),
    "GroupMaxSize": (9, 3),
    "SystemErrors": (0, 1),
    "ReadThrottleEvents": (0, 1),
    "WriteThrottleEvents": (0, 1),
    "HealthyHostCount": (3, 3),
    "FailedInvocations": (0, 1),
    "HealthCheckStatus": (1, 1),
    "ChildHealthCheckHealthyCount": (3, 3),
}
#: Alarms that are silent while others are on, or on while nothing is published: `test_pages` sees each of them go off.
APART = re.compile(
    r"-(alb-errors|asg-below-floor|backup-none|database-silent|failover-keeper-silent|reach-[a-z]+-[a-z]+-\d)-"
)
#: What these look at that others measure too.
MEASURED = {"CPUUtilization"}


def described(life: Applied, region: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    pages = life.client("cloudwatch", region).get_paginator("describe_alarms")
    answers = list(pages.paginate(AlarmTypes=["CompositeAlarm", "MetricAlarm"]))
    return (
        [one for answer in answers for one in answer["MetricAlarms"]],
        [one for answer in answers for one in answer["CompositeAlarms"]],
    )


def metrics(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics that an alarm looks at, each with its dimensions."""
    return [alarm] if "MetricName" in alarm else [stat["Metric"] for stat in stats(alarm)]


def stats(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics of an alarm's formula, each with what is made of it in a period."""
    return [query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query]


def watched(life: Applied, region: str) -> dict[str, set[str]]:
    """What there is in a region, by the dimension that names it."""
    tables = life.client("dynamodb", region)
    names = tables.list_tables()["TableNames"]
    # Metrics of Route 53 are in one region.
    checks = life.client("route53", region).list_health_checks()["HealthChecks"] if region == "us-east-1" else []
    return {
        **({"HealthCheckId": {one["Id"] for one in checks}} if checks else {}),
        **balanced(life, region),
        **copied(life, region),
        "AutoScalingGroupName": listed(life, region, "autoscaling", "AutoScalingGroups", "AutoScalingGroupName"),
        "BackupVaultName": listed(life, region, "backup", "BackupVaultList", "BackupVaultName"),
        "CertificateArn": listed(life, region, "acm", "CertificateSummaryList", "CertificateArn"),
        "DBInstanceIdentifier": listed(life, region, "rds", "DBInstances", "DBInstanceIdentifier"),
        "FunctionName": listed(life, region, "lambda", "Functions", "FunctionName"),
        "NatGatewayId": listed(life, region, "ec2", "NatGateways", "NatGatewayId"),
        "RuleName": {rule["Name"] for rule in life.client("events", region).list_rules()["Rules"]},
        "QueueName": {url.rpartition("/")[2] for url in life.client("sqs", region).list_queues()["QueueUrls"]},
        "TableName": set(names),
        "TopicName": {one["TopicArn"].rpartition(":")[2] for one in topics(life, region)},
        # Regions that take what is written here, and what is done with items.
        "ReceivingRegion": {
            replica["RegionName"]
            for name in names
            for replica in tables.describe_table(TableName=name)["Table"].get("Replicas", [])
        },
        "Operation": {"DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"},
        # What keepers measure: the journal, and the regions that they look at.
        "Journal": {name for name in names if "failover" in name},
        "Region": set(THREE),
    }


#: By service, the call that lists what is watched.
LISTS = {
    "acm": "list_certificates",
    "autoscaling": "describe_auto_scaling_groups",
    "backup": "list_backup_vaults",
    "ec2": "describe_nat_gateways",
    "lambda": "list_functions",
    "rds": "describe_db_instances",
}


def listed(life: Applied, region: str, service: str, answer: str, key: str) -> set[str]:
    return {one[key] for one in getattr(life.client(service, region), LISTS[service])()[answer]}


def balanced(life: Applied, region: str) -> dict[str, set[str]]:
    elb = life.client("elbv2", region)
    return {
        "LoadBalancer": {
            one["LoadBalancerArn"].partition(":loadbalancer/")[2]
            for one in elb.describe_load_balancers()["LoadBalancers"]
        },
        "TargetGroup": {
            one["TargetGroupArn"].rpartition(":")[2] for one in elb.describe_target_groups()["TargetGroups"]
        },
    }


def topics(life: Applied, region: str) -> list[dict[str, str]]:
    return list(life.client("sns", region).list_topics()["Topics"])


def copied(life: Applied, region: str) -> dict[str, set[str]]:
    s3 = life.client("s3", region)
    buckets = {one["Name"] for one in s3.list_buckets()["Buckets"]}
    replicated = [name for name in buckets if "-data-" in name]
    rules = {
        rule["ID"]
        for name in replicated
        for rule in s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"]
    }
    return {"SourceBucket": buckets, "DestinationBucket": buckets, "RuleId": rules}


@REGIONS
def test_every_alarm_watches_what_there_is_and_tells_a_topic_that_there_is(life: Applied, region: str) -> None:
    alarms, composites = described(life, region)
    arns = {one["TopicArn"] for one in topics(life, region)}
    there_is = watched(life, region)
    seen = set()
    # What a composite alarm is made of tells, and it does not.
    assert all(one["AlarmActions"] == one["OKActions"] == [] for one in composites)
    for alarm in alarms:
        assert set(alarm["AlarmActions"]) | set(alarm["OKActions"]) <= arns
        assert len(alarm["AlarmActions"]) == 1
        for dimension in (one for metric in metrics(alarm) for one in metric.get("Dimensions", [])):
            assert dimension["Value"] in there_is[dimension["Name"]], alarm["AlarmName"]
            seen.add(dimension["Name"])
    assert seen == there_is.keys()


@REGIONS
def test_health_of_a_region_names_alarms_that_there_are(life: Applied, region: str) -> None:
    alarms, composites = described(life, region)
    (health,) = composites
    named = re.findall(r'ALARM\("([^"]+)"\)', health["AlarmRule"])
    assert named
    assert set(named) <= {alarm["AlarmName"] for alarm in alarms}


def test_dashboard_shows_alarms_that_there_are(life: Applied) -> None:
    there_are = {alarm["AlarmArn"] for region in THREE for some in described(life, region) for alarm in some}
    cloudwatch = life.client("cloudwatch", THREE[0])
    (entry,) = cloudwatch.list_dashboards()["DashboardEntries"]
    body = json.loads(cloudwatch.get_dashboard(DashboardName=entry["DashboardName"])["DashboardBody"])
    shown = [arn for widget in body["widgets"] for arn in widget["properties"].get("alarms", [])]
    assert set(shown) == there_are


@REGIONS
def test_backups_are_copied_into_a_vault_that_there_is(life: Applied, region: str) -> None:
    backup = life.client("backup", region)
    (listed,) = backup.list_backup_plans()["BackupPlansList"]
    plan = backup.get_backup_plan(BackupPlanId=listed["BackupPlanId"])["BackupPlan"]
    for rule in plan["Rules"]:
        (copy,) = rule["CopyActions"]
        other = copy["DestinationBackupVaultArn"].split(":")[3]
        assert other != region
        vaults = life.client("backup", other).list_backup_vaults()["BackupVaultList"]
        assert copy["DestinationBackupVaultArn"] in {one["BackupVaultArn"] for one in vaults}


def test_every_alarm_goes_off_and_tells_its_region_alone(life: Applied) -> None:
    for region in THREE:
        publish(life, region, ill=False)
        assert others_than("OK", life, region) == []
    for place, region in enumerate(THREE, start=1):
        with listening(life, region) as heard:
            publish(life, region, ill=True)
            assert [name for name in others_than("ALARM", life, region) if not APART.search(name)] == []
            told = set(heard())
        assert told == {
            (*alarm["AlarmActions"], alarm["AlarmName"], "ALARM")
            for alarm in evaluated(life, region)
            if alarm["AlarmActions"] and not APART.search(alarm["AlarmName"])
        }
        for still_well in THREE[place:]:
            assert others_than("OK", life, still_well) == []


def evaluated(life: Applied, region: str) -> list[dict[str, Any]]:
    """The alarms that the emulator can look at: it knows no formulas that get their data themselves."""
    alarms, composites = described(life, region)
    return [*composites, *filter(metrics, alarms)]


def others_than(state: str, life: Applied, region: str) -> list[str]:
    return [alarm["AlarmName"] for alarm in evaluated(life, region) if alarm["StateValue"] != state]


def publish(life: Applied, region: str, *, ill: bool) -> None:
    """Publish a value for every period that an alarm looks at: one that it takes for well, or one for ill."""
    cloudwatch, now = life.client("cloudwatch", region), datetime.now(tz=UTC)
    data: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for alarm in described(life, region)[0]:
        apart = APART.search(alarm["AlarmName"]) is not None
        for metric in metrics(alarm):
            if apart and metric["MetricName"] in {*MEASURED, "NumberOfBackupJobsCompleted"}:
                continue
            value = WELL_AND_ILL[metric["MetricName"]] if stats(alarm) else well_and_ill(alarm)
            datum = {
                "MetricName": metric["MetricName"],
                "Dimensions": metric.get("Dimensions", []),
                "Value": value[ill and not apart],
            }
            data[metric["Namespace"]] += [
                {**datum, "Timestamp": now - timedelta(seconds=age * period(alarm))}
                for age in range(alarm["EvaluationPeriods"])
            ]
    for namespace, some in data.items():
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=some)


def well_and_ill(alarm: dict[str, Any]) -> tuple[float, float]:
    threshold: float = alarm["Threshold"]
    if alarm["ComparisonOperator"] == "GreaterThanThreshold":
        return threshold, threshold + 1
    # Two alarms look at the days that a certificate has left; this is well enough for both.
    return 10 * threshold, threshold - 1


def period(alarm: dict[str, Any]) -> int:
    """The seconds of an alarm's periods; metrics of a formula share theirs."""
    return int(alarm["Period"] if "MetricName" in alarm else stats(alarm)[0]["Period"])


@contextmanager
def listening(life: Applied, region: str) -> Iterator[Callable[[], Iterator[tuple[str, str, str]]]]:
    """Listen to a region's topics for a while; gives what returns who was told of which alarm, and in what state."""
    sqs, sns = life.client("sqs", region), life.client("sns", region)
    url = sqs.create_queue(QueueName="listening")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscriptions = [
        sns.subscribe(TopicArn=one["TopicArn"], Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
        for one in topics(life, region)
    ]

    def heard() -> Iterator[tuple[str, str, str]]:
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                body = json.loads(message["Body"])
                alarm = json.loads(body["Message"])
                yield body["TopicArn"], alarm["AlarmName"], alarm["NewStateValue"]

    try:
        yield heard
    finally:
        for subscription in subscriptions:
            sns.unsubscribe(SubscriptionArn=subscription)
        sqs.delete_queue(QueueUrl=url)
