"""Alarms of a database instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import Concern, Formula, Metric
from modules.blocks.alarms.tier import Tier
from modules.settings.connections import nearly_all

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.db_instance import DbInstance
    from constructs import Construct

    from modules.areas.alerts.alerts import Alerts
    from modules.core.region import Region

MIB, GIB = 1024**2, 1024**3
#: PostgreSQL stops taking writes near 2.1 thousand million; there is time to act from here.
TRANSACTIONS = 1_000_000_000
#: Minutes without a word. A replica is down for some of them when a minor version is installed.
SILENT_WRITER, SILENT_REPLICA = 5, 15


class DatabaseAlarms(Tier):
    """Whether an instance lives, its load, room, connections and deadlocks, and how far it or its replicas are behind.

    Every alarm is there in every role, since CloudWatch deletes none that a region's health counts, and a promotion
    must not wait for that. Of an instance that is gone one alarm tells: silence is a fault to that one alone. A replica
    whose source is gone is late, which is no fault of its own and wakes nobody: its source's alarms do.

    Parameters
    ----------
    region
        The region, with ``alarms`` of the settings.
    alerts
        The region's topics.
    instance
        The instance.
    replica
        Whether it is a replica. Its minor versions are installed while nobody needs it, so it may be silent for longer.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, alerts: Alerts, instance: DbInstance, replica: bool
    ) -> None:
        settings = region.settings.alarms

        def metric(name: str, statistic: str) -> Metric:
            return Metric(
                namespace="AWS/RDS",
                name=name,
                dimensions={"DBInstanceIdentifier": instance.identifier},
                statistic=statistic,
            )

        concerns = {
            "silent": Concern(
                # Published every minute by an instance that runs.
                measure=metric("CPUUtilization", "SampleCount"),
                threshold=1,
                below=True,
                periods=SILENT_REPLICA if replica else SILENT_WRITER,
                missing="breaching",
                severity="page",
                elsewhere=True,
                meaning="The instance says nothing: it is stopped, full, failing over again and again, or gone. Its "
                "status and its events in RDS say which; the application has no database here.",
            ),
            "cpu": Concern(
                measure=metric("CPUUtilization", "Average"),
                threshold=settings.database_cpu_percent,
                periods=15,
                missing="notBreaching",
                severity="ticket",
                headline=not replica,
                meaning="The database has been busy for 15 minutes. Performance Insights names the statements.",
            ),
            "storage": Concern(
                measure=metric("FreeStorageSpace", "Minimum"),
                threshold=settings.database_free_storage_gib * GIB,
                below=True,
                missing="notBreaching",
                severity="page",
                meaning="The volume is nearly full, and a full one stops the database. If storage autoscaling has not "
                "helped, raise its limit.",
            ),
            "memory": Concern(
                measure=metric("FreeableMemory", "Minimum"),
                threshold=settings.database_free_memory_mib * MIB,
                below=True,
                periods=15,
                missing="notBreaching",
                severity="ticket",
                meaning="Memory runs out: expect swapping. Take a larger instance class or fewer connections.",
            ),
            "connections": Concern(
                measure=metric("DatabaseConnections", "Maximum"),
                threshold=settings.database_connections or nearly_all(region.settings.database.class_in(region.name)),
                missing="notBreaching",
                severity="page",
                meaning="Connections near the limit, beyond which the application is turned away.",
            ),
            "deadlocks": Concern(
                # RDS publishes none for PostgreSQL; Performance Insights counts them.
                measure=Formula(
                    expression=f"DB_PERF_INSIGHTS('RDS', '{instance.resource_id}', 'db.Concurrency.deadlocks.avg')",
                    metrics={},
                ),
                threshold=0,
                missing="notBreaching",
                severity="ticket",
                meaning="Transactions block each other for good; PostgreSQL ended one. Its log names both statements.",
            ),
            "transactions": Concern(
                measure=metric("MaximumUsedTransactionIDs", "Maximum"),
                threshold=TRANSACTIONS,
                missing="notBreaching",
                severity="page",
                meaning="Half of the transaction ids are used: vacuum does not keep up, and at the end of them "
                "PostgreSQL stops taking writes.",
            ),
            "kept-log": Concern(
                # Published by a source alone.
                measure=metric("OldestReplicationSlotLag", "Maximum"),
                threshold=settings.database_replication_slot_lag_gib * GIB,
                missing="notBreaching",
                severity="page",
                meaning="A replica does not take the log that is kept for it: a failover to it would lose that much, "
                "and the volume fills up. Look at that replica's alarms; one that is beyond help has to be rebuilt.",
            ),
            "replica-lag": Concern(
                measure=metric("ReplicaLag", "Maximum"),
                threshold=settings.database_replica_lag_seconds,
                # What is no replica says nothing.
                missing="notBreaching",
                # Replicas are late when the source is gone, which is told by then. What one loses by itself piles up at
                # its source, and pages there.
                severity="ticket",
                elsewhere=True,
                headline=replica,
                meaning="The replica is behind: what it has not seen is lost if this region has to take over now.",
            ),
        }
        super().__init__(scope, id_, region=region, alerts=alerts, title="database", concerns=concerns)
