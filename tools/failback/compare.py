"""What the old writer has that was never replicated, beside the new writer: for a person to count and to delete.

A snapshot of the old writer is copied to the region of the new one and restored there, in the same subnets, with the
same security groups, parameters and key. It is not restored beside the old writer, whose network ACL is fenced.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RestoreFromSnapshot.html
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from modules.areas.failover.runtime.clients import DarkError, code
from modules.areas.failover.runtime.journal import Run
from modules.areas.failover.runtime.look import NOT_THERE
from modules.areas.failover.runtime.statement import moment
from modules.areas.failover.runtime.world import World
from tools.errors import ToolError

PAUSE = 15.0
AVAILABLE = "available"
NO_SNAPSHOT = {"DBSnapshotNotFound", "DBSnapshotNotFoundFault"}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Restores the old writer's last data. Killed at any time and repeated, it goes on.

    Parameters
    ----------
    world : World
        The platform and AWS.
    record : Run
        The record of the failover.
    tell : callable
        Where to say what is done.
    sleep : callable
        Waits some seconds.
    """

    world: World
    record: Run
    tell: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep

    @property
    def snapshot(self) -> str:
        """The name of the snapshot, and of its copy; another failover has another one."""
        began = datetime.fromtimestamp(self.record.began, UTC)
        return f"{self._old_name}-left-{began:%Y%m%d%H%M}"

    @property
    def instance(self) -> str:
        """The name of the restored instance."""
        return f"{self._place_name(self.record.target)}-compare"

    def make(self) -> None:
        """Take the snapshot, copy it, restore it, and say how to use it.

        Raises
        ------
        ToolError
            When nothing is left of the old writer, or RDS fails.
        DarkError
            When one of the two regions does not answer.
        """
        origin, target = self.record.origin, self.record.target
        if self._find_instance(target, self.instance) is None:
            if self._find_snapshot(target, self.snapshot) is None:
                self._copy(self._wait(origin, self._source()))
            self._wait(target, self.snapshot)
            self._restore()
        self._follow("instance", lambda: (self._find_instance(target, self.instance) or {}).get("DBInstanceStatus"))
        for line in self.lines():
            self.tell(line)

    def lines(self) -> list[str]:
        """Return how to reach the restored instance and how to delete it; empty if there is none."""
        target, found = self.record.target, self._find_instance(self.record.target, self.instance)
        if found is None or found["DBInstanceStatus"] != AVAILABLE:
            return []
        until = self.record.steps.get("look", {}).get("replayed_until")
        since = moment(until) if until else moment(self.record.began)
        copies = [region for region in (target, self.record.origin) if self._has_snapshot(region)]
        return [
            f"{self.instance} in {target} has what the old writer in {self.record.origin} had",
            f"  reach it   {found['Endpoint']['Address']}:5432, from where the new writer is reached",
            "  log in     as on the new writer; for a password that was rotated since: docs/runbooks/restore.md",
            f"  compare    what was written after {since}, which the new writer may lack;",
            "             tools/restore/rows.sql counts rows of both: docs/restore-drill.md#rows-of-the-database",
            f"  delete it  aws rds delete-db-instance --region {target} --skip-final-snapshot",
            f"             --db-instance-identifier {self.instance}",
            *(
                f"             aws rds delete-db-snapshot --region {region} --db-snapshot-identifier {self.snapshot}"
                for region in copies
            ),
        ]

    def _has_snapshot(self, region: str) -> bool:
        try:
            return self._find_snapshot(region, self.snapshot) is not None
        except DarkError:
            return False

    def _source(self) -> str:
        """Return the snapshot to copy: one that is taken now while the old writer stands, else its final one."""
        origin = self.record.origin
        if self._find_snapshot(origin, self.snapshot):
            return self.snapshot
        old = self._find_instance(origin, self._old_name)
        if old is not None and self.world.source_of(old) is None:
            self._ask(
                origin,
                "create_db_snapshot",
                DBSnapshotIdentifier=self.snapshot,
                DBInstanceIdentifier=self._old_name,
                Tags=_tags(old),
            )
            self.tell(f"snapshot {self.snapshot} of the old writer in {origin} is begun")
            return self.snapshot
        # It was rebuilt: what it had is in its final snapshot.
        manual = self._ask(origin, "describe_db_snapshots", DBInstanceIdentifier=self._old_name, SnapshotType="manual")
        later = [
            one
            for one in manual["DBSnapshots"]
            if one.get("SnapshotCreateTime") and one["SnapshotCreateTime"].timestamp() >= self.record.began
        ]
        if not later:
            raise ToolError(
                f"nothing is left of the old writer in {origin}: no instance, and no snapshot since {self.record.id}",
                advice="look for its automated backups: aws rds describe-db-instance-automated-backups",
            )
        # The first one after the failover: later ones are of what was rebuilt.
        return str(min(later, key=lambda one: one["SnapshotCreateTime"])["DBSnapshotIdentifier"])

    def _copy(self, name: str) -> None:
        origin, target = self.record.origin, self.record.target
        self._ask(
            target,
            "copy_db_snapshot",
            SourceDBSnapshotIdentifier=self.world.arn("rds", origin, f"snapshot:{name}"),
            TargetDBSnapshotIdentifier=self.snapshot,
            KmsKeyId=self._beside()["KmsKeyId"],
            CopyTags=True,
            SourceRegion=origin,
        )
        self.tell(f"it is copied to {target}, encrypted with the key of the new writer")

    def _restore(self) -> None:
        beside, target = self._beside(), self.record.target
        self._ask(
            target,
            "restore_db_instance_from_db_snapshot",
            DBInstanceIdentifier=self.instance,
            DBSnapshotIdentifier=self.snapshot,
            DBInstanceClass=beside["DBInstanceClass"],
            DBSubnetGroupName=beside["DBSubnetGroup"]["DBSubnetGroupName"],
            VpcSecurityGroupIds=[one["VpcSecurityGroupId"] for one in beside["VpcSecurityGroups"]],
            DBParameterGroupName=beside["DBParameterGroups"][0]["DBParameterGroupName"],
            EnableIAMDatabaseAuthentication=bool(beside.get("IAMDatabaseAuthenticationEnabled")),
            PubliclyAccessible=False,
            MultiAZ=False,
            CopyTagsToSnapshot=True,
            Tags=_tags(beside),
        )
        self.tell(f"{self.instance} is restored in {target}")

    def _beside(self) -> dict[str, Any]:
        """Return the new writer, whose network, key and parameters the restored instance gets."""
        found = self._find_instance(self.record.target, self._place_name(self.record.target))
        if found is None:
            raise ToolError(f"there is no instance in {self.record.target}", advice="make region-status")
        return found

    def _wait(self, region: str, name: str) -> str:
        self._follow(f"snapshot in {region}", lambda: (self._find_snapshot(region, name) or {}).get("Status"))
        return name

    def _follow(self, what: str, status: Callable[[], str | None]) -> None:
        told = ""
        while True:
            found = status() or "missing"
            if found == AVAILABLE:
                return
            if found in {"failed", "missing"} or found.startswith(("incompatible", "inaccessible")):
                raise ToolError(f"{what} is {found}", advice="delete it and run the same command again")
            if found != told:
                self.tell(f"  {what} is {found}; if this ends, the same command goes on")
                told = found
            self.sleep(PAUSE)

    @property
    def _old_name(self) -> str:
        return self._place_name(self.record.origin)

    def _place_name(self, region: str) -> str:
        return self.world.platform.places[region].instance

    def _find_instance(self, region: str, name: str) -> dict[str, Any] | None:
        try:
            found = self._ask(region, "describe_db_instances", DBInstanceIdentifier=name)["DBInstances"]
        except ClientError as error:
            if code(error) in NOT_THERE:
                return None
            raise
        return dict(found[0])

    def _find_snapshot(self, region: str, name: str) -> dict[str, Any] | None:
        try:
            found = self._ask(region, "describe_db_snapshots", DBSnapshotIdentifier=name)["DBSnapshots"]
        except ClientError as error:
            if code(error) in NO_SNAPSHOT:
                return None
            raise
        return dict(found[0]) if found else None

    def _ask(self, region: str, operation: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - of boto3
        return self.world.aws.ask("rds", region, operation, **arguments)


def _tags(instance: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the tags of an instance that may be given to another: AWS gives those of its own itself."""
    return [tag for tag in instance.get("TagList", []) if not tag["Key"].startswith("aws:")]
