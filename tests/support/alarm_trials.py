"""Alarms to try out on the emulator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

HOUR = 3600


class Trial:
    """An alarm on one metric of its own; by default it goes off above 10 for one hour.

    Its periods are hours, so that a minute that ends during a test changes nothing.
    """

    def __init__(self, cloudwatch: Any, name: str, **settings: Any) -> None:
        self.cloudwatch, self.name = cloudwatch, name
        self.settings = {
            "Namespace": name,
            "MetricName": "metric",
            "Statistic": "Sum",
            "Period": HOUR,
            "EvaluationPeriods": 1,
            "Threshold": 10,
            "ComparisonOperator": "GreaterThanThreshold",
            **settings,
        }
        self.put()

    def put(self) -> None:
        self.cloudwatch.put_metric_alarm(
            AlarmName=self.name, **{key: value for key, value in self.settings.items() if value is not None}
        )

    def publish(self, *values: float | None, metric: str = "metric", ended: int = 0, **more: Any) -> None:
        """Publish a value an hour, the newest last, up to the hour that has ``ended`` so long ago; none for None."""
        now = datetime.now(tz=UTC)
        data = [
            {"MetricName": metric, "Value": value, "Timestamp": now - timedelta(hours=age), **more}
            for age, value in enumerate(reversed(values), start=ended)
            if value is not None
        ]
        self.cloudwatch.put_metric_data(Namespace=self.name, MetricData=data)

    @property
    def state(self) -> str:
        return state(self.cloudwatch, self.name)


def state(cloudwatch: Any, name: str) -> str:
    answer = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm", "MetricAlarm"])
    (alarm,) = [*answer["MetricAlarms"], *answer["CompositeAlarms"]]
    return str(alarm["StateValue"])


def formula(expression: str, metrics: Sequence[str], namespace: str, stat: str = "Sum") -> dict[str, Any]:
    """What makes a `Trial` look at a formula over metrics whose ids are their names."""
    queries = [
        {
            "Id": id_,
            "MetricStat": {"Metric": {"Namespace": namespace, "MetricName": id_}, "Period": HOUR, "Stat": stat},
            "ReturnData": False,
        }
        for id_ in metrics
    ]
    result: dict[str, Any] = {"Id": "result", "Expression": expression, "Label": "result", "ReturnData": True}
    one_metric = ("Namespace", "MetricName", "Statistic", "Period")
    return {**dict.fromkeys(one_metric), "Metrics": [*queries, result]}
