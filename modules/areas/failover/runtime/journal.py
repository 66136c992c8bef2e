"""The journal: one record of each failover, in the region that keeps it.

A plain table and not a global one: DynamoDB checks the conditions of a global table against the item of the local
region, so two regions could both win (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from .clients import DarkError, code
from .names import KEY

if TYPE_CHECKING:
    from .world import World

#: States of a record. ``running`` until the last step; ``done`` until a person lets the region back; ``closed`` then.
#: ``refused`` is a planned one that was given up before the promotion; its step ``undo`` says that it left nothing.
RUNNING, DONE, CLOSED, REFUSED = "running", "done", "closed", "refused"
#: States in which the region that was left is held out of DNS.
HELD = (RUNNING, DONE)
#: Prefix of the records' keys; the rest is the ARN of the writer that is succeeded.
WRITER = "writer:"


class TakenError(Exception):
    """Another failover has the record."""


class MovedError(Exception):
    """Somebody else has gone on meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One failover, as the journal records it.

    Parameters
    ----------
    id
        Tells it from others.
    source
        ARN of the writer that is succeeded.
    origin, target
        The regions of that writer, and of its successor.
    region
        The region whose table has the record.
    planned
        Whether the old writer is to be drained first.
    force_reason
        Why the gate was passed; empty if it was not.
    by
        Who started it.
    state
        See ``RUNNING``.
    began, moved, ended
        Times, in seconds since 1970.
    waits
        What it waits for; empty if nothing.
    steps
        What each step that is done has found or changed.
    version
        Grows with each change of the record; 0 before the first.
    """

    id: str
    source: str
    origin: str
    target: str
    region: str
    planned: bool = False
    force_reason: str = ""
    by: str = ""
    state: str = RUNNING
    began: float = 0
    moved: float = 0
    ended: float = 0
    waits: str = ""
    steps: dict[str, Any] = field(default_factory=dict)
    version: int = 0

    def did(self, step: str, detail: dict[str, Any]) -> Run:
        """The same with a step done."""
        return replace(self, steps={**self.steps, step: detail}, waits="")


def claim(world: World, run: Run) -> Run:
    """Write the first version of a record.

    Raises
    ------
    TakenError
        If another one has it, and is neither closed nor refused.
    """
    try:
        return _put(
            world,
            run,
            condition="attribute_not_exists(#key) OR #state IN (:closed, :refused)",
            names={"#key": KEY, "#state": "state"},
            values={":closed": {"S": CLOSED}, ":refused": {"S": REFUSED}},
        )
    except ClientError as error:
        if code(error) == "ConditionalCheckFailedException":
            raise TakenError from None
        raise


def save(world: World, run: Run) -> Run:
    """Write the next version of a record.

    Raises
    ------
    MovedError
        If the last version is not the one that was read.
    """
    try:
        return _put(
            world,
            replace(run, moved=world.now()),
            # A driver that slept since an earlier failover of the same writer must not write into this one.
            condition="#version = :seen AND #run = :run",
            names={"#version": "version", "#run": "run"},
            values={":seen": {"N": str(run.version)}, ":run": {"S": run.id}},
        )
    except ClientError as error:
        if code(error) == "ConditionalCheckFailedException":
            raise MovedError from None
        raise


def load(world: World, region: str, source: str) -> Run | None:
    """The record about a writer in the table of a region; ``None`` if there is none."""
    table = world.platform.places[region].table
    key = {KEY: {"S": WRITER + source}}
    answer = world.aws.ask("dynamodb", region, "get_item", TableName=table, Key=key, ConsistentRead=True)
    return _run(answer["Item"]) if answer.get("Item") else None


def records(world: World, region: str) -> list[Run]:
    """All records in the table of a region, which has a few at the most."""
    answer = world.aws.ask(
        "dynamodb", region, "scan", TableName=world.platform.places[region].table, ConsistentRead=True
    )
    return [_run(item) for item in answer.get("Items", []) if item[KEY]["S"].startswith(WRITER)]


def gather(world: World) -> tuple[list[Run], list[str]]:
    """The records of all regions, and the regions that are dark.

    A record is usually where its keeper is, and elsewhere if that was dark when the failover began.
    """
    found: list[Run] = []
    dark: list[str] = []
    for region in sorted(world.platform.places):
        try:
            found += records(world, region)
        except DarkError:
            dark.append(region)
        except ClientError as error:
            # A region that is being built has no table yet.
            if code(error) != "ResourceNotFoundException":
                raise
    return found, dark


def put_document(world: World, region: str, name: str, body: dict[str, Any]) -> None:
    """Write something that only one keeper writes, such as its readings."""
    item = {KEY: {"S": name}, "body": {"S": json.dumps(body)}}
    world.aws.ask("dynamodb", region, "put_item", TableName=world.platform.places[region].table, Item=item)


def document(world: World, region: str, name: str) -> dict[str, Any]:
    """Read it; empty if there is none."""
    table = world.platform.places[region].table
    answer = world.aws.ask("dynamodb", region, "get_item", TableName=table, Key={KEY: {"S": name}}, ConsistentRead=True)
    found: dict[str, Any] = json.loads(answer["Item"]["body"]["S"]) if answer.get("Item") else {}
    return found


def _put(world: World, run: Run, *, condition: str, names: dict[str, str], values: dict[str, dict[str, str]]) -> Run:
    written = replace(run, version=run.version + 1)
    world.aws.ask(
        "dynamodb",
        run.region,
        "put_item",
        TableName=world.platform.places[run.region].table,
        Item={
            KEY: {"S": WRITER + written.source},
            "run": {"S": written.id},
            "version": {"N": str(written.version)},
            "state": {"S": written.state},
            "body": {"S": json.dumps(asdict(written))},
        },
        ConditionExpression=condition,
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )
    return written


def _run(item: dict[str, Any]) -> Run:
    return Run(**json.loads(item["body"]["S"]))
