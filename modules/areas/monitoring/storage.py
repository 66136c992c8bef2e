"""Alarms of the buckets' copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import Concern, Metric
from modules.blocks.alarms.tier import Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from modules.areas.alerts.alerts import Alerts
    from modules.areas.storage.bucket import Bucket
    from modules.areas.storage.replication import Replication
    from modules.core.region import Region


class StorageAlarms(Tier):
    """Copies that lag, told where they arrive, and copies that failed, told where they come from, as S3 publishes them.

    Parameters
    ----------
    region
        The region, with ``alarms`` of the settings.
    alerts
        The region's topics.
    replications
        All replications, of which those that leave or reach the region are watched.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, alerts: Alerts, replications: Sequence[Replication]
    ) -> None:
        concerns = {}
        for replication in sorted(replications, key=lambda one: one.source.region.name):
            for bucket in replication.destinations:
                if bucket.region is region:
                    concerns[f"lag-from-{replication.source.region.name}"] = Concern(
                        measure=_metric("ReplicationLatency", replication, bucket),
                        threshold=region.settings.alarms.storage_replication_lag_seconds,
                        # As S3 advises: a copy that was late still is when nothing is published.
                        missing="ignore",
                        severity="ticket",
                        headline=True,
                        meaning="The copy of the data bucket is further behind than S3 promises. Do not fail over to "
                        "this region without knowing what is missing.",
                    )
                if replication.source.region is region:
                    concerns[f"failures-to-{bucket.region.name}"] = Concern(
                        measure=_metric("OperationsFailedReplication", replication, bucket),
                        threshold=0,
                        period=300,
                        periods=1,
                        # Published only when something fails.
                        missing="notBreaching",
                        severity="ticket",
                        meaning="Objects were not copied and will not be tried again. Find them by their replication "
                        "status FAILED, and copy them with S3 Batch Replication.",
                    )
        super().__init__(scope, id_, region=region, alerts=alerts, title="storage", concerns=concerns)


def _metric(name: str, replication: Replication, destination: Bucket) -> Metric:
    return Metric(
        namespace="AWS/S3",
        name=name,
        dimensions={
            "SourceBucket": replication.source.id,
            "DestinationBucket": destination.id,
            "RuleId": replication.rule_id(destination),
        },
        statistic="Maximum" if name == "ReplicationLatency" else "Sum",
    )
