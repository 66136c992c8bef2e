"""The table of sessions: restored to the latest moment into another table, and items compared.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from modules.areas.sessions.names import EXPIRES_AT, SESSION_ID
from tools.errors import ToolError
from tools.restore.part import Notes, Place, Restored

Item = Mapping[str, Any]
RESTORING, DELETING, REACHING = 90, 90, 20
"""Minutes that DynamoDB is given: to restore, to delete, which waits for a restore that was interrupted, and until it
can restore what was just written."""

#: Items of our own, and how many of the others are compared at the most.
OWN, MOST = 3, 1000
_KEPT_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """Point-in-time recovery of the table."""

    place: Place
    name: str = "sessions"

    @property
    def region(self) -> str:
        """The home region, in which the table is."""
        return self.place.settings.home

    @property
    def dynamodb(self) -> Any:  # noqa: ANN401 - a client of boto3
        """A client in that region."""
        return self.place.clients("dynamodb", self.region)

    def left(self) -> list[str]:
        """List tables that drills have restored, wherever home was, and that are not on their way out."""
        return sorted(name for region in self.place.settings.regions for name in self._left(region))

    def own(self) -> list[str]:
        """List what this run has restored."""
        return [name for name in self._left(self.region) if name == self.place.name("dynamodb", self.region)]

    def remove(self, name: str) -> None:
        """Delete a restored table, once DynamoDB lets it go."""
        for region in self.place.settings.regions:
            if name in self._left(region):
                dynamodb = self.place.clients("dynamodb", region)
                self.place.delete(
                    partial(dynamodb.delete_table, TableName=name),
                    name=name,
                    gone=("ResourceNotFoundException",),
                    busy=("ResourceInUseException",),
                    minutes=DELETING,
                )

    def restore(self) -> Restored:
        """Write sessions of our own, restore what the table was with them, and compare.

        Raises
        ------
        ToolError
            When the table has no point-in-time recovery, or it is not restored in time.
        """
        source = self.place.named(self.region).of("dynamodb", "sessions")
        name, ours = self.place.name("dynamodb", self.region), self._ours()
        try:
            for item in ours:
                self.dynamodb.put_item(TableName=source, Item=item)
            known = [*self._some(source, besides=ours)]
            self._reached(source)
            started = self.place.clock()
            self.dynamodb.restore_table_to_point_in_time(
                SourceTableName=source, TargetTableName=name, UseLatestRestorableTime=True
            )
            self.place.until(
                lambda: self._status(name, self.region) == "ACTIVE", what=f"{name} active", minutes=RESTORING
            )
            seconds = self.place.clock() - started
            notes = Notes()
            self._compare_tables(source, name, notes)
            left_out = self._compare_items(source, name, ours, known, notes)
        finally:
            for item in ours:
                self.dynamodb.delete_item(TableName=source, Key={SESSION_ID: item[SESSION_ID]})
        return Restored(
            source=source,
            restored_as=name,
            reaches="after the sessions that the drill has written",
            seconds=seconds,
            compared=tuple(notes.same),
            differences=tuple(notes.differ),
            left_out=(
                *left_out,
                "time to live, tags, stream and point-in-time recovery: DynamoDB restores none",
            ),
        )

    def _left(self, region: str) -> list[str]:
        pattern = self.place.pattern("dynamodb", region)
        pages = self.place.clients("dynamodb", region).get_paginator("list_tables").paginate()
        names = [name for page in pages for name in page["TableNames"] if pattern.fullmatch(name)]
        return [name for name in names if self._status(name, region) not in {"", "DELETING"}]

    def _ours(self) -> list[Item]:
        # Gone by themselves an hour later, if nothing else takes them away.
        expires = {"N": str(int(time.time()) + _KEPT_SECONDS)}
        return [
            {
                SESSION_ID: {"S": f"restore-drill-{self.place.mark}-{number}"},
                EXPIRES_AT: expires,
                "data": {"B": bytes([number]) * 1024},
            }
            for number in range(OWN)
        ]

    def _reached(self, table: str) -> None:
        """Wait until the latest moment to restore is after now: it is about five minutes behind."""
        now = datetime.now(tz=UTC)

        def reached() -> bool:
            found = self.dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
            points = found["PointInTimeRecoveryDescription"]
            if points["PointInTimeRecoveryStatus"] != "ENABLED":
                raise ToolError(f"{table} has no point-in-time recovery", advice="`make drift` says who turned it off")
            return bool(points["LatestRestorableDateTime"] >= now)

        self.place.until(reached, what=f"a moment of {table} to restore", minutes=REACHING)

    def _compare_tables(self, source: str, name: str, notes: Notes) -> None:
        before, after = (self.dynamodb.describe_table(TableName=each)["Table"] for each in (source, name))
        notes.equal("keys", before["KeySchema"], after["KeySchema"])
        notes.equal("billing", _billing(before), _billing(after))
        notes.equal("encryption, with the same key", _key(before), _key(after))

    def _compare_items(self, source: str, name: str, ours: list[Item], known: list[Item], notes: Notes) -> list[str]:
        differing = [item[SESSION_ID]["S"] for item in ours if self._get(name, item[SESSION_ID]) != item]
        notes.differ += [f"session {each}: it is not as it was written" for each in differing]
        if not differing:
            notes.same.append(f"{len(ours)} sessions that were written before, byte for byte")
        same = changed = 0
        for item in known:
            if self._get(name, item[SESSION_ID]) == item:
                same += 1
            elif self._get(source, item[SESSION_ID]) != item:
                # Clients go on while the table is restored.
                changed += 1
        if lost := len(known) - same - changed:
            notes.differ.append(
                f"{lost} of {len(known)} other sessions: they are as before in the source, and not restored"
            )
        notes.same.append(f"{same} of {len(known)} other sessions")
        return [f"{changed} sessions have changed since, or are gone"] if changed else []

    def _some(self, table: str, *, besides: list[Item]) -> Iterator[Item]:
        """Yield the first items of a table."""
        own, count = {item[SESSION_ID]["S"] for item in besides}, 0
        for page in self.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            for item in page["Items"]:
                if count == MOST:
                    return
                if item[SESSION_ID]["S"] not in own:
                    count += 1
                    yield item

    def _get(self, table: str, session: Mapping[str, str]) -> Item | None:
        found: Item | None = self.dynamodb.get_item(
            TableName=table, Key={SESSION_ID: session}, ConsistentRead=True
        ).get("Item")
        return found

    def _is_active(self, table: str) -> bool:
        return self._status(table, self.region) == "ACTIVE"

    def _status(self, table: str, region: str) -> str:
        try:
            return str(self.place.clients("dynamodb", region).describe_table(TableName=table)["Table"]["TableStatus"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return ""
            raise


def _billing(table: Mapping[str, Any]) -> str:
    return str(table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"))


def _key(table: Mapping[str, Any]) -> object:
    return table.get("SSEDescription", {}).get("KMSMasterKeyArn")
