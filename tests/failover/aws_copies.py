# ruff: noqa: ARG002 - every operation is called in the same way
"""What the regions in memory do with copies of data: snapshots of databases, and jobs for objects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError


class Copies:
    """The operations; `FakeAws` has the regions."""

    regions: dict[str, dict[str, Any]]
    now: float

    def _describe_db_snapshots(self, here: dict[str, Any], region: str, **arguments: Any) -> dict[str, Any]:
        name = arguments.get("DBSnapshotIdentifier")
        if name is None:
            return {"DBSnapshots": list(here["snapshots"].values())}
        if name not in here["snapshots"]:
            raise error("DBSnapshotNotFound")
        return {"DBSnapshots": [becoming(here["snapshots"][name], "Status")]}

    def _create_db_snapshot(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        self._snapshot(here, arguments["DBSnapshotIdentifier"], of=region)

    def _copy_db_snapshot(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        source = self.regions[arguments["SourceRegion"]]["snapshots"]
        found = source[arguments["SourceDBSnapshotIdentifier"].rpartition(":")[2]]
        assert found["Status"] == "available"
        self._snapshot(here, arguments["TargetDBSnapshotIdentifier"], of=found["of"])

    def _snapshot(self, here: dict[str, Any], name: str, *, of: str) -> None:
        if name in here["snapshots"]:
            raise error("DBSnapshotAlreadyExists")
        taken = datetime.fromtimestamp(self.now, UTC)
        found = {"DBSnapshotIdentifier": name, "Status": "creating", "SnapshotCreateTime": taken, "of": of}
        here["snapshots"][name] = found

    def _restore_db_instance_from_db_snapshot(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        name = arguments["DBInstanceIdentifier"]
        snapshot = here["snapshots"][arguments["DBSnapshotIdentifier"]]
        if name in here["restored"]:
            raise error("DBInstanceAlreadyExists")
        assert snapshot["Status"] == "available"
        made = {"DBInstanceStatus": "creating", "Endpoint": {"Address": f"{name}.rds"}, "of": snapshot["of"]}
        here["restored"][name] = made | {"asked": arguments}

    def _list_jobs(self, here: dict[str, Any], region: str, **_: Any) -> dict[str, Any]:
        return {"Jobs": list(here["jobs"])}

    def _create_job(self, here: dict[str, Any], region: str, **arguments: Any) -> dict[str, Any]:
        token = arguments["ClientRequestToken"]
        begun = next((job for job in here["jobs"] if job["asked"]["ClientRequestToken"] == token), None)
        if begun is None:
            begun = {"JobId": f"job-{region}-{len(here['jobs'])}", "Status": "Active", "asked": arguments}
            begun["Description"] = arguments["Description"]
            here["jobs"].append(begun)
        return dict(begun)


def becoming(thing: dict[str, Any], status: str) -> dict[str, Any]:
    """What is being made, which is available when it is looked at again."""
    said = dict(thing)
    thing[status] = "available"
    return said


def error(code: str, status: int = 400) -> ClientError:
    said = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(said, "Operation")
