"""Steps that make the replica the writer: drain, promote, settle."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from . import loss
from .clients import DarkError, code
from .look import PATIENCE, lag_points
from .world import NotYetError, RefusedError

if TYPE_CHECKING:
    from .journal import Run
    from .world import World

#: Seconds after the fence until which a commit that had already reached the writer may take.
MARGIN = 30
Detail = dict[str, Any]


def drain(run: Run, world: World) -> Detail:
    """Wait until the replica has everything, if the failover is planned.

    PostgreSQL replays in the order of commits. So once it has replayed something that was committed after the fence, it
    has all that was committed before.

    Raises
    ------
    NotYetError
        While something may be missing.
    RefusedError
        If that does not end, or the writer could not be fenced.
    """
    if not run.planned:
        return {"drained": False}
    fence = run.steps["fence"]
    if not fence["fenced"]:
        raise RefusedError(
            f"{run.origin} is not fenced ({fence['why']}), so its writer may take more",
            "again when it answers; without PLANNED=1 and with FORCE_REASON=… what is missing is lost",
        )
    fenced_at, until = float(fence["at"]), None
    # Not even a metric that nobody gets may keep the writer fenced for longer.
    with suppress(DarkError):
        until = loss.replayed_until(lag_points(world, run.target))
    if until is not None and until > fenced_at + MARGIN:
        return {"drained": True, "replayed_until": until}
    if world.now() > fenced_at + PATIENCE:
        raise RefusedError(
            f"{run.target} did not replay everything within {PATIENCE // 60} minutes",
            "see why it lags; without PLANNED=1 and with FORCE_REASON=… what is missing is lost",
        )
    raise NotYetError("the replica has not replayed everything yet")


def promote(run: Run, world: World) -> Detail:
    """Promote the replica, unless it has no source any more.

    RDS takes the retention and the window of its backups with the promotion, and would otherwise set its defaults
    (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_PromoteReadReplica.html).
    """
    platform, instance = world.platform, world.instance(run.target)
    if world.source_of(instance) is None:
        return {"promoted": "before"}
    if instance["DBInstanceStatus"] != "available":
        raise NotYetError(f"the replica is {instance['DBInstanceStatus']}")
    try:
        world.aws.ask(
            "rds",
            run.target,
            "promote_read_replica",
            DBInstanceIdentifier=platform.places[run.target].instance,
            BackupRetentionPeriod=platform.backup_days,
            PreferredBackupWindow=platform.backup_window,
        )
    except ClientError as error:
        # A backup may have begun since, or another driver may have promoted it.
        if code(error) not in {"InvalidDBInstanceState", "InvalidDBInstanceStateFault"}:
            raise
        raise NotYetError("the replica takes no promotion at the moment") from None
    return {"promoted": "now"}


def settle(run: Run, world: World) -> Detail:
    """Wait until the new writer is available, and note its address."""
    instance = world.instance(run.target)
    if instance["DBInstanceStatus"] != "available" or world.source_of(instance) is not None:
        raise NotYetError(f"the new writer is {instance['DBInstanceStatus']}")
    return {"host": instance["Endpoint"]["Address"]}
