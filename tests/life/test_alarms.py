"""Every alarm of the applied platform, walked to what it watches and to whom it tells."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from support.lives import Applied
from support.region_sets import THREE

pytestmark = pytest.mark.emulator
REGIONS = pytest.mark.parametrize("region", THREE)


def described(life: Applied, region: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    pages = life.client("cloudwatch", region).get_paginator("describe_alarms")
    answers = list(pages.paginate(AlarmTypes=["CompositeAlarm", "MetricAlarm"]))
    return (
        [one for answer in answers for one in answer["MetricAlarms"]],
        [one for answer in answers for one in answer["CompositeAlarms"]],
    )


def watched(life: Applied, region: str) -> dict[str, set[str]]:
    """What there is in a region, by the dimension that names it."""
    gateways = life.client("ec2", region).describe_nat_gateways()["NatGateways"]
    s3 = life.client("s3", region)
    buckets = {one["Name"] for one in s3.list_buckets()["Buckets"]}
    replicated = [name for name in buckets if "-data-" in name]
    rules = {
        rule["ID"]
        for name in replicated
        for rule in s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"]
    }
    vaults = life.client("backup", region).list_backup_vaults()["BackupVaultList"]
    return {
        "NatGatewayId": {one["NatGatewayId"] for one in gateways},
        "SourceBucket": buckets,
        "DestinationBucket": buckets,
        "RuleId": rules,
        "BackupVaultName": {one["BackupVaultName"] for one in vaults},
    }


@REGIONS
def test_every_alarm_watches_what_there_is_and_tells_a_topic_that_there_is(life: Applied, region: str) -> None:
    alarms, composites = described(life, region)
    topics = {one["TopicArn"] for one in life.client("sns", region).list_topics()["Topics"]}
    there_is = watched(life, region)
    assert len(alarms) > 5
    for alarm in [*alarms, *composites]:
        assert set(alarm["AlarmActions"]) | set(alarm["OKActions"]) <= topics
        assert len(alarm["AlarmActions"]) == 1
    for alarm in alarms:
        for dimension in alarm.get("Dimensions", []):
            assert dimension["Value"] in there_is[dimension["Name"]], alarm["AlarmName"]


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
