"""A platform on the emulator in simulated time: its metrics as AWS publishes them, and who is told of what."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from tools.emulator import Emulator

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
GIB = 1024**3
#: Minutes until every alarm has had data for as long as it looks back.
UNTIL_KNOWN = 20
#: By metric, what a healthy idle platform publishes every minute. What is not here is published when it happens.
EVERY_MINUTE: Mapping[str, float] = {
    "ApproximateNumberOfMessagesVisible": 0,
    "CPUUtilization": 4,
    "ChildHealthCheckHealthyCount": 3,
    "DatabaseConnections": 12,
    "ErrorPortAllocation": 0,
    "FreeStorageSpace": 95 * GIB,
    "FreeableMemory": 5 * GIB,
    "GroupDesiredCapacity": 3,
    "GroupInServiceInstances": 3,
    "GroupMaxSize": 9,
    "GroupMinSize": 3,
    # Someone looks for holes.
    "HTTPCode_ELB_5XX_Count": 1,
    "HealthCheckStatus": 1,
    "HealthyHostCount": 3,
    "KeeperRan": 1,
    "MaximumUsedTransactionIDs": 1_000_000,
    "OldestReplicationSlotLag": 64 * 1024**2,
    "PacketsDropCount": 0,
    # A replica counts from the last transaction, of which an idle source has one in five minutes.
    "ReplicaLag": 290,
    # Nobody but the health checks of Route 53 asks for anything.
    "RegionHeld": 0,
    "RequestCount": 33,
    "RunningMinutes": 0,
    "TargetResponseTime": 0.02,
    "UnHealthyHostCount": 0,
}
#: What metrics are instead, by their name and the region or the value of a dimension; None is no data at all.
Changes = Mapping[tuple[str, str], float | None]


@dataclass(frozen=True)
class Told:
    """A message of an alarm to a topic."""

    region: str
    severity: str
    alarm: str
    state: str


@dataclass
class Simulation:
    """A platform on the emulator, whose time passes as it is told.

    Parameters
    ----------
    emulator
        The emulator.
    regions
        The regions with alarms.
    writer
        The region of the database that is no replica.
    now
        When it begins.
    late
        By how much metrics are late.
    """

    emulator: Emulator
    regions: Sequence[str]
    writer: str
    now: datetime
    late: timedelta = 2 * MINUTE
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _metrics: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _queues: dict[str, str] = field(default_factory=dict)
    _subscriptions: list[tuple[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Listen to all topics; time stands still from now on."""
        self.emulator.pass_time(self.now, late=self.late)
        for region in self.regions:
            self._metrics[region] = self._looked_at(region)
            self._listen(region)
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no more, and let real time go on."""
        for region, subscription in self._subscriptions:
            self._client("sns", region).unsubscribe(SubscriptionArn=subscription)
        for region, url in self._queues.items():
            self._client("sqs", region).delete_queue(QueueUrl=url)
        self.emulator.pass_time(None)

    def pass_minutes(self, minutes: int, changes: Changes | None = None) -> list[Told]:
        """Publish the metrics of some minutes, let them pass, and return what was told."""
        for region in self.regions:
            self._publish(region, [self.now + place * MINUTE for place in range(minutes)], changes or {})
        for _ in range(minutes):
            self.now += MINUTE
            self.emulator.pass_time(self.now, late=self.late)
        return self.heard()

    def skip_hours(
        self, hours: int, *, without_backups: Sequence[str] = (), days_left: Mapping[str, int] | None = None
    ) -> None:
        """Let hours pass that nobody looks at: databases run, certificates age, and backups are made at 03:00."""
        for region in self.regions:
            data: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
            for metric in self._metrics[region]:
                name = metric["MetricName"]
                for place in range(hours):
                    moment = self.now + place * HOUR
                    value = {
                        "CPUUtilization": EVERY_MINUTE["CPUUtilization"],
                        "DaysToExpiry": (days_left or {}).get(region, 300) if place % 12 == 0 else None,
                        "NumberOfBackupJobsCompleted": 2
                        if moment.hour == 3 and region not in without_backups
                        else None,
                    }.get(name)
                    if value is not None:
                        data[metric["Namespace"]].append(_datum(metric, value, moment))
            self._put(region, data)
        self.now += hours * HOUR
        known = [self.now - place * MINUTE for place in range(UNTIL_KNOWN, 0, -1)]
        for region in self.regions:
            self._publish(region, known, {})

    def heard(self) -> list[Told]:
        """What was told since it was asked last."""
        found = []
        for region, url in self._queues.items():
            sqs = self._client("sqs", region)
            while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
                for message in messages:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    body = json.loads(message["Body"])
                    alarm = json.loads(body["Message"])
                    severity = "page" if "-page-" in body["TopicArn"] else "ticket"
                    found.append(Told(region, severity, alarm["AlarmName"], alarm["NewStateValue"]))
        return found

    def _client(self, service: str, region: str) -> Any:
        # To make one takes longer than to use it.
        key = service, region
        return self._clients.get(key) or self._clients.setdefault(key, self.emulator.client(service, region))

    def _looked_at(self, region: str) -> list[dict[str, Any]]:
        """The metrics that alarms of a region look at, each once."""
        pages = self._client("cloudwatch", region).get_paginator("describe_alarms")
        found: dict[str, dict[str, Any]] = {}
        for answer in pages.paginate(AlarmTypes=["MetricAlarm"]):
            for alarm in answer["MetricAlarms"]:
                stats = [query["MetricStat"]["Metric"] for query in alarm["Metrics"] if "MetricStat" in query]
                for metric in [alarm] if "MetricName" in alarm else stats:
                    one = {key: metric.get(key, []) for key in ("Namespace", "MetricName", "Dimensions")}
                    found[json.dumps(one, sort_keys=True)] = one
        return list(found.values())

    def _listen(self, region: str) -> None:
        sqs, sns = self._client("sqs", region), self._client("sns", region)
        self._queues[region] = url = sqs.create_queue(QueueName="simulation")["QueueUrl"]
        queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        for topic in sns.list_topics()["Topics"]:
            made = sns.subscribe(TopicArn=topic["TopicArn"], Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
            self._subscriptions.append((region, made))

    def _publish(self, region: str, moments: Sequence[datetime], changes: Changes) -> None:
        data: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        # A replica has a lag, and what it is a replica of keeps the log for it.
        none_here = {"ReplicaLag"} if region == self.writer else {"OldestReplicationSlotLag"}
        for metric in self._metrics[region]:
            name = metric["MetricName"]
            value = None if name in none_here else EVERY_MINUTE.get(name)
            for where in (region, *(one["Value"] for one in metric["Dimensions"])):
                value = changes.get((name, where), value)
            if value is not None:
                data[metric["Namespace"]] += [_datum(metric, value, moment) for moment in moments]
        self._put(region, data)

    def _put(self, region: str, data: Mapping[str, list[dict[str, Any]]]) -> None:
        cloudwatch = self._client("cloudwatch", region)
        for namespace, some in data.items():
            for first in range(0, len(some), 1000):
                cloudwatch.put_metric_data(Namespace=namespace, MetricData=some[first : first + 1000])


def _datum(metric: Mapping[str, Any], value: float, moment: datetime) -> dict[str, Any]:
    return {
        "MetricName": metric["MetricName"],
        "Dimensions": metric["Dimensions"],
        "Value": value,
        "Timestamp": moment,
    }


def noon(days_ago: int) -> datetime:
    """Noon of a day in the past: what is published then is nothing to the alarms of today."""
    today = datetime.now(tz=UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days_ago)
