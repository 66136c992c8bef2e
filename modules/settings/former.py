"""Keys of earlier versions, and what to write instead."""

from __future__ import annotations

#: By path of the key, its replacement.
FORMER_KEYS = {
    "alarms.database_kept_log_gib": "alarms.database_replication_slot_lag_gib in its place",
    "alerts.delivery": "nothing: subscriptions are made in every region",
    "alerts.reserved_concurrency": "nothing: no function of the platform handles alerts",
    "compute.carried_instances": "compute.surviving_instances in its place",
    "configuration.remediate": "nothing: the platform changes nothing that it did not make",
    "database.tls_floor": "database.minimum_tls_version in its place",
    "entry.health": "nothing: Route 53 asks each region for its health page, and its load balancer for healthy targets",
}
