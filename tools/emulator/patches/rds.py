"""RDS: identities, Performance Insights, and parameters."""

from base64 import b32encode
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from moto.rds.models import DBInstance, DBParameterGroup, RDSBackend

from tools.emulator.patches.replacing import replace, wrap

DEFAULT_RETENTION_DAYS = 7


def resource_id() -> str:
    """Return a new ``DbiResourceId``, of the shape of AWS's."""
    return "db-" + b32encode(uuid4().bytes).decode().rstrip("=")


def create(
    original: Callable[..., None], database: DBInstance, backend: RDSBackend, *args: object, **kwargs: object
) -> None:
    """Give each instance a resource id, and keep the settings of Performance Insights.

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


def performance_insights_enabled(database: DBInstance) -> bool:
    """Tell whether Performance Insights are on, which moto never does."""
    return bool(getattr(database, "enable_performance_insights", False))


def update(original: Callable[..., None], database: DBInstance, **kwargs: object) -> None:
    """Keep what AWS sets by itself as Performance Insights are turned on: seven days."""
    original(database, **kwargs)
    if performance_insights_enabled(database) and not getattr(database, "performance_insights_retention_period", None):
        database.performance_insights_retention_period = DEFAULT_RETENTION_DAYS  # type: ignore[attr-defined]


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
    wrap(DBInstance, "update", update)
    replace(DBInstance, "performance_insights_enabled", property(performance_insights_enabled))
    wrap(DBParameterGroup, "update_parameters", update_parameters)
