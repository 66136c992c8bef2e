"""Settings of the alarms: from when on something is worth a human's attention."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modules.settings.types import Section

Percent = Annotated[float, Field(gt=0, le=100)]
Amount = Annotated[int, Field(ge=0)]
Days = Annotated[int, Field(ge=1, le=45)]


class AlarmSettings(Section):
    """Thresholds of the alarms; docs/alarms.md says why each is what it is.

    Parameters
    ----------
    actions
        Whether alarms tell anybody when they change. Yes by default. No is for a first deploy and for a destroy, during
        which much is not there: alarms change their states then, and nobody is woken.
    nat_dropped_packets
        Packets that a NAT gateway drops in five minutes. 100 by default.
    storage_replication_lag_seconds
        Seconds that a bucket's copy is behind. 900 by default, what S3 promises.
    certificate_days_left
        Days before a certificate's end from when on a ticket is raised. 30 by default: renewal should have been at 60.
    load_balancer_error_percent
        Share of requests that are answered with 5xx. 1 by default.
    load_balancer_latency_seconds
        The 99th percentile of answer times. 2 by default.
    database_cpu_percent
        Processor load of a database instance. 80 by default.
    database_free_storage_gib
        GiB that are left on a database's volume. 10 by default.
    database_free_memory_mib
        MiB of memory that a database instance has left. 256 by default.
    database_connections
        Connections to a database instance. None by default: 75 % of what its class takes by its memory.
    database_replica_lag_seconds
        Seconds that a replica is behind its source. 360 by default: up to 300 are what a replica reports whose source
        has nothing to do.
    database_replication_slot_lag_gib
        GiB of log that a source keeps for a replica that has not taken it. 5 by default.
    session_replication_lag_seconds
        Seconds that a replica of the session table is behind. 60 by default.
    function_duration_percent
        Share of its timeout that a function's longest run takes. 80 by default.
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
