"""Letting a region back that was left: the last act of a failover, and always a person's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from . import journal, traffic
from .clients import DarkError, code
from .journal import CLOSED, DONE, HELD, MovedError
from .look import NOT_THERE
from .world import RefusedError

if TYPE_CHECKING:
    from .journal import Run
    from .world import World


def release(region: str, world: World, *, reason: str = "") -> dict[str, Any]:
    """Let DNS use a region again, and close the record of the failover that left it.

    Parameters
    ----------
    region
        The region.
    world
        The platform and AWS.
    reason
        Why it happens although its database still stands alone; empty by default, which refuses that.

    Returns
    -------
    dict
        The failovers that are closed now.

    Raises
    ------
    RefusedError
        If it is not held, a failover is under way, its database still takes writes or is not there, or a region that
        knows does not answer.
    """
    records, dark = journal.gather(world)
    about = [record for record in records if record.origin == region and record.state in HELD]
    if not about and dark:
        raise RefusedError(f"whether {region} is held is unknown: {', '.join(dark)} does not answer", "wait for it")
    if not about:
        raise RefusedError(f"{region} is not held", "nothing to do")
    for record in about:
        _check(record, world, reason)
    # Before the record: whoever is killed here finds it again, and until then its keeper holds the region.
    traffic.put_held(world, region, held=False)
    for record in about:
        _close(record, world, reason)
    return {"closed": [record.id for record in about]}


def _close(record: Run, world: World, reason: str) -> None:
    """Close a record, which a keeper may have changed since it was read."""
    latest: Run | None = record
    while latest and latest.id == record.id and latest.state == DONE:
        closed = replace(latest, state=CLOSED, steps={**latest.steps, "release": {"reason": reason}})
        try:
            journal.save(world, closed)
        except MovedError:
            latest = journal.load(world, record.region, record.source)
        else:
            return


def _check(record: Run, world: World, reason: str) -> None:
    if record.state != DONE:
        raise RefusedError(f"{record.id} is {record.state}", "wait for its end")
    if reason:
        return
    try:
        source = world.source_of(world.instance(record.origin))
    except DarkError as dark:
        raise RefusedError(f"{record.origin} does not answer ({dark})", "wait for it") from None
    except ClientError as error:
        if code(error) not in NOT_THERE:
            raise
        raise RefusedError(f"there is no instance in {record.origin}", "make failback says what comes first") from None
    if source is None:
        raise RefusedError(
            f"the database in {record.origin} stands alone and is not a replica of the new writer",
            "make failback says what comes first; FORCE_REASON=… leads clients there all the same",
        )
