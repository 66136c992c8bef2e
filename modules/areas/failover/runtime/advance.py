"""The failover: each call does the next step. The journal has all state, so any driver may go on at any time."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import journal, traffic
from .afterwards import announce, scale
from .clients import DarkError
from .credentials import rotation, secret, spread
from .journal import CLOSED, DONE, REFUSED, RUNNING, MovedError, Run, TakenError
from .look import look
from .promotion import drain, promote, settle
from .request import Request
from .statement import statement
from .traffic import fence, hold
from .world import NotYetError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .world import World

#: The steps after ``look`` and the claim, in their order. Each looks first, does what is left to do, and may be
#: repeated at any time.
STEPS = (hold, fence, drain, promote, settle, secret, spread, rotation, scale, announce)
#: Seconds after which a failover that waits says so in the journal. The keeper starts those that have been silent.
HEARTBEAT = 60
#: Seconds until a service that does not answer is asked again.
PAUSE = 15
Answer = dict[str, Any]


def advance(event: Mapping[str, Any], world: World) -> Answer:
    """Do the next step of a failover.

    Parameters
    ----------
    event
        A ``request.Request`` as a mapping.
    world
        The platform and AWS.

    Returns
    -------
    dict
        ``next`` is ``advance``, ``wait`` (with ``seconds``) or ``end`` (with ``state``). ``did`` and ``detail`` say
        what was done, ``why`` and ``advice`` what is in the way, ``statement`` how things stand at the end.
    """
    try:
        return _advance(Request.parse(event, world), world)
    except RefusedError as refused:
        return _refused(refused)
    except DarkError as dark:
        # The journal's region. A driver tries again.
        return {"next": "wait", "seconds": PAUSE, "why": str(dark)}


def find(request: Request, world: World) -> tuple[Run | None, str]:
    """The record of the writer that is to be succeeded, and the region whose table it is or will be in.

    Raises
    ------
    RefusedError
        If the region of the journal is dark, unless that is forced: then the record is in the target region.
    """
    source, keeper = world.instance_arn(request.origin), world.platform.places[request.origin].keeper
    if keeper != request.target:
        # If it is dark, a failover that is under way says what it waits for, and none begins.
        with suppress(DarkError):
            local = journal.load(world, request.target, source)
            if local and local.state in journal.HELD:
                return local, request.target
    try:
        return journal.load(world, keeper, source), keeper
    except DarkError as dark:
        if keeper != request.target and request.force_reason:
            return journal.load(world, request.target, source), request.target
        raise RefusedError(
            f"the journal of {request.origin} is in {keeper}, which does not answer ({dark})",
            "wait for it, or FORCE_REASON=… keeps the journal in the region that takes over; be sure nobody else does",
        ) from None


def _advance(request: Request, world: World) -> Answer:
    run, region = find(request, world)
    if request.dry_run or run is None or run.state in (CLOSED, REFUSED):
        return _begin(request, world, run, region)
    if run.target != request.target:
        raise RefusedError(
            f"{run.id} moves the writer from {run.origin} to {run.target}: {run.state}", "follow that one"
        )
    for step in STEPS:
        if step.__name__ not in run.steps:
            return _do(step, run, world)
    return {"next": "end", "state": run.state, "why": "nothing is left to do", "statement": _said(run, world)}


def _begin(request: Request, world: World, old: Run | None, region: str) -> Answer:
    now = world.now()
    run = Run(
        id=request.id,
        source=world.instance_arn(request.origin),
        origin=request.origin,
        target=request.target,
        region=region,
        planned=request.planned,
        force_reason=request.force_reason,
        by=request.by,
        began=now,
        moved=now,
    )
    if request.dry_run and old is not None and old.state in journal.HELD:
        return {"next": "end", "state": "dry run", "found": old.steps.get("look", {}), "statement": _said(old, world)}
    if old is not None and not request.dry_run:
        if old.state == REFUSED and "undo" not in old.steps:
            # A region that is dark opens itself when it returns, and another failover fences it again.
            with suppress(DarkError):
                undo(old, world)
        if old.id == request.id:
            # A driver that slept must not begin again what is over.
            raise RefusedError(old.waits or f"{old.id} is {old.state}", "start another")
    try:
        found = look(run, world)
    except DarkError as dark:
        # A driver that waited for it would begin hours later, when perhaps nobody wants it any more.
        raise RefusedError(f"{dark}, so nobody knows what would be lost", "again when it answers") from None
    if request.dry_run:
        return {"next": "end", "state": "dry run", "found": found, "would": [step.__name__ for step in STEPS]}
    try:
        journal.claim(world, run.did("look", found))
    except TakenError:
        return {"next": "advance", "why": "somebody else was quicker"}
    return {"next": "advance", "did": "look", "detail": found}


def _do(step: Any, run: Run, world: World) -> Answer:  # noqa: ANN401 - one of STEPS
    name = step.__name__
    try:
        detail = step(run, world)
    except (NotYetError, DarkError) as wait:
        _beat(run, world, f"{name}: {wait}")
        seconds = wait.seconds if isinstance(wait, NotYetError) else PAUSE
        return {"next": "wait", "seconds": seconds, "at": name, "why": str(wait)}
    except RefusedError as refused:
        return _give_up(run, world, refused)
    after = run.did(name, detail)
    if step is STEPS[-1]:
        after = replace(after, state=DONE, ended=world.now())
    try:
        journal.save(world, after)
    except MovedError:
        latest = journal.load(world, run.region, run.source)
        if latest and latest.state == REFUSED:
            # The other one has given up, and this one may have fenced since.
            undo(latest, world)
        return {"next": "wait", "seconds": 1, "why": "another driver has gone on"}
    answer = {"next": "advance", "did": name, "detail": detail, "state": after.state}
    return answer if after.state == RUNNING else {**answer, "next": "end", "statement": _said(after, world)}


def _beat(run: Run, world: World, waits: str) -> None:
    if world.now() - run.moved >= HEARTBEAT:
        with suppress(MovedError):
            journal.save(world, replace(run, waits=waits))


def _give_up(run: Run, world: World, refused: RefusedError) -> Answer:
    """Give up before the promotion. Recorded first, so that no other driver promotes while the fence is taken away."""
    try:
        given_up = journal.save(world, replace(run, state=REFUSED, ended=world.now(), waits=str(refused)))
    except MovedError:
        return {"next": "wait", "seconds": 1, "why": "another driver has gone on"}
    # What cannot be taken away now, its keeper takes away.
    with suppress(DarkError):
        undo(given_up, world)
    return _refused(refused)


def undo(run: Run, world: World) -> None:
    """Take hold and fence away, after a failover was given up: the old writer goes on."""
    traffic.open_region(world, run.origin)
    traffic.put_held(world, run.origin, held=False)
    with suppress(MovedError):
        journal.save(world, run.did("undo", {"opened": run.origin}))


def _refused(refused: RefusedError) -> Answer:
    return {"next": "end", "state": REFUSED, "why": str(refused), "advice": refused.advice}


def _said(run: Run, world: World) -> list[str]:
    return statement(run, world.platform)
