"""Where the state is: in the home region or, while that is dark, in the bucket of its replica.

The settings say it (`state.kept_in`), so that everybody who has them goes to the same place. A note in the replica's
bucket says it too, and whoever finds the two at odds is refused: nobody with older settings goes to the other one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from modules.settings import Settings
from tools.errors import ToolError
from tools.paths import STACKS
from tools.target import Target

#: Beside the states, in the bucket of the replica.
NOTE = "kept-here.json"
PAGE = "docs/state.md#elsewhere"
_MISSING = {"NoSuchKey", "NoSuchBucket", "404"}


@dataclass(frozen=True, kw_only=True)
class Note:
    """That the state which counts is in this bucket.

    Parameters
    ----------
    region : str
        The bucket's region.
    home : str
        The home region that was left.
    since, by : str
        When that was, and the ARN of who did it.
    write : str
        What the settings have to say.
    serials : mapping
        By stack, the serial that the state had then: an older one is not it.
    for_good : bool
        Whether the home region was taken out of it since (`tools.region_lost`): it can never go back there. No by
        default.
    """

    region: str
    home: str
    since: str
    by: str
    write: str
    serials: Mapping[str, int]
    for_good: bool = False

    def __str__(self) -> str:
        return f"the state is kept in {self.region} since {self.since}, by {self.by}"


def kept_in(settings: Settings, region: str | None) -> Settings:
    """Return settings that keep the state in a region; in the home region if it is None."""
    return settings.model_copy(update={"state": settings.state.model_copy(update={"kept_in": region})})


def at(target: Target, region: str | None) -> Target:
    """Return a target with its state in a region; in the home region if it is None."""
    return replace(target, settings=kept_in(target.settings, region))


def require_place(target: Target) -> list[str]:
    """Refuse to use a state while another one counts; return what to tell about where it is.

    Raises
    ------
    ToolError
        When the settings and the note in the replica's bucket say different things, or the state there is older than
        the note: replication has put an old one over it.
    """
    location = target.location
    if location.replica_region is None or location.replica_region in target.dark:
        return []
    replica = at(target, location.replica_region)
    try:
        note = read_note(replica)
    except ToolError as error:
        # Who may not read it has been let in so far, and is not shut out by it.
        return [f"note: {error}"]
    if note is None:
        if not location.is_elsewhere:
            return []
        raise ToolError(
            f"the settings keep the state in {location.kept_in}, and nobody has seen to it that it is the newest there",
            advice="run `make state-elsewhere` first; if the state is back home, take `state.kept_in` out of the "
            f"settings: {PAGE}",
        )
    if not location.is_elsewhere:
        raise ToolError(
            f"{note}, and these settings use the one in {location.region}",
            advice=_newest(note)
            if note.for_good
            else f"get the newest settings: they have `{note.write}`; or, once {note.home} answers, `make "
            f"state-home`: {PAGE}",
        )
    for stack in STACKS:
        state = target.state(stack)
        if state is not None and state["serial"] < note.serials.get(stack, 0):
            raise ToolError(
                f"the state of {stack} in {location.kept_in} has serial {state['serial']}, and had "
                f"{note.serials[stack]} already: replication has put an older one over it",
                advice=f"bring the version before back: docs/state.md#alarms-on-the-state, {PAGE}",
            )
    return [f"note: {note}"]


def require_way_back(note: Note) -> None:
    """Refuse to use a state as that of the home region from which that region was taken out.

    Raises
    ------
    ToolError
        With what to do instead.
    """
    if note.for_good:
        raise ToolError(f"{note}, and {note.home} was taken out of it", advice=_newest(note))


def read_note(target: Target) -> Note | None:
    """Return the note in the bucket that a target keeps its state in; None if there is none.

    Raises
    ------
    ToolError
        When it cannot be read.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    try:
        answer = target.clients("s3", target.location.kept_in).get_object(
            Bucket=target.bucket, Key=NOTE, ExpectedBucketOwner=target.account_id
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            return None
        raise ToolError(
            f"s3://{target.bucket}/{NOTE} cannot be read, so nobody sees whether the state is kept there: {error}",
            advice=f"allow `s3:GetObject` on it, and `s3:ListBucket` on the bucket: {PAGE}",
        ) from error
    return Note(**json.loads(answer["Body"].read()))


def write_note(target: Target, note: Note) -> None:
    """Leave a note in the bucket that a target keeps its state in."""
    put(target, NOTE, json.dumps(vars(note), indent=2).encode())


def remove_note(target: Target) -> None:
    """Remove the note from the bucket that a target keeps its state in."""
    target.clients("s3", target.location.kept_in).delete_object(
        Bucket=target.bucket, Key=NOTE, ExpectedBucketOwner=target.account_id
    )


def put(target: Target, key: str, body: bytes) -> None:
    """Write an object beside a state, encrypted as that is: the bucket takes no other."""
    target.clients("s3", target.location.kept_in).put_object(
        Bucket=target.bucket,
        Key=key,
        Body=body,
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=target.location.key_alias,
        ExpectedBucketOwner=target.account_id,
    )


def _newest(note: Note) -> str:
    return (
        f"nothing was changed. Get the newest settings: they have `{note.write}`; once {note.home} answers, `make "
        f"region-lost REGION={note.home} BACK=1` takes it in again: docs/region-lost.md#back"
    )


def now() -> str:
    """Return the time, as a note has it."""
    return f"{datetime.now(tz=UTC):%Y-%m-%dT%H:%M:%SZ}"


def age(target: Target, stack: str) -> str:
    """Return in words how old the state of a stack is."""
    head = target.clients("s3", target.location.kept_in).head_object(
        Bucket=target.bucket, Key=target.location.key(stack), ExpectedBucketOwner=target.account_id
    )
    written = head["LastModified"]
    minutes = int((datetime.now(tz=UTC) - written).total_seconds() // 60)
    return f"written {minutes} minutes ago ({written:%Y-%m-%d %H:%M} UTC)"


def serials(states: Mapping[str, Mapping[str, Any] | None]) -> dict[str, int]:
    """Return the serials of states, by stack."""
    return {stack: int(state["serial"]) for stack, state in states.items() if state is not None}


def backend_arguments(target: Target) -> list[str]:
    """Return all that `init` is told of where a target keeps its state, whatever the output says."""
    location, settings = target.location, target.settings
    table = location.lock_table if settings.state.dynamodb_lock and not location.is_elsewhere else ""
    return [
        f"-backend-config={name}={value}"
        for name, value in {
            "bucket": target.bucket,
            "region": location.kept_in,
            "kms_key_id": location.key_alias,
            "dynamodb_table": "" if target.without_lock_table() else table,
        }.items()
    ]


def push(target: Target, stack: str, state: Mapping[str, Any]) -> None:
    """Have Terraform write a state to where a target keeps it, with its locks and its look at lineage and serial."""
    workspace, terraform = target.workspace(stack), target.terraform(stack)
    workspace.prepare()
    terraform.init(backend_arguments(target))
    file = workspace.directory / "pushed.tfstate.json"
    try:
        file.touch(mode=0o600)
        file.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
        terraform.push_state(file)
    finally:
        file.unlink(missing_ok=True)
