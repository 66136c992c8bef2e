"""The database: restored to the latest moment under another name, as closed and as encrypted as it is.

RDS gives what it restores the default security group, subnet group and parameter group unless it is told others:
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tools.errors import ToolError
from tools.restore.part import Notes, Place, Restored

Instance = Mapping[str, Any]
RESTORING, DELETING = 120, 60
"""Minutes that RDS is given."""

#: How states begin that RDS does not leave by itself:
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
HOPELESS = ("failed", "inaccessible-", "incompatible-", "insufficient-", "restore-error", "storage-full")
#: What has to be as in the source, in words and as RDS tells it.
SAME: Mapping[str, Callable[[Instance], Any]] = {
    "engine and version": lambda one: (one["Engine"], one["EngineVersion"]),
    "encryption, with the same key": lambda one: (one["StorageEncrypted"], one.get("KmsKeyId")),
    "not public": lambda one: one["PubliclyAccessible"],
    "subnet group": lambda one: one["DBSubnetGroup"]["DBSubnetGroupName"],
    "security groups": lambda one: sorted(group["VpcSecurityGroupId"] for group in one["VpcSecurityGroups"]),
    "parameter group": lambda one: sorted(group["DBParameterGroupName"] for group in one["DBParameterGroups"]),
    "certificate authority": lambda one: one.get("CACertificateIdentifier"),
    "login by IAM": lambda one: one.get("IAMDatabaseAuthenticationEnabled"),
    "master user and database": lambda one: (one.get("MasterUsername"), one.get("DBName")),
    "storage": lambda one: (one["AllocatedStorage"], one.get("StorageType")),
}
#: Nothing outside of the VPC reaches a database, so its rows are compared by who is inside.
ROWS = "rows: nothing outside of the VPC reaches a database; docs/restore-drill.md has how to compare them"
NO_ROWS = "rows: the emulator keeps none"


@dataclass(frozen=True, kw_only=True)
class Database:
    """The writer's backups."""

    place: Place
    name: str = "database"

    @property
    def region(self) -> str:
        """The region of the writer by the settings."""
        return self.place.settings.topology.writer

    @property
    def rds(self) -> Any:  # noqa: ANN401 - a client of boto3
        """A client in that region."""
        return self.place.clients("rds", self.region)

    def left(self) -> list[str]:
        """List instances that drills have restored, wherever the writer was, and that are not on their way out."""
        return sorted(name for region in self.place.settings.regions for name in self._left(region))

    def own(self) -> list[str]:
        """List what this run has restored."""
        return [name for name in self._left(self.region) if name == self.place.name("rds", self.region)]

    def remove(self, name: str) -> None:
        """Delete an instance with its backups and without a final snapshot, once RDS lets it go."""
        for region in self.place.settings.regions:
            if name in self._left(region):
                rds = self.place.clients("rds", region)
                self.place.delete(
                    partial(
                        rds.delete_db_instance,
                        DBInstanceIdentifier=name,
                        SkipFinalSnapshot=True,
                        DeleteAutomatedBackups=True,
                    ),
                    name=name,
                    gone=("DBInstanceNotFound", "DBInstanceNotFoundFault"),
                    busy=("InvalidDBInstanceState", "InvalidDBInstanceStateFault"),
                    minutes=DELETING,
                )

    def restore(self) -> Restored:
        """Restore, wait until it is available, and compare.

        Raises
        ------
        ToolError
            When the instance is a replica, has no backups, or is not restored in time.
        """
        source = self._instance(self.place.named(self.region).of("rds", "main"))
        if source.get("ReadReplicaSourceDBInstanceIdentifier"):
            raise ToolError(
                f"the database of {self.region} is a replica, and the settings call it the writer",
                advice="after a failover write the edit of its closing statement into the settings first",
            )
        name, started = self.place.name("rds", self.region), self.place.clock()
        self.rds.restore_db_instance_to_point_in_time(**request(source, name, mark=self.place.mark))
        restored = self.place.until(lambda: self._available(name), what=f"{name} available", minutes=RESTORING)
        notes = Notes()
        for what, told in SAME.items():
            notes.equal(what, told(source), told(restored))
        return Restored(
            source=str(source["DBInstanceIdentifier"]),
            restored_as=name,
            reaches=_ago(source.get("LatestRestorableTime")),
            seconds=self.place.clock() - started,
            compared=tuple(notes.same),
            differences=tuple(notes.differ),
            left_out=(NO_ROWS if self.place.on_emulator else ROWS,),
        )

    def _left(self, region: str) -> list[str]:
        pattern = self.place.pattern("rds", region)
        pages = self.place.clients("rds", region).get_paginator("describe_db_instances").paginate()
        found = [one for page in pages for one in page["DBInstances"]]
        return [
            str(one["DBInstanceIdentifier"])
            for one in found
            if pattern.fullmatch(one["DBInstanceIdentifier"]) and one["DBInstanceStatus"] != "deleting"
        ]

    def _available(self, name: str) -> Instance | None:
        found = self._instance(name)
        if found["DBInstanceStatus"].startswith(HOPELESS):
            raise ToolError(f"{name} is {found['DBInstanceStatus']}", advice="its events in RDS say why")
        return found if found["DBInstanceStatus"] == "available" else None

    def _instance(self, name: str) -> Instance:
        found: Instance = self.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
        return found


def request(source: Instance, name: str, *, mark: str) -> dict[str, Any]:
    """Return what RDS is asked for: a single instance, as closed as the source, that can be deleted."""
    told = {one["Key"]: one["Value"] for one in source.get("TagList", ())}
    kept = {key: told[key] for key in ("CostCenter", "Environment", "Owner", "Project") if key in told}
    return {
        "SourceDBInstanceIdentifier": source["DBInstanceIdentifier"],
        "TargetDBInstanceIdentifier": name,
        "UseLatestRestorableTime": True,
        "DBInstanceClass": source["DBInstanceClass"],
        "DBSubnetGroupName": source["DBSubnetGroup"]["DBSubnetGroupName"],
        "VpcSecurityGroupIds": [group["VpcSecurityGroupId"] for group in source["VpcSecurityGroups"]],
        "DBParameterGroupName": source["DBParameterGroups"][0]["DBParameterGroupName"],
        "CACertificateIdentifier": source["CACertificateIdentifier"],
        "EnableIAMDatabaseAuthentication": bool(source.get("IAMDatabaseAuthenticationEnabled")),
        "PubliclyAccessible": False,
        "MultiAZ": False,
        "DeletionProtection": False,
        "AutoMinorVersionUpgrade": False,
        # Without the tag by which AWS Backup chooses.
        "Tags": [{"Key": key, "Value": value} for key, value in {**kept, "Name": name, "RestoreDrill": mark}.items()],
    }


def _ago(latest: datetime | None) -> str:
    if latest is None:
        return "unknown"
    return f"{max(0, round((datetime.now(tz=UTC) - latest).total_seconds()))} s before the drill"
