"""Settings of alarms: their thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from modules.settings.faults import Fault
from modules.settings.types import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

#: A region may be a week behind, or a load balancer wait so many seconds, and no more.
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
WEEK, LONGEST_RESPONSE = 7 * 24 * 3600, 4000
#: Of a database instance, and memory of the largest in MiB.
LARGEST_STORAGE_GIB, LARGEST_MEMORY_MIB = 65_536, 4 * 1024**2
MOST_CONNECTIONS = 262_143
#: A certificate that ends within a week is a page, so the ticket comes earlier.
SHORTEST_NOTICE_DAYS, LONGEST_NOTICE_DAYS = 8, 45

Percent = Annotated[float, Field(gt=0, le=100)]
Amount = Annotated[int, Field(ge=0, le=1_000_000_000)]
Days = Annotated[int, Field(ge=SHORTEST_NOTICE_DAYS, le=LONGEST_NOTICE_DAYS)]
Seconds = Annotated[int, Field(ge=1, le=WEEK)]
Storage = Annotated[int, Field(ge=1, le=LARGEST_STORAGE_GIB)]


class AlarmSettings(Section):
    """Thresholds of the alarms; docs/alarms.md has the reason for each.

    Parameters
    ----------
    actions
        Whether alarms notify anybody when their state changes. Set it to ``false`` for a first deploy and for a
        destroy, when resources that alarms watch do not exist, so that nobody is paged
        (docs/alarms.md#deploying-and-destroying).
    nat_dropped_packets : in packets in five minutes
        Packets that a NAT gateway drops.
    storage_replication_lag_seconds
        How far a bucket's replica is behind. The default is what S3 Replication Time Control promises.
    certificate_days_left : in days
        How long before a certificate expires a ticket is raised; at 7 days it is a page. AWS renews certificates at 60.
    load_balancer_error_percent
        Requests that are answered with 5xx, of all.
    load_balancer_latency_seconds
        The 99th percentile of response times.
    database_cpu_percent
        CPU utilization of a database instance.
    database_free_storage_gib
        Free storage of a database instance; less than ``database.storage_gb``.
    database_free_memory_mib
        Freeable memory of a database instance.
    database_connections : in connections
        Connections to a database instance. By default 75 % of the maximum that its class allows.
    database_replica_lag_seconds
        How far a replica is behind its source; it reports up to 300 while its source is idle.
    database_replication_slot_lag_gib
        Write-ahead log that a source keeps for a replica that is behind.
    session_replication_lag_seconds
        How far a replica of the session table is behind.
    function_duration_percent
        What the longest invocation of a function takes of its timeout.
    """

    actions: bool = True
    nat_dropped_packets: Amount = 100
    storage_replication_lag_seconds: Annotated[int, Field(ge=60, le=WEEK)] = 900
    certificate_days_left: Days = 30
    load_balancer_error_percent: Percent = 1
    load_balancer_latency_seconds: Annotated[float, Field(gt=0, le=LONGEST_RESPONSE)] = 2
    database_cpu_percent: Percent = 80
    database_free_storage_gib: Storage = 10
    database_free_memory_mib: Annotated[int, Field(ge=1, le=LARGEST_MEMORY_MIB)] = 256
    database_connections: Annotated[int, Field(ge=1, le=MOST_CONNECTIONS)] | None = None
    database_replica_lag_seconds: Seconds = 360
    database_replication_slot_lag_gib: Storage = 5
    session_replication_lag_seconds: Seconds = 60
    function_duration_percent: Percent = 80


def free_storage_is_below_the_storage(draft: Draft) -> Iterator[Fault]:
    """More free storage than there is storage is never there, and the alarm would never end."""
    stated, database = draft.mapping("alarms").get("database_free_storage_gib"), draft.database
    if database is None or not isinstance(stated, str) or not stated.isdecimal():
        return
    if int(stated) >= database.storage_gb:
        yield Fault(
            "alarms.database_free_storage_gib",
            f"as much as there is: database.storage_gb is {database.storage_gb}",
            stated,
            f"below {database.storage_gb}",
        )
