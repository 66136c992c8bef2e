"""The state lock: who holds it, and how a left-over one goes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from tools.errors import ToolError
from tools.paths import STACKS
from tools.target import Target


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A lock that some run of Terraform holds, or has left behind.

    Parameters
    ----------
    lock_id : str
        What `terraform force-unlock` wants.
    stack : str
        The stack whose state is locked.
    who : str
        User and host.
    since : str
        When it was taken.
    """

    lock_id: str
    stack: str
    who: str
    since: str

    @classmethod
    def of(cls, *, stack: str, info: dict[str, Any]) -> Self:
        """Read what Terraform writes into its locks."""
        return cls(
            lock_id=str(info["ID"]),
            stack=stack,
            who=str(info.get("Who", "unknown")),
            since=str(info.get("Created", "unknown")),
        )


def find_lock(target: Target, stack: str) -> Lock | None:
    """Find the lock of a stack's state: the file in the bucket, or the item in the table."""
    for read in (_from_bucket, _from_table):
        if text := read(target, stack):
            return Lock.of(stack=stack, info=json.loads(text))
    return None


def unlock(target: Target, *, arguments: Sequence[str] | None = None) -> list[Lock]:
    """Remove the locks of all stacks, and return those there were.

    Parameters
    ----------
    target : Target
        Where.
    arguments : sequence of str, optional
        What `init` is told of the place of the state. By default what the target says.

    Raises
    ------
    ToolError
        When one does not go.
    """
    removed = []
    for stack in STACKS:
        lock = find_lock(target, stack)
        if lock is None:
            continue
        workspace, terraform = target.workspace(stack), target.terraform(stack)
        if not workspace.prepared:
            workspace.prepare()
        # Before Terraform fetches what the state names.
        target.state(stack)
        terraform.init(target.backend_arguments() if arguments is None else arguments)
        try:
            terraform.force_unlock(lock.lock_id)
        except ToolError:
            # A run that was killed between its two locks leaves one; Terraform removes it and still says it failed.
            if find_lock(target, stack) is not None:
                raise
        removed.append(lock)
    return removed


def _from_bucket(target: Target, stack: str) -> str | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    client = target.clients("s3", target.location.kept_in)
    try:
        answer = client.get_object(
            Bucket=target.bucket, Key=f"{target.location.key(stack)}.tflock", ExpectedBucketOwner=target.account_id
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchBucket", "404"}:
            return None
        raise
    return str(answer["Body"].read().decode("utf-8"))


def _from_table(target: Target, stack: str) -> str | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    if target.location.is_elsewhere:
        return None
    client = target.clients("dynamodb", target.location.region)
    key = {"LockID": {"S": f"{target.bucket}/{target.location.key(stack)}"}}
    try:
        answer = client.get_item(TableName=target.location.lock_table, Key=key, ConsistentRead=True)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    text = answer.get("Item", {}).get("Info", {}).get("S")
    return str(text) if text else None
