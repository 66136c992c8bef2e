"""Alarms of the session table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import Concern, Formula, Metric
from modules.blocks.alarms.tier import Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable
    from constructs import Construct

    from modules.areas.alerts.alerts import Alerts
    from modules.core.region import Region

#: What the application does with sessions. DynamoDB publishes system errors of each operation by itself.
OPERATIONS = ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
#: Minutes that are looked at, and how many of them have to be wrong.
OBSERVED, WRONG = 7, 3


class SessionAlarms(Tier):
    """Requests that the table turns away or fails, and replicas that are behind.

    Parameters
    ----------
    region
        The region, with ``alarms`` of the settings.
    alerts
        The region's topics.
    table
        The table.
    receivers
        Regions that take what is written to the table in this one.

    See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        alerts: Alerts,
        table: DynamodbTable,
        receivers: Sequence[Region],
    ) -> None:
        def metric(name: str, statistic: str = "Sum", **more: str) -> Metric:
            return Metric(
                namespace="AWS/DynamoDB", name=name, dimensions={"TableName": table.name, **more}, statistic=statistic
            )

        # What is published only when it happens is filled up: CloudWatch ignores silence in metrics of DynamoDB,
        # whatever an alarm on them says, so that one that has gone off would never go back. The newest minutes, whose
        # data comes late, are filled up too: never do all in a row speak.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
        concerns = {
            f"{kind}-throttled": Concern(
                measure=Formula(
                    expression="FILL(events, 0)", metrics={"events": metric(f"{kind.capitalize()}ThrottleEvents")}
                ),
                threshold=0,
                periods=OBSERVED,
                datapoints=WRONG,
                missing="notBreaching",
                severity="page",
                meaning=f"DynamoDB turns {kind}s of sessions away. The usual cause is a hot key.",
            )
            for kind in ("read", "write")
        }
        failures = {operation.lower(): metric("SystemErrors", Operation=operation) for operation in OPERATIONS}
        concerns["system-errors"] = Concern(
            measure=Formula(expression=" + ".join(f"FILL({one}, 0)" for one in failures), metrics=failures),
            threshold=0,
            periods=OBSERVED,
            datapoints=WRONG,
            missing="notBreaching",
            severity="page",
            headline=True,
            meaning="DynamoDB fails in this region. Another region has the same sessions.",
        )
        for receiver in receivers:
            concerns[f"lag-to-{receiver.name}"] = Concern(
                measure=metric("ReplicationLatency", "Average", ReceivingRegion=receiver.name),
                # In milliseconds.
                threshold=region.settings.alarms.session_replication_lag_seconds * 1000,
                # DynamoDB publishes it every five minutes, and a stream that stands still says nothing: CloudWatch
                # keeps an alarm on DynamoDB as it was then, whatever it is told.
                period=300,
                periods=2,
                missing="ignore",
                severity="ticket",
                meaning=f"Sessions of this region arrive late in {receiver.name}.",
            )
        super().__init__(scope, id_, region=region, alerts=alerts, title="sessions", concerns=concerns)
