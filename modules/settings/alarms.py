"""Settings of alarms: their thresholds."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modules.settings.types import Section

Percent = Annotated[float, Field(gt=0, le=100)]
Amount = Annotated[int, Field(ge=0)]
Days = Annotated[int, Field(ge=1, le=45)]


class AlarmSettings(Section):
    """Thresholds of the alarms; docs/alarms.md has the reason for each.

    Parameters
    ----------
    actions
        Whether alarms notify anybody when their state changes. Yes by default. Set it to false for a first deploy and
        for a destroy, when resources that alarms watch do not exist, so that nobody is paged.
    nat_dropped_packets
        Packets that a NAT gateway drops in five minutes. 100 by default.
    storage_replication_lag_seconds
        Seconds that a bucket's replica is behind. 900 by default, as S3 Replication Time Control promises.
    certificate_days_left
        Days before a certificate expires at which a ticket is raised. 30 by default: AWS renews it at 60.
    load_balancer_error_percent
        Percentage of requests that are answered with 5xx. 1 by default.
    load_balancer_latency_seconds
        The 99th percentile of response times. 2 by default.
    database_cpu_percent
        CPU utilization of a database instance. 80 by default.
    database_free_storage_gib
        Free storage of a database instance, in GiB. 10 by default.
    database_free_memory_mib
        Freeable memory of a database instance, in MiB. 256 by default.
    database_connections
        Connections to a database instance. By default 75 % of the maximum that its class allows.
    database_replica_lag_seconds
        Seconds that a replica is behind its source. 360 by default: a replica reports up to 300 while its source is
        idle.
    database_replication_slot_lag_gib
        GiB of write-ahead log that a source keeps for a replica that is behind. 5 by default.
    session_replication_lag_seconds
        Seconds that a replica of the session table is behind. 60 by default.
    function_duration_percent
        Percentage of its timeout that the longest invocation of a function takes. 80 by default.
    """

    actions: bool = True
    nat_dropped_packets: Amount = 100
    storage_replication_lag_seconds: Annotated[int, Field(ge=60)] = 900
    certificate_days_left: Days = 30
    load_balancer_error_percent: Percent = 1
    load_balancer_latency_seconds: Annotated[float, Field(gt=0)] = 2
    database_cpu_percent: Percent = 80
    database_free_storage_gib: Annotated[int, Field(ge=1)] = 10
    database_free_memory_mib: Annotated[int, Field(ge=1)] = 256
    database_connections: Annotated[int, Field(ge=1)] | None = None
    database_replica_lag_seconds: Annotated[int, Field(ge=1)] = 360
    database_replication_slot_lag_gib: Annotated[int, Field(ge=1)] = 5
    session_replication_lag_seconds: Annotated[int, Field(ge=1)] = 60
    function_duration_percent: Percent = 80
