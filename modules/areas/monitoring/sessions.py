"""Alarms on the session table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, MathExpression, Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable

    from modules.settings.alarms import AlarmSettings

#: The operations that the application uses. DynamoDB publishes ``SystemErrors`` for each operation separately.
OPERATIONS = ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
#: An alarm looks at this many minutes, and goes into ALARM when this many of them breach the threshold.
EVALUATION_PERIODS, DATAPOINTS_TO_ALARM = 7, 3


def session_alarms(
    *, thresholds: AlarmSettings, table: DynamodbTable, receivers: Sequence[str]
) -> dict[str, AlarmSpec]:
    """Throttled and failed requests to the table, and replicas that lag behind.

    Parameters
    ----------
    thresholds
        The settings ``alarms``.
    table
        The table.
    receivers
        Names of the other regions with a replica: they receive what is written in this region.

    See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    """

    def metric(name: str, statistic: str = "Sum", **more: str) -> Metric:
        return Metric(
            namespace="AWS/DynamoDB", name=name, dimensions={"TableName": table.name, **more}, statistic=statistic
        )

    # DynamoDB publishes these metrics only when something happens. CloudWatch ignores missing data of DynamoDB,
    # whatever ``treat_missing_data`` says, so an alarm in ALARM would never return to OK. FILL replaces the missing
    # values with 0. It also fills the newest minutes, whose data arrives late, so an alarm cannot ask for all
    # minutes in a row.
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    specs = {
        f"{kind}-throttled": AlarmSpec(
            metric=MathExpression(
                expression="FILL(events, 0)", metrics={"events": metric(f"{kind.capitalize()}ThrottleEvents")}
            ),
            threshold=0,
            evaluation_periods=EVALUATION_PERIODS,
            datapoints_to_alarm=DATAPOINTS_TO_ALARM,
            treat_missing_data="notBreaching",
            severity="page",
            description=f"DynamoDB turns {kind}s of sessions away. The usual cause is a hot key.",
        )
        for kind in ("read", "write")
    }
    failures = {operation.lower(): metric("SystemErrors", Operation=operation) for operation in OPERATIONS}
    specs["system-errors"] = AlarmSpec(
        metric=MathExpression(
            expression=" + ".join(f"FILL({operation}, 0)" for operation in failures), metrics=failures
        ),
        threshold=0,
        evaluation_periods=EVALUATION_PERIODS,
        datapoints_to_alarm=DATAPOINTS_TO_ALARM,
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
            # DynamoDB publishes it every five minutes, and nothing while the stream stands still. CloudWatch then
            # keeps the state of the alarm, whatever ``treat_missing_data`` says.
            period=300,
            evaluation_periods=2,
            treat_missing_data="ignore",
            severity="ticket",
            description=f"Sessions of this region arrive late in {receiver}.",
        )
    return specs
