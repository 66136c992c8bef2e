"""The pages of docs/runbooks that need two regions, on a platform that loses one and gets it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.runbooks import PAGES, Make, Walk, steps


@dataclass(kw_only=True)
class RegionPages:
    """Somebody who does what these pages say.

    Parameters
    ----------
    client
        Makes a boto3 client for a service and a region.
    environ
        The environment of the commands: that of the emulator.
    folder
        Where to run them.
    make
        Does what `make` does, and gives what it prints: called with the target and the variables.
    home, other
        The region that is lost, and the one that takes over.
    """

    client: Callable[[str, str], Any]
    environ: Mapping[str, str]
    folder: Path
    make: Make
    home: str
    other: str

    def replica_late(self) -> None:
        """While all is well."""
        self._walk("replica-late", {})

    def region_down(self) -> None:
        """While home is dark; afterwards the other region has the writer."""
        self._walk("region-down", {})

    def region_back(self) -> None:
        """When home has returned and is fenced; afterwards it is in DNS again, with a replica."""
        self._walk("region-back", {"aws lambda invoke": self.open_the_fence, "make failback": self.rebuild})

    def open_the_fence(self) -> None:
        """Take away what keeps clients from the old writer, as if its keeper had not run."""
        ec2 = self.client("ec2", self.home)
        tier = [{"Name": "tag:Tier", "Values": ["database"]}]
        (acl,) = ec2.describe_network_acls(Filters=tier)["NetworkAcls"]
        ec2.delete_network_acl_entry(NetworkAclId=acl["NetworkAclId"], RuleNumber=1, Egress=False)

    def rebuild(self) -> None:
        """Make the old writer a replica of the new one, as Terraform does."""
        rds, old = self.client("rds", self.home), self._instance(self.home)
        name = old["DBInstanceIdentifier"]
        rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
        rds.create_db_instance_read_replica(
            DBInstanceIdentifier=name,
            SourceDBInstanceIdentifier=self._instance(self.other)["DBInstanceArn"],
            DBSubnetGroupName=old["DBSubnetGroup"]["DBSubnetGroupName"],
            KmsKeyId=old["KmsKeyId"],
        )

    def _walk(self, page: str, before: dict[str, Callable[[], object]]) -> None:
        folder = self.folder / page
        folder.mkdir(parents=True)
        places = dict.fromkeys(("LOST", "HOME", "WRITER"), self.home)
        places |= dict.fromkeys(("TARGET", "REPLICA"), self.other)
        facts = {"PROD": "PROD", "SUFFIX": "test", "THIRD": "ap-south-1", **places}
        walk = Walk(
            page=PAGES[page], facts=facts, environ=self.environ, folder=folder, make=self.make, before=dict(before)
        )
        for step in steps(PAGES[page]):
            # What has it is said to be done for both secrets.
            for walk.facts["WHICH"] in ("database", "application") if "WHICH" in step.commands else ("",):
                walk.do(step)

    def _instance(self, region: str) -> dict[str, Any]:
        (found,) = self.client("rds", region).describe_db_instances()["DBInstances"]
        return dict(found)
