"""RDS: identities, Performance Insights, parameters, and what AWS chooses for an instance."""

from base64 import b32encode
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from moto.rds.models import DBInstance, DBParameterGroup, RDSBackend

from tools.emulator.helpers.replacing import replace, wrap

DEFAULT_RETENTION_DAYS = 7
# What AWS chooses, and tells, where nothing is said. moto names a certificate authority that AWS does not have,
# so that Terraform changes each new instance once more.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL-certificate-rotation.html
DEFAULTS = {
    "ca_certificate_identifier": "rds-ca-rsa2048-g1",
    "database_insights_mode": "standard",
    "engine_lifecycle_support": "open-source-rds-extended-support",
    "network_type": "IPV4",
}


def resource_id() -> str:
    """Return a new ``DbiResourceId``, of the shape of AWS's."""
    return "db-" + b32encode(uuid4().bytes).decode().rstrip("=")


def create(
    original: Callable[..., None], database: DBInstance, backend: RDSBackend, *args: object, **kwargs: object
) -> None:
    """Give each instance a resource id, and keep the settings of Performance Insights and of what AWS would choose.

    moto has one constant for all instances. Terraform reads by it, so with two in a region each finds the other.
    """
    original(database, backend, *args, **kwargs)
    database.dbi_resource_id = resource_id()
    for name in (
        "enable_performance_insights",
        "performance_insights_kms_key_id",
        "performance_insights_retention_period",
    ):
        setattr(database, name, kwargs.get(name))
    for name, default in DEFAULTS.items():
        setattr(database, name, kwargs.get(name) or default)


def performance_insights_enabled(database: DBInstance) -> bool:
    """Tell whether Performance Insights are on, which moto never does."""
    return bool(getattr(database, "enable_performance_insights", False))


def performance_insights_retention_period(database: DBInstance) -> int | None:
    """Tell how many days Performance Insights are kept: seven where nothing else was said."""
    kept: int | None = database.__dict__.get("retention_period_set")
    return (kept or DEFAULT_RETENTION_DAYS) if performance_insights_enabled(database) else None


def set_performance_insights_retention_period(database: DBInstance, days: int | None) -> None:
    """Keep what was said."""
    database.__dict__["retention_period_set"] = days


def update_parameters(
    original: Callable[..., None], group: DBParameterGroup, new_parameters: Iterable[dict[str, Any]]
) -> None:
    """Say of a parameter that was set that its source is the user.

    Terraform takes only those for its own, so with moto it sets every parameter again at every apply.
    """
    original(group, [{**parameter, "Source": "user"} for parameter in new_parameters])


def apply() -> None:
    """Apply the patches."""
    wrap(DBInstance, "__init__", create)
    replace(DBInstance, "performance_insights_enabled", property(performance_insights_enabled))
    retention = property(performance_insights_retention_period, set_performance_insights_retention_period)
    replace(DBInstance, "performance_insights_retention_period", retention)
    wrap(DBParameterGroup, "update_parameters", update_parameters)
