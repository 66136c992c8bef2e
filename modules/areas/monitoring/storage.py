"""Alarms on the replication of buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.areas.storage.bucket import Bucket
    from modules.areas.storage.replication import Replication
    from modules.core.region import Region


def storage_alarms(*, region: Region, replications: Sequence[Replication]) -> dict[str, AlarmSpec]:
    """Replication that lags, in the destination region, and that failed, in the source region: where S3 publishes both.

    Parameters
    ----------
    region
        The region, with ``alarms`` of the settings.
    replications
        The replications from the region or to it.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
    """
    specs = {}
    for replication in sorted(replications, key=lambda replication: replication.source.region.name):
        for bucket in replication.destinations:
            if bucket.region is region:
                specs[f"lag-from-{replication.source.region.name}"] = AlarmSpec(
                    metric=_metric("ReplicationLatency", replication, bucket),
                    threshold=region.settings.alarms.storage_replication_lag_seconds,
                    # As S3 advises: a replica that was late stays late while S3 publishes nothing.
                    treat_missing_data="ignore",
                    severity="ticket",
                    on_dashboard=True,
                    description="The copy of the data bucket is further behind than S3 promises. Do not fail over to "
                    "this region without knowing what is missing.",
                )
            if replication.source.region is region:
                specs[f"failures-to-{bucket.region.name}"] = AlarmSpec(
                    metric=_metric("OperationsFailedReplication", replication, bucket),
                    threshold=0,
                    period=300,
                    evaluation_periods=1,
                    # Published only when something fails.
                    treat_missing_data="notBreaching",
                    severity="ticket",
                    description="Objects were not copied and will not be tried again. Find them by their replication "
                    "status FAILED, and copy them with S3 Batch Replication.",
                )
    return specs


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
