import io
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from tools.errors import ToolError
from tools.lock import Lock, find_lock, unlock
from tools.target import Target

INFO = json.dumps({"ID": "1111", "Who": "me@host", "Created": "2025-01-01T00:00:00Z"})
LOCK = Lock(lock_id="1111", stack="platform", who="me@host", since="2025-01-01T00:00:00Z")


class Backend:
    """A bucket and a table that hold locks, or do not; and the Terraform that removes them."""

    def __init__(self, *, file: bool = False, item: bool = False, goes: bool = True, complains: bool = False) -> None:
        self.file = file
        self.item = item
        self.goes = goes
        self.complains = complains
        self.location = SimpleNamespace(
            region="eu-west-1",
            kept_in="eu-west-1",
            is_elsewhere=False,
            lock_table="locks",
            key=lambda stack: f"{stack}/state",
        )
        self.bucket = "bucket"
        self.account_id = "123456789012"

    def clients(self, _service: str, _region: str) -> "Backend":
        return self

    def state(self, _stack: str) -> None:
        """There is none yet."""

    def get_object(self, *, Bucket: str, Key: str, ExpectedBucketOwner: str) -> dict[str, Any]:  # noqa: N803 - as boto3 has it
        assert ExpectedBucketOwner == self.account_id
        if self.file and (Bucket, Key) == ("bucket", "platform/state.tflock"):
            return {"Body": io.BytesIO(INFO.encode())}
        raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")

    def get_item(self, *, TableName: str, Key: dict[str, Any], ConsistentRead: bool) -> dict[str, Any]:  # noqa: N803
        assert (TableName, ConsistentRead) == ("locks", True)
        found = self.item and Key == {"LockID": {"S": "bucket/platform/state"}}
        return {"Item": {"Info": {"S": INFO}}} if found else {}

    def backend_arguments(self) -> list[str]:
        return []

    def workspace(self, _stack: str) -> SimpleNamespace:
        return SimpleNamespace(prepared=True)

    def terraform(self, _stack: str) -> SimpleNamespace:
        return SimpleNamespace(init=lambda _arguments: None, force_unlock=self.force_unlock)

    def force_unlock(self, lock_id: str) -> None:
        assert lock_id == "1111"
        if self.goes:
            self.file = self.item = False
        if self.complains:
            raise ToolError("failed to unlock")


def of(backend: Backend) -> Target:
    return cast("Target", backend)


@pytest.mark.parametrize("where", [{"file": True}, {"item": True}, {"file": True, "item": True}])
def test_finds_a_lock_in_the_bucket_or_in_the_table(where: dict[str, bool]) -> None:
    assert find_lock(of(Backend(**where)), "platform") == LOCK


def test_finds_none_where_nothing_is_locked() -> None:
    assert find_lock(of(Backend()), "platform") is None
    assert unlock(of(Backend())) == []


def test_removes_a_lock_and_tells_whose_it_was() -> None:
    assert unlock(of(Backend(file=True, item=True))) == [LOCK]


def test_half_a_lock_counts_as_removed_when_terraform_removes_it_and_complains() -> None:
    assert unlock(of(Backend(file=True, complains=True))) == [LOCK]


def test_a_lock_that_does_not_go_is_an_error() -> None:
    with pytest.raises(ToolError, match="failed to unlock"):
        unlock(of(Backend(file=True, goes=False, complains=True)))
