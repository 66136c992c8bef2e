"""The first step: is the writer ill, what does the replica have, what would be lost. It changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from . import journal, loss
from .clients import DarkError, code
from .world import RefusedError

if TYPE_CHECKING:
    from .journal import Run
    from .world import World

#: Name of the document with the readings of a keeper.
READINGS = "readings"
#: Seconds after which readings of a keeper, which runs every minute, are old.
FRESH = 4 * 60
#: Seconds after which a planned failover is given up, and its region opened again. A quiet database takes up to five
#: minutes, since RDS itself commits that often.
PATIENCE = 20 * 60
NO_LAG = "has reported no lag in three hours"
#: What RDS says of an instance that it does not have.
NOT_THERE = {"DBInstanceNotFound", "DBInstanceNotFoundFault"}
Found = dict[str, Any]


def look(run: Run, world: World) -> Found:
    """Decide whether the writer may move; what was found is recorded.

    Raises
    ------
    RefusedError
        If the writer is well and nobody planned to move it, if the target does not replicate it, if more would be lost
        than allowed, or nobody knows how much, or if the drain of a planned one would not end.
    """
    found = _others(run, world) | _origin(run, world)
    if found["answers"] and found["origin"] == "available" and not run.planned and not run.force_reason:
        raise RefusedError(
            f"the writer in {run.origin} answers and is available", "PLANNED=1 moves it without loss, or FORCE_REASON=…"
        )
    if run.planned and not found["answers"]:
        raise RefusedError(f"{run.origin} does not answer, so nothing can be drained", "without PLANNED=1")
    found |= _target(run, world)
    if found["promoted"]:
        return found
    points = lag_points(world, run.target)
    estimate = loss.estimate(points, now=world.now(), answers=found["answers"], first_missed=_first_missed(run, world))
    found["loss_seconds"] = None if estimate is None else round(estimate.seconds)
    found["replayed_until"] = None if estimate is None else estimate.replayed_until
    if run.planned and not run.force_reason:
        _drains(run, found["target"], estimate)
    elif not run.force_reason:
        _gate(estimate, world.platform.loss_limit_seconds)
    return found


def lag_points(world: World, region: str) -> list[tuple[float, float]]:
    """Datapoints of ``ReplicaLag`` of a region's replica, as time and seconds."""
    now = world.now()
    answer = world.aws.ask(
        "cloudwatch",
        region,
        "get_metric_statistics",
        Namespace="AWS/RDS",
        MetricName="ReplicaLag",
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": world.platform.places[region].instance}],
        StartTime=datetime.fromtimestamp(now - loss.REACH, UTC),
        EndTime=datetime.fromtimestamp(now, UTC),
        Period=loss.PERIOD,
        Statistics=["Maximum"],
    )
    return [(point["Timestamp"].timestamp(), float(point["Maximum"])) for point in answer["Datapoints"]]


def _origin(run: Run, world: World) -> Found:
    try:
        instance = world.instance(run.origin)
    except DarkError as dark:
        return {"answers": False, "origin": str(dark)}
    return {"answers": True, "origin": instance["DBInstanceStatus"]}


def _target(run: Run, world: World) -> Found:
    """The instance that takes over. Somebody may have promoted it already."""
    try:
        instance = world.instance(run.target)
    except ClientError as error:
        if code(error) not in NOT_THERE:
            raise
        raise RefusedError(f"there is no instance in {run.target}", "a region with a replica") from None
    source = world.source_of(instance)
    if source not in {None, run.source}:
        raise RefusedError(f"the instance in {run.target} replicates {source}", "a replica of the writer")
    if source is None and (run.planned or not run.force_reason):
        raise RefusedError(
            f"the instance in {run.target} replicates nothing: somebody has promoted it, or it is stale",
            "FORCE_REASON=… if it was promoted just now and is to be the writer",
        )
    return {"target": instance["DBInstanceStatus"], "promoted": source is None}


def _others(run: Run, world: World) -> Found:
    """No other failover is about this writer, or has left the target."""
    records, dark = journal.gather(world)
    for record in records:
        if record.state not in journal.HELD:
            continue
        if record.origin == run.target:
            raise RefusedError(
                f"{run.target} was left by {record.id}, and is held out of DNS",
                f"make failback REGION={run.target} says what comes before that",
            )
        if record.source == run.source:
            raise RefusedError(
                f"{record.id} moves the writer from {record.origin} to {record.target}: {record.state}",
                "follow that one",
            )
    return {"dark": dark}


def _first_missed(run: Run, world: World) -> float | None:
    readings = journal.document(world, run.target, READINGS)
    # A keeper that has stopped does not know whether the region has answered since.
    fresh = world.now() - float(readings.get("taken", 0)) <= FRESH
    missed = readings.get("regions", {}).get(run.origin, {}).get("missed")
    return float(missed) if fresh and missed else None


def _drains(run: Run, status: str, estimate: loss.Loss | None) -> None:
    """A planned failover fences the writer for as long as it drains: not for a replica that is far behind."""
    advice = "PLANNED=1 when it follows, or FORCE_REASON=…"
    if status != "available":
        raise RefusedError(f"the replica in {run.target} is {status}", advice)
    if estimate is None:
        raise RefusedError(f"the replica in {run.target} {NO_LAG}, so nobody would see that it has everything", advice)
    if estimate.seconds > PATIENCE:
        raise RefusedError(
            f"the replica in {run.target} is {round(estimate.seconds)} s behind, and drains for "
            f"{PATIENCE // 60} minutes at the most",
            advice,
        )


def _gate(estimate: loss.Loss | None, limit: int) -> None:
    if estimate is None:
        raise RefusedError(
            f"how much would be lost is unknown: the replica {NO_LAG}", "wait for the old region, or FORCE_REASON=…"
        )
    if estimate.seconds > limit:
        raise RefusedError(
            f"up to {round(estimate.seconds)} s of writes would be lost, and failover.loss_limit_seconds is {limit}",
            "wait for the old region, or FORCE_REASON=…",
        )
