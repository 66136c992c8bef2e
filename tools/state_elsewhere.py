"""`make state-elsewhere` and `make state-home`: work with the replica of the state while the home region is dark."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tools.console import Reporter
from tools.errors import ToolError
from tools.lock import Lock, find_lock, unlock
from tools.paths import STACKS
from tools.state_place import (
    PAGE,
    Note,
    age,
    at,
    backend_arguments,
    now,
    push,
    read_note,
    remove_note,
    require_way_back,
    serials,
    write_note,
)
from tools.target import Target

Approve = Callable[[str, Sequence[str]], None]
State = Mapping[str, Any]


def go_elsewhere(target: Target, *, reporter: Reporter, approve: Approve) -> None:
    """Have the state of the replica be the one that counts.

    It may be run again. Nothing is written in the home region.

    Parameters
    ----------
    target : Target
        The account, or the emulator, with what is dark of it.
    reporter : Reporter
        Where to tell what happens.
    approve : callable
        Asks whether to do something, with what to know before.

    Raises
    ------
    ToolError
        When there is no replica, it does not answer, it is older than the state at home, somebody works with the state
        at home, or the home region was taken out of it.
    """
    location = target.location
    replica = location.replica_region
    if replica is None:
        raise ToolError("the state has no replica", advice="one region has none; `state.replica_region` names one")
    if replica in target.dark:
        raise ToolError(f"{replica}, with the replica of the state, does not answer", advice="wait for it")
    there = at(target, replica)
    write = f"state: {{kept_in: {replica}}}"
    adopt(there, home=at(target, None), write=write, reporter=reporter, approve=approve)
    if not location.is_elsewhere:
        reporter.say(
            f"now write `{write}` into the settings, and give them to everybody; until then nothing is planned"
        )
    reporter.say(f"once {location.region} answers: `make state-home`")


def adopt(there: Target, *, home: Target, write: str, reporter: Reporter, approve: Approve) -> None:
    """See to it that the state of a replica is the newest and free, and note that it counts.

    Parameters
    ----------
    there, home : Target
        With the state in the replica, and at home.
    write : str
        What the settings have to say.
    reporter, approve
        As of `go_elsewhere`.
    """
    region, replica = home.location.kept_in, there.location.kept_in
    states = {stack: there.state(stack) for stack in STACKS}
    if not any(states.values()):
        raise ToolError(f"there is no state in {there.bucket}", advice="it has not been replicated, or never made")
    note = read_note(there)
    if note is not None and note.write != write:
        require_way_back(note)
    dark = region in there.dark
    for stack, state in states.items():
        if state is not None:
            reporter.say(f"{stack}: serial {state['serial']}, {age(there, stack)}")
        if not dark and note is None:
            _require_newest(stack, state, home.state(stack), region=region, replica=replica)
    reporter.say(
        f"replication may be 15 minutes behind: what was applied in {region} in between is in AWS and not in this "
        "state; `make recover` finds it once every region answers"
        if dark
        else f"{region} answers, and has nothing newer"
    )
    if note is None:
        if not dark:
            # A lock at home may be too new to have been copied, or be in the table, which is not.
            _require_nobody(home)
        _remove_copied_locks(there, approve)
        who = there.clients("sts", replica).get_caller_identity()["Arn"]
        note = Note(region=replica, home=region, since=now(), by=who, write=write, serials=serials(states))
        write_note(there, note)
    elif note.write != write:
        note = replace(note, write=write)
        write_note(there, note)
    reporter.say(str(note))


def go_home(target: Target, *, reporter: Reporter, approve: Approve) -> None:
    """Bring the state of the replica back to the home region, where it counts again. It may be run again.

    Parameters
    ----------
    target, reporter, approve
        As of `go_elsewhere`.

    Raises
    ------
    ToolError
        When the home region does not answer, somebody works with the state elsewhere, the state at home is newer or
        another one, or the home region was taken out of the state.
    """
    location = target.location
    home, there = at(target, None), at(target, location.replica_region)
    for region in (location.region, location.replica_region):
        if region in target.dark:
            raise ToolError(f"{region} does not answer", advice="the state can go home when both regions do")
    note = read_note(there) if location.replica_region else None
    if note is None:
        reporter.say(f"the state is kept in {location.region}: there is nothing to bring back")
        _say_settings(target, reporter)
        return
    if note.home != location.region:
        raise ToolError(
            f"{note}, and {note.home} was its home; the settings say {location.region}",
            advice=f"get the newest settings: they have `{note.write}`",
        )
    require_way_back(note)
    _require_nobody(there)
    states = {stack: there.state(stack) for stack in STACKS}
    before = {stack: home.state(stack) for stack in STACKS}
    for stack, state in states.items():
        _require_older(stack, before[stack], state, region=location.region, replica=note.region)
    if left := [lock for stack in STACKS if (lock := find_lock(home, stack))]:
        approve(f"remove the locks that were left in {location.region}", [f"  {_told(each)}" for each in left])
        unlock(home, arguments=backend_arguments(home))
    for stack, state in states.items():
        if state is not None and not _is_same(state, before[stack]):
            push(home, stack, state)
            reporter.say(f"{stack}: the state with serial {state['serial']} is in {location.region} now")
    remove_note(there)
    reporter.say(f"the state is kept in {location.region} again")
    _say_settings(target, reporter)


def _say_settings(target: Target, reporter: Reporter) -> None:
    if target.location.is_elsewhere:
        reporter.say("now take `state.kept_in` out of the settings, and give them to everybody")


def _remove_copied_locks(there: Target, approve: Approve) -> None:
    replica = there.location.kept_in
    locks = [lock for stack in STACKS if (lock := find_lock(there, stack))]
    if not locks:
        return
    approve(f"remove the locks that replication has copied to {replica}", [f"  {_told(each)}" for each in locks])
    for stack in STACKS:
        there.clients("s3", replica).delete_object(
            Bucket=there.bucket, Key=f"{there.location.key(stack)}.tflock", ExpectedBucketOwner=there.account_id
        )


def _require_nobody(target: Target) -> None:
    for lock in (find_lock(target, stack) for stack in STACKS):
        if lock is not None:
            raise ToolError(
                f"somebody works with the state in {target.location.kept_in}: {_told(lock)}",
                advice="wait for the end of that run, or `make recover`",
            )


def _require_newest(stack: str, here: State | None, home: State | None, *, region: str, replica: str) -> None:
    if home is not None and (here is None or here["serial"] < home["serial"]):
        raise ToolError(
            f"the state of {stack} has serial {here['serial'] if here else 'none'} in {replica}, and {home['serial']} "
            f"in {region}, which answers",
            advice=f"wait for replication, up to 15 minutes, if you want to leave {region}",
        )


def _require_older(stack: str, home: State | None, here: State | None, *, region: str, replica: str) -> None:
    if home is None or here is None or _is_same(home, here):
        return
    if home["lineage"] != here["lineage"] or home["serial"] >= here["serial"]:
        raise ToolError(
            f"the state of {stack} has serial {home['serial']} in {region}, and another one, {here['serial']}, in "
            f"{replica}: somebody has used both",
            advice="nothing was changed. Compare the two, and their versions, and delete the version that should not "
            f"have been written: {PAGE}",
        )


def _is_same(state: State, other: State | None) -> bool:
    # Terraform gives a state that it pushes the next serial.
    return other is not None and all(state.get(part) == other.get(part) for part in ("lineage", "resources", "outputs"))


def _told(lock: Lock) -> str:
    return f"{lock.stack}: {lock.who} since {lock.since}"
