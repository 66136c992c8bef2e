"""In which order AWS takes upgrades of PostgreSQL, held against a plan before anything is changed.

Terraform changes the source of a replica first, because the replica refers to it. AWS wants it the other way round for
a minor version, and takes no replica in another region along to a major one:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html and
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.errors import ToolError
from tools.plan import ELSEWHERE, Plan, region_of_resources

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
    configured : str
        The version that was asked for last: of `17` AWS has chosen the minor one.
    wanted_source : str
        What the plan has it replicate; empty if it is to stand alone.
    detached : bool
        Whether it stands alone because Terraform has promoted it, or has never known it as a replica.
    protected : bool
        Whether AWS refuses its deletion.
    at_once : bool
        Whether the plan has changes made at once, and not in the maintenance window.
    window : str
        The maintenance window.
    multi_az : bool
        Whether it has a standby.
    changed : tuple of str
        The attributes that the plan changes.
    """

    address: str
    arn: str
    identifier: str
    source: str
    version: str
    wanted: str
    configured: str = ""
    wanted_source: str = ""
    detached: bool = False
    protected: bool = False
    at_once: bool = False
    window: str = ""
    multi_az: bool = False
    changed: tuple[str, ...] = ()

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

    @property
    def is_lowered(self) -> bool:
        """Whether the plan gives it an older version than the one that runs."""
        return self.is_upgraded and _number(self.wanted) < _number(self.version)

    @property
    def is_apart(self) -> bool:
        """Whether it stands alone, and the plan has it replicate another, which AWS does not do with an instance."""
        return not self.source and bool(self.wanted and self.wanted_source)

    @property
    def is_left_open(self) -> bool:
        """Whether the plan turns its deletion protection on."""
        return not self.protected and "deletion_protection" in self.changed

    def replicates(self, other: "Instance") -> bool:
        """Tell whether it is a replica of another now."""
        return bool(self.source) and self.source in {other.arn, other.identifier}


def is_older(version: str, than: str) -> bool:
    """Tell whether a version of PostgreSQL is older than another: 17.9 is older than 17.10."""
    return _number(version) < _number(than)


def instances(plan: Plan) -> list[Instance]:
    """Return the instances that stand and what a plan makes of them, in the order of their regions."""
    return sorted(_instances(plan), key=lambda one: one.region)


def missing(plan: Plan) -> list[Instance]:
    """Return the replicas that a plan makes anew, such as one whose rebuild was broken off; they run no version."""
    regions, found = region_of_resources(plan), []
    for change in plan.get("resource_changes", ()):
        if change.get("type") == INSTANCE and change["change"]["actions"] == ["create"]:
            region = regions.get(str(change["address"]), ELSEWHERE)
            arn = f"arn:aws:rds:{region}::db:{change['change']['after'].get('identifier')}"
            one = _instance(change, {"arn": arn, "identifier": arn.rpartition(":")[2], "engine_version": ""})
            if one.wanted_source:
                found.append(one)
    return sorted(found, key=lambda one: one.region)


def require_order(plan: Plan) -> None:
    """Refuse a plan whose upgrades AWS would refuse half-way, or that would leave replicas behind.

    What counts of replicas is what they run now: that the same plan upgrades, promotes or deletes them is no help,
    since that may come after.

    Raises
    ------
    ToolError
        When it raises the version of an instance before its replicas have it, or the major version of one that has
        replicas in other regions, or of a replica; the advice has the steps. Or when it lowers a version, or has an
        instance that stands alone replicate another.
    """
    standing = instances(plan)
    minor, major = [], []
    require_no_lower_version(standing)
    if apart := [
        f"  {one.address} stands alone with {one.version} in {one.region}" for one in standing if one.is_apart
    ]:
        listed = "\n".join(apart)
        raise ToolError(
            f"nothing was changed, because AWS makes no replica of an instance that stands alone:\n{listed}",
            advice="after a major version that was broken off: `make upgrade-database` goes on; else rebuild it "
            "(database.instances.REGION.rebuild), see docs/database.md",
        )
    for one in standing:
        replicas = [each for each in standing if each.replicates(one)]
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


def require_no_lower_version(standing: Iterable[Instance]) -> None:
    """Refuse versions below those that run.

    Raises
    ------
    ToolError
        When the plan has one.
    """
    if lower := [_line(one, []) for one in standing if one.is_lowered]:
        listed = "\n".join(f"  {line}" for line in lower)
        raise ToolError(
            f"nothing was changed, because AWS lowers no version:\n{listed}",
            advice="name the version that runs, or a newer one; an older one is in snapshots of before alone, see "
            "docs/database.md",
        )


MINOR = (
    "a minor version: replicas first, then their source, see docs/database.md; `make upgrade-database` does it, or",
    "  1. keep database.version, give each replica database.instances.REGION.version, deploy, and wait until it runs",
    "  2. give database.version the new one, take the replicas' own out, and deploy",
)
MAJOR = (
    "a major version: without replicas in other regions, see docs/database.md; `make upgrade-database` does it, or",
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
    after: Mapping[str, Any] = change["change"].get("after") or {}
    unknown: Mapping[str, Any] = change["change"].get("after_unknown") or {}
    return Instance(
        address=str(change["address"]),
        arn=str(before["arn"]),
        identifier=str(before.get("identifier") or ""),
        source=str(before.get("replicate_source_db") or ""),
        version=str(before.get("engine_version_actual") or before["engine_version"]),
        # What is replaced is made with its version, and not upgraded.
        wanted="" if "delete" in change["change"]["actions"] else str(after["engine_version"]),
        configured=str(before["engine_version"]),
        wanted_source=str(after.get("replicate_source_db") or ""),
        # Only Terraform knows this of an instance, and gives it to those that stand alone.
        detached=not before.get("skip_final_snapshot"),
        protected=bool(before.get("deletion_protection")),
        at_once=bool(after.get("apply_immediately")),
        window=str(after.get("maintenance_window") or ""),
        multi_az=bool(before.get("multi_az")),
        changed=tuple(
            sorted(name for name in {*after, *unknown} if unknown.get(name) or before.get(name) != after.get(name))
        )
        if "update" in change["change"]["actions"]
        else (),
    )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _line(one: Instance, replicas: list[Instance]) -> str:
    held = ", ".join(f"its replica in {each.region} runs {each.version}" for each in replicas)
    why = held or ("it is a replica" if one.source and not one.is_lowered else "")
    return f"{one.address}: {one.version} to {one.wanted} in {one.region}{f', and {why}' if why else ''}"
