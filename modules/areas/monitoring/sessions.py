"""Alarms of the session table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, MathExpression, Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable

    from modules.settings.alarms import AlarmSettings

#: What the application does with sessions. DynamoDB publishes system errors of each operation by itself.
OPERATIONS = ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
#: Minutes that are looked at, and how many of them have to be wrong.
OBSERVED, WRONG = 7, 3


def session_alarms(
    *, thresholds: AlarmSettings, table: DynamodbTable, receivers: Sequence[str]
) -> dict[str, AlarmSpec]:
    """Requests that the table turns away or fails, and replicas that are behind.

    Parameters
    ----------
    thresholds
        The settings ``alarms``.
    table
        The table.
    receivers
        Names of the regions that take what is written to the table in this one.

    See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    """

    def metric(name: str, statistic: str = "Sum", **more: str) -> Metric:
        return Metric(
            namespace="AWS/DynamoDB", name=name, dimensions={"TableName": table.name, **more}, statistic=statistic
        )

    # What is published only when it happens is filled up: CloudWatch ignores silence in metrics of DynamoDB,
    # whatever an alarm on them says, so that one that has gone off would never go back. The newest minutes, whose
    # data comes late, are filled up too: never do all in a row speak.
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    specs = {
        f"{kind}-throttled": AlarmSpec(
            metric=MathExpression(
                expression="FILL(events, 0)", metrics={"events": metric(f"{kind.capitalize()}ThrottleEvents")}
            ),
            threshold=0,
            evaluation_periods=OBSERVED,
            datapoints_to_alarm=WRONG,
            treat_missing_data="notBreaching",
            severity="page",
            description=f"DynamoDB turns {kind}s of sessions away. The usual cause is a hot key.",
        )
        for kind in ("read", "write")
    }
    failures = {operation.lower(): metric("SystemErrors", Operation=operation) for operation in OPERATIONS}
    specs["system-errors"] = AlarmSpec(
        metric=MathExpression(expression=" + ".join(f"FILL({one}, 0)" for one in failures), metrics=failures),
        threshold=0,
        evaluation_periods=OBSERVED,
        datapoints_to_alarm=WRONG,
        treat_missing_data="notBreaching",
        severity="page",
        on_dashboard=True,
        description="DynamoDB fails in this region. Another region has the same sessions.",
    )
    for receiver in receivers:
        specs[f"lag-to-{receiver}"] = AlarmSpec(
            metric=metric("ReplicationLatency", "Average", ReceivingRegion=receiver),
            # In milliseconds.
            threshold=thresholds.session_replication_lag_seconds * 1000,
            # DynamoDB publishes it every five minutes, and a stream that stands still says nothing: CloudWatch
            # keeps an alarm on DynamoDB as it was then, whatever it is told.
            period=300,
            evaluation_periods=2,
            treat_missing_data="ignore",
            severity="ticket",
            description=f"Sessions of this region arrive late in {receiver}.",
        )
    return specs
