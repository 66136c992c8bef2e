"""Alarms on a database instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, MathExpression, Metric
from modules.settings.connections import nearly_all

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.db_instance import DbInstance

    from modules.settings.alarms import AlarmSettings

MIB, GIB = 1024**2, 1024**3
#: PostgreSQL refuses writes near 2.1 billion used transaction ids; at this number there is time to act.
USED_TRANSACTION_IDS = 1_000_000_000
#: Minutes without metrics. A replica is down for some minutes while a minor version is installed.
NO_DATA_MINUTES_STANDALONE, NO_DATA_MINUTES_REPLICA = 5, 15


def database_alarms(
    *, thresholds: AlarmSettings, instance: DbInstance, instance_class: str, replica: bool
) -> dict[str, AlarmSpec]:
    """Availability of the instance, its load, storage, memory, connections and deadlocks, and replication lag.

    Every alarm exists for every role: CloudWatch refuses to delete an alarm that a composite alarm references, which
    would block a promotion. If the instance is gone, one alarm says so: missing data breaches in that alarm only. A
    replica whose source is gone lags behind. That makes a ticket and no page, because the alarms of the source page.

    Parameters
    ----------
    thresholds
        The settings ``alarms``.
    instance
        The instance.
    instance_class
        Its instance class, which limits its connections.
    replica
        Whether it is a replica. A replica may be without metrics for longer, while a minor version is installed.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
    """

    def metric(name: str, statistic: str) -> Metric:
        return Metric(
            namespace="AWS/RDS",
            name=name,
            dimensions={"DBInstanceIdentifier": instance.identifier},
            statistic=statistic,
        )

    return {
        "silent": AlarmSpec(
            # Published every minute by an instance that runs.
            metric=metric("CPUUtilization", "SampleCount"),
            threshold=1,
            below=True,
            evaluation_periods=NO_DATA_MINUTES_REPLICA if replica else NO_DATA_MINUTES_STANDALONE,
            treat_missing_data="breaching",
            severity="page",
            description="The instance says nothing: it is stopped, full, failing over again and again, or gone. Its "
            "status and its events in RDS say which; the application has no database here.",
        ),
        "cpu": AlarmSpec(
            metric=metric("CPUUtilization", "Average"),
            threshold=thresholds.database_cpu_percent,
            evaluation_periods=15,
            treat_missing_data="notBreaching",
            severity="ticket",
            on_dashboard=not replica,
            description="The database has been busy for 15 minutes. Performance Insights names the statements.",
        ),
        "storage": AlarmSpec(
            metric=metric("FreeStorageSpace", "Minimum"),
            threshold=thresholds.database_free_storage_gib * GIB,
            below=True,
            treat_missing_data="notBreaching",
            severity="page",
            description="The volume is nearly full, and a full one stops the database. If storage autoscaling has not "
            "helped, raise its limit.",
        ),
        "memory": AlarmSpec(
            metric=metric("FreeableMemory", "Minimum"),
            threshold=thresholds.database_free_memory_mib * MIB,
            below=True,
            evaluation_periods=15,
            treat_missing_data="notBreaching",
            severity="ticket",
            description="Memory runs out: expect swapping. Take a larger instance class or fewer connections.",
        ),
        "connections": AlarmSpec(
            metric=metric("DatabaseConnections", "Maximum"),
            threshold=thresholds.database_connections or nearly_all(instance_class),
            treat_missing_data="notBreaching",
            severity="page",
            description="Connections near the limit, beyond which the application is turned away.",
        ),
        "deadlocks": AlarmSpec(
            # RDS publishes none for PostgreSQL; Performance Insights counts them.
            metric=MathExpression(
                expression=f"DB_PERF_INSIGHTS('RDS', '{instance.resource_id}', 'db.Concurrency.deadlocks.avg')",
                metrics={},
            ),
            threshold=0,
            treat_missing_data="notBreaching",
            severity="ticket",
            description="Transactions block each other for good; PostgreSQL ended one. Its log names both statements.",
        ),
        "transactions": AlarmSpec(
            metric=metric("MaximumUsedTransactionIDs", "Maximum"),
            threshold=USED_TRANSACTION_IDS,
            treat_missing_data="notBreaching",
            severity="page",
            description="Half of the transaction ids are used: vacuum does not keep up, and at the end of them "
            "PostgreSQL stops taking writes.",
        ),
        "kept-log": AlarmSpec(
            # Only an instance with replicas publishes it.
            metric=metric("OldestReplicationSlotLag", "Maximum"),
            threshold=thresholds.database_replication_slot_lag_gib * GIB,
            treat_missing_data="notBreaching",
            severity="page",
            description="A replica does not take the log that is kept for it: a failover to it would lose that much, "
            "and the volume fills up. Look at that replica's alarms; one that is beyond help has to be rebuilt.",
        ),
        "replica-lag": AlarmSpec(
            metric=metric("ReplicaLag", "Maximum"),
            threshold=thresholds.database_replica_lag_seconds,
            # Only a replica publishes it.
            treat_missing_data="notBreaching",
            # If the source is gone, its own alarms have paged already. If only this replica has a problem, the log
            # that its source keeps for it grows, and ``kept-log`` pages there.
            severity="ticket",
            unhealthy=True,
            on_dashboard=replica,
            description="The replica is behind: what it has not seen is lost if this region has to take over now.",
        ),
    }
