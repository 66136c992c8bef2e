"""Everything in a platform that a failover may change, as facts that can be compared."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from modules.areas.failover.runtime.names import NAMESPACE
from tools.chaos.inventory import inventory
from tools.drill.context import Drill

#: What moves by itself.
MOVING = {"LatestRestorableTime", "LastAccessedDate", "ResponseMetadata"}

Fact = tuple[str, ...]


def picture(drill: Drill) -> dict[Fact, str]:
    """Return the facts of all regions, those that are dark included.

    Names of everything that stands; of instances, secrets, network ACLs, groups, items, executions and metrics also
    what they are. A value that may be secret stands as its digest.
    """
    with drill.for_a_moment():
        facts: dict[Fact, str] = {(*one, "stands"): "" for one in inventory(drill.client, drill.regions)}
        for region in drill.regions:
            facts |= {(region, *name): text for name, text in _facts(drill, region)}
    return facts


def differences(before: Mapping[Fact, str], after: Mapping[Fact, str]) -> list[str]:
    """Return what two pictures do not share, in words."""
    names = sorted(before.keys() | after.keys())
    return [
        f"{' '.join(name)}: {before.get(name, 'not there')} -> {after.get(name, 'not there')}"
        for name in names
        if before.get(name) != after.get(name)
    ]


def _facts(drill: Drill, region: str) -> Iterator[tuple[Fact, str]]:
    for one in drill.client("rds", region).describe_db_instances()["DBInstances"]:
        for key, value in one.items():
            if key not in MOVING:
                yield ("instance", one["DBInstanceIdentifier"], key), str(value)
    for one in drill.client("ec2", region).describe_network_acls()["NetworkAcls"]:
        yield ("acl", one["NetworkAclId"]), str(one["Entries"])
    for one in drill.client("autoscaling", region).describe_auto_scaling_groups()["AutoScalingGroups"]:
        yield ("group", one["AutoScalingGroupName"]), str(one["DesiredCapacity"])
    yield from _secrets(drill.client("secretsmanager", region))
    yield from _items(drill.client("dynamodb", region))
    yield from _runs(drill, region)


def _secrets(client: Any) -> Iterator[tuple[Fact, str]]:  # noqa: ANN401 - boto3 makes clients at run time
    for one in client.list_secrets()["SecretList"]:
        said = client.describe_secret(SecretId=one["Name"])
        for key, value in said.items():
            if key not in MOVING:
                yield ("secret", one["Name"], key), str(value)
        value = client.get_secret_value(SecretId=one["Name"])["SecretString"]
        yield ("secret", one["Name"], "value"), sha256(value.encode()).hexdigest()


def _items(client: Any) -> Iterator[tuple[Fact, str]]:  # noqa: ANN401 - as above
    for table in client.list_tables()["TableNames"]:
        for item in client.scan(TableName=table)["Items"]:
            yield ("item", table, str(item.get("id") or item)), str(item)


def _runs(drill: Drill, region: str) -> Iterator[tuple[Fact, str]]:
    states = drill.client("stepfunctions", region)
    for machine in states.list_state_machines()["stateMachines"]:
        for one in states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]:
            yield ("execution", one["name"]), one["status"]
    cloudwatch = drill.client("cloudwatch", region)
    for alarm in cloudwatch.describe_alarms()["MetricAlarms"]:
        yield ("alarm", alarm["AlarmName"]), alarm["StateValue"]
    for metric in cloudwatch.list_metrics(Namespace=NAMESPACE)["Metrics"]:
        yield ("metric", metric["MetricName"], str(metric["Dimensions"])), ""
    sqs = drill.client("sqs", region)
    for url in sqs.list_queues().get("QueueUrls", ()):
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
        yield ("queue", url), str(told)
