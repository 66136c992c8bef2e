"""Letting a region back that was left: the last act of a failover, and always a person's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import journal, traffic
from .clients import DarkError
from .journal import CLOSED, DONE, HELD
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
        If it is not held, a failover is under way, its database still takes writes, or it does not answer.
    """
    records, _ = journal.gather(world)
    about = [record for record in records if record.origin == region and record.state in HELD]
    if not about:
        raise RefusedError(f"{region} is not held", "nothing to do")
    for record in about:
        _check(record, world, reason)
    # Before the record: whoever is killed here finds it again, and until then its keeper holds the region.
    traffic.put_held(world, region, held=False)
    closed = []
    for record in about:
        journal.save(world, replace(record, state=CLOSED, steps={**record.steps, "release": {"reason": reason}}))
        closed.append(record.id)
    return {"closed": closed}


def _check(record: Run, world: World, reason: str) -> None:
    if record.state != DONE:
        raise RefusedError(f"{record.id} is {record.state}", "wait for its end")
    if reason:
        return
    try:
        source = world.source_of(world.instance(record.origin))
    except DarkError as dark:
        raise RefusedError(f"{record.origin} does not answer ({dark})", "wait for it") from None
    if source is None:
        raise RefusedError(
            f"the database in {record.origin} stands alone and is not a replica of the new writer",
            "make failback says what comes first; FORCE_REASON=… leads clients there all the same",
        )
