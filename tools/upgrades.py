"""In which order AWS takes upgrades of PostgreSQL, held against a plan before anything is changed.

Terraform changes the source of a replica first, because the replica refers to it. AWS wants it the other way round for
a minor version, and takes no replica in another region along to a major one:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html and
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.errors import ToolError
from tools.plan import Plan

INSTANCE = "aws_db_instance"


@dataclass(frozen=True, kw_only=True)
class Instance:
    """An instance that stands, and what a plan makes of it.

    Parameters
    ----------
    address : str
        Its address in Terraform.
    arn, identifier : str
        What it is called: a replica in another region says the first of its source, one in the same region the second.
    source : str
        What it replicates now; empty if it stands alone.
    version : str
        The version that runs.
    wanted : str
        The version that the plan gives it; empty if the plan deletes it.
    """

    address: str
    arn: str
    identifier: str
    source: str
    version: str
    wanted: str

    @property
    def region(self) -> str:
        """The region it stands in."""
        return self.arn.split(":")[3]

    @property
    def is_upgraded(self) -> bool:
        """Whether the plan gives it another version than the one that runs."""
        return bool(self.wanted) and _number(self.version)[: len(_number(self.wanted))] != _number(self.wanted)

    @property
    def is_upgraded_to_another_major_version(self) -> bool:
        """Whether the plan gives it another major version than the one that runs."""
        return self.is_upgraded and _number(self.version)[0] != _number(self.wanted)[0]


def require_order(plan: Plan) -> None:
    """Refuse a plan whose upgrades AWS would refuse half-way, or that would leave replicas behind.

    What counts of replicas is what they run now: that the same plan upgrades, promotes or deletes them is no help,
    since that may come after.

    Raises
    ------
    ToolError
        When it raises the version of an instance before its replicas have it, or the major version of one that has
        replicas in other regions, or of a replica; the advice has the steps.
    """
    instances = list(_instances(plan))
    minor, major = [], []
    for one in instances:
        replicas = [each for each in instances if each.source and each.source in {one.arn, one.identifier}]
        if one.is_upgraded_to_another_major_version:
            abroad = [each for each in replicas if each.region != one.region]
            if abroad or one.source:
                major.append(_line(one, abroad))
        elif one.is_upgraded:
            older = [each for each in replicas if _number(each.version) < _number(one.wanted)]
            if older:
                minor.append(_line(one, older))
    if minor or major:
        listed = "\n".join(f"  {line}" for line in (*minor, *major))
        raise ToolError(
            f"nothing was changed, because AWS upgrades replicas and their sources in another order:\n{listed}",
            advice="\n".join([*(MINOR if minor else ()), *(MAJOR if major else ())]),
        )


MINOR = (
    "a minor version: replicas first, then their source, see docs/database.md",
    "  1. keep database.version, give each replica database.instances.REGION.version, deploy, and wait until it runs",
    "  2. give database.version the new one, take the replicas' own out, and deploy",
)
MAJOR = (
    "a major version: without replicas in other regions, see docs/database.md",
    "  1. make each of them stand alone (database.instances.REGION.role: detached), and deploy",
    "  2. raise database.version with database.major_upgrades: true, and deploy",
    "  3. build each anew as a replica (rebuild: true), one region after another",
)


def _instances(plan: Plan) -> Iterator[Instance]:
    for change in plan.get("resource_changes", ()):
        before = change["change"].get("before")
        if change.get("mode") == "managed" and change.get("type") == INSTANCE and before:
            yield _instance(change, before)


def _instance(change: Mapping[str, Any], before: Mapping[str, Any]) -> Instance:
    return Instance(
        address=str(change["address"]),
        arn=str(before["arn"]),
        identifier=str(before.get("identifier") or ""),
        source=str(before.get("replicate_source_db") or ""),
        version=str(before.get("engine_version_actual") or before["engine_version"]),
        # What is replaced is made with its version, and not upgraded.
        wanted="" if "delete" in change["change"]["actions"] else str(change["change"]["after"]["engine_version"]),
    )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _line(one: Instance, replicas: list[Instance]) -> str:
    held = ", ".join(f"its replica in {each.region} runs {each.version}" for each in replicas)
    return f"{one.address}: {one.version} to {one.wanted} in {one.region}, and {held or 'it is a replica'}"
