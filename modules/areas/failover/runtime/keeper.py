"""The keeper: a function in every region, every minute, that remembers, holds, fences and resumes.

It never decides to move a writer. What it does follows from a record that people have caused.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from . import credentials, journal, traffic
from .advance import undo
from .afterwards import group, tell
from .clients import DarkError, code
from .journal import DONE, HELD, REFUSED, RUNNING, MovedError, Run
from .look import NOT_THERE, READINGS
from .names import KEPT_METRIC, MINUTES_METRIC

if TYPE_CHECKING:
    from .world import World

#: Seconds without a change after which a failover is started again.
STUCK = 5 * 60
Detail = dict[str, Any]


def keep(region: str, world: World) -> Detail:
    """Do what a region's keeper does in a minute.

    Parameters
    ----------
    region
        Its own region.
    world
        The platform and AWS.

    Returns
    -------
    dict
        What was done, for the log.
    """
    records, dark = journal.gather(world)
    # First what protects: whatever a region answers to the rest, and raises.
    held = _publish(region, world, records, dark)
    returned = _see_to_itself(region, world, records)
    read = readings(region, world)
    done = {
        "missed": sorted(name for name, found in read["regions"].items() if found.get("missed")),
        "held": held,
        "returned": returned,
        "resumed": _resume(region, world, records),
        "spread": _spread(region, world, records),
    }
    traffic.put_metric(world, region, KEPT_METRIC, region, 1)
    return done


def readings(region: str, world: World) -> Detail:
    """Look at every region, and write down what was seen, with when a region was first missed.

    A failover takes from here what the region that is lost had, and since when it is lost.
    """
    before = journal.document(world, region, READINGS).get("regions", {})
    regions = {name: _reading(name, world, before.get(name, {})) for name in sorted(world.platform.places)}
    found = {"taken": world.now(), "regions": regions}
    journal.put_document(world, region, READINGS, found)
    return found


def _reading(region: str, world: World, before: Detail) -> Detail:
    try:
        instance = world.instance(region)
        desired = group(world, region).get("DesiredCapacity", 0)
    except DarkError as dark:
        return {**before, "missed": before.get("missed") or world.now(), "why": str(dark)}
    except ClientError as error:
        if code(error) not in NOT_THERE:
            raise
        return {"seen": world.now(), "status": "no instance"}
    return {
        "seen": world.now(),
        "status": instance["DBInstanceStatus"],
        "source": world.source_of(instance) or "",
        "desired": desired,
    }


def _publish(region: str, world: World, records: list[Run], dark: list[str]) -> list[str]:
    """Publish the state of each region that this one keeps: whether it is held, and for how long a failover runs."""
    held = []
    for name, place in sorted(world.platform.places.items()):
        if place.keeper != region:
            continue
        about = [record for record in records if record.origin == name and record.state in HELD]
        if about:
            held.append(name)
        # A region that is dark may have the record: then the alarm keeps its state.
        if about or not dark:
            traffic.put_held(world, name, held=bool(about))
        for record in about:
            _say(world, record, {"hold": {"held": True, "by": region}})
        running = [world.now() - record.began for record in about if record.state == RUNNING]
        traffic.put_metric(world, region, MINUTES_METRIC, name, max(running, default=0) // 60)
    return held


def _see_to_itself(region: str, world: World, records: list[Run]) -> Detail:
    """Fence the region's own writer if it was succeeded, and stop its rotation; open it when it is a replica again."""
    given_up = [
        record
        for record in records
        if record.origin == region and record.state == REFUSED and "undo" not in record.steps
    ]
    for record in given_up:
        undo(record, world)
    succeeded = [record for record in records if record.origin == region and record.state in HELD]
    if not succeeded:
        return {}
    try:
        alone = world.source_of(world.instance(region)) is None
    except ClientError as error:
        if code(error) not in NOT_THERE:
            raise
        # It is being rebuilt.
        return {}
    if not alone:
        return {"opened": region} if traffic.open_region(world, region) else {}
    record = succeeded[0]
    done: Detail = {}
    if world.platform.places[region].fenced and traffic.fence_region(world, region):
        latest = journal.load(world, record.region, record.source)
        if latest and latest.state not in HELD:
            # It was given up between the look and the fence.
            traffic.open_region(world, region)
            return {}
        done["fenced"] = region
    # Until the new writer has the secrets, a planned failover may still be given up.
    two = "promote" in record.steps and _are_two(record, world)
    if two and (cancelled := credentials.cancel_rotation(world, region)):
        done["cancelled"] = cancelled
    if done:
        text = f"{region} was left by failover {record.id} and answers again. Done there: {json.dumps(done)}."
        done["told"] = tell(world, f"Failover: {region} has returned", text, sorted({region, record.target}))
    _note(region, world, record)
    return done


def _are_two(record: Run, world: World) -> bool:
    """Whether the secrets were not reunited since: after that rotation is to go on, with the new writer's address."""
    try:
        return credentials.is_primary(world, record.target)
    except DarkError:
        return True


def _note(region: str, world: World, record: Run) -> None:
    """Write into the record what the region has done since it returned: the closing statement then says so."""
    name = f"the secrets in {region}"
    steps: Detail = dict(record.steps)
    if not steps.get("fence", {}).get("fenced") and traffic.is_fenced(world, region):
        steps["fence"] = {"fenced": True, "at": world.now()}
    if steps.get("rotation", {}).get(name) != credentials.CANCELLED:
        steps["rotation"] = {**steps.get("rotation", {}), name: credentials.CANCELLED}
    _say(world, record, steps)


def _say(world: World, record: Run, steps: Detail) -> None:
    """Let a record say what is true since, as the closing statement does then. While it runs, its drivers write it."""
    latest = {**record.steps, **steps}
    if record.state == DONE and latest != record.steps:
        with suppress(MovedError):
            journal.save(world, replace(record, steps=latest))


def _resume(region: str, world: World, records: list[Run]) -> list[str]:
    """Start the machine of failovers whose record is here and has not moved: a driver was killed, or is ill."""
    resumed = []
    for record in records:
        if record.region != region or record.state != RUNNING or world.now() - record.moved < STUCK:
            continue
        machine = world.arn("states", record.target, f"stateMachine:{world.platform.places[record.target].machine}")
        event: Detail = {"id": record.id, "origin": record.origin, "target": record.target}
        event |= {"planned": record.planned, "force_reason": record.force_reason, "by": record.by}
        # The same name within a minute is refused, so two runs of this keeper start one.
        name = f"{record.id[:60]}-{int(world.now() // 60)}"
        with suppress(DarkError):
            try:
                world.aws.ask(
                    "stepfunctions",
                    record.target,
                    "start_execution",
                    stateMachineArn=machine,
                    name=name,
                    input=json.dumps({"request": event}),
                )
            except ClientError as error:
                if code(error) != "ExecutionAlreadyExists":
                    raise
            resumed.append(record.id)
    return resumed


def _spread(region: str, world: World, records: list[Run]) -> list[str]:
    """Let regions that were dark during a failover follow the new secrets."""
    reached: list[str] = []
    for record in records:
        missing = credentials.missing(record)
        # The role of this region's function may replicate its own secrets, and no others.
        if record.target != region or record.state != DONE or not missing:
            continue
        if not credentials.is_primary(world, record.target):
            # They were reunited since.
            continue
        detail = credentials.spread(record, world)
        now_there = [name for name in missing if detail.get(name) == credentials.FOLLOWS]
        if now_there:
            with suppress(MovedError):
                journal.save(world, replace(record, steps={**record.steps, "spread": detail}))
            reached += now_there
    return reached
