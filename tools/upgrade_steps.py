"""The steps by which versions of PostgreSQL rise as AWS takes them: pure functions over what a plan says.

A minor version: each replica, then its source. A major version: AWS upgrades no replica in another region, and no
instance that has one, so each is promoted, then the source is upgraded, then each is rebuilt as a replica.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tools.errors import ToolError
from tools.upgrades import Instance, require_no_lower_version

PROTECTION = "deletion_protection"
#: What the settings say of an instance that this command has promoted: clients go on reading it.
_APART = {"role": "detached", "fenced": "false"}


class Kind(StrEnum):
    """What a step does to an instance."""

    CREATE = "create"
    UPGRADE = "upgrade"
    PROMOTE = "promote"
    UNPROTECT = "unprotect"
    REBUILD = "rebuild"
    PROTECT = "protect"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One change of one instance.

    Parameters
    ----------
    kind : Kind
        What it does.
    instance : Instance
        The instance, as it stood before the first step.
    version : str
        The version that it runs afterwards.
    """

    kind: Kind
    instance: Instance
    version: str

    @property
    def region(self) -> str:
        """The region of the instance."""
        return self.instance.region


def steps(standing: Sequence[Instance], missing: Sequence[Instance] = ()) -> list[Step]:
    """Return the steps from what stands to the versions of a plan; none if every instance has its version.

    Asked again after any of them, or after one that was broken off, it returns those that are left.

    Parameters
    ----------
    standing : sequence of Instance
        The instances, and what the plan of the settings makes of them.
    missing : sequence of Instance, optional
        Replicas that the plan makes anew: a rebuild was broken off when the old one was gone. They come first.

    Raises
    ------
    ToolError
        When the plan does something else to an instance, lowers a version, or has as a replica what somebody has
        promoted outside Terraform.
    """
    require_no_lower_version(standing)
    found = [_step(Kind.CREATE, one, one.wanted) for one in missing]
    for source in standing:
        if source.source or source.wanted_source:
            continue
        replicas = [each for each in standing if each.replicates(source)]
        # Those that stand alone are to be made replicas again: the upgrade that promoted them was broken off.
        apart = [each for each in standing if each.is_apart and each.wanted_source == source.arn]
        if source.is_upgraded_to_another_major_version:
            found += [_step(Kind.PROMOTE, each, each.version) for each in replicas]
            found.append(_step(Kind.UPGRADE, source, source.wanted))
            apart = sorted([*replicas, *apart], key=lambda one: one.region)
        else:
            found += [_step(Kind.UPGRADE, each, each.wanted) for each in replicas if each.is_upgraded]
            if source.is_upgraded:
                found.append(_step(Kind.UPGRADE, source, source.wanted))
        for each in apart:
            found += _rebuilt(each)
        # It was rebuilt, and then the upgrade was broken off.
        left_open = [each for each in replicas if each not in apart and each.is_left_open]
        found += [_step(Kind.PROTECT, each, each.wanted) for each in left_open]
    if found:
        _require_nothing_else(standing)
    return found


def _rebuilt(one: Instance) -> Iterator[Step]:
    if one.protected:
        yield _step(Kind.UNPROTECT, one, one.version)
    yield _step(Kind.REBUILD, one, one.wanted)
    yield _step(Kind.PROTECT, one, one.wanted)


def _step(kind: Kind, one: Instance, version: str) -> Step:
    return Step(kind=kind, instance=one, version=version)


def _require_nothing_else(standing: Sequence[Instance]) -> None:
    """Refuse what no step here does: whatever else changes is found when what stands is planned."""
    for one in standing:
        if one.is_apart and not one.detached:
            raise ToolError(
                f"{one.identifier} in {one.region} was promoted outside Terraform, and the settings call it a replica: "
                "it would be deleted and copied again",
                advice="say what it is (database.instances.REGION.role, docs/database.md#promoted-outside-terraform), "
                "deploy, and run this again",
            )
        if one.is_apart and any(each.replicates(one) for each in standing):
            raise ToolError(
                f"{one.identifier} in {one.region} has replicas of its own, and the settings call it a replica",
                advice="rebuild those first, see docs/database.md#rebuild-the-others-the-former-writer-last",
            )
        if not one.wanted:
            raise ToolError(
                f"{one.identifier} in {one.region} is deleted or replaced, and this command moves versions alone",
                advice="put database.version back as it was, `make deploy`, and then change the version",
            )


class Variant:
    """The settings, as they have to be for a step: what has had its turn is as they say, and the rest as it stands.

    Parameters
    ----------
    content : mapping
        The settings file, as it is read.
    standing : sequence of Instance
        The instances as they stand.
    """

    def __init__(self, content: Mapping[str, Any], standing: Sequence[Instance]) -> None:
        self._content = content
        self._held: dict[str, dict[str, str]] = {}
        for one in standing:
            held = {"version": one.configured, **({} if one.protected else {PROTECTION: "false"})}
            if one.is_apart:
                held |= _APART if self._stated(one.region).get("role") != "detached" else {"role": "detached"}
            self._held[one.region] = held

    def take(self, step: Step) -> dict[str, Any]:
        """Return the settings for the next step."""
        held = self._held[step.region]
        if step.kind is Kind.PROMOTE:
            held |= _APART
        elif step.kind is Kind.UNPROTECT:
            held[PROTECTION] = "false"
        elif step.kind is Kind.REBUILD:
            held.clear()
            held.update({"rebuild": "true", PROTECTION: "false"})
        else:
            held.clear()
        return self.content()

    def _stated(self, region: str) -> Mapping[str, Any]:
        instances = (self._content.get("database") or {}).get("instances") or {}
        return instances.get(region) or {}

    def content(self) -> dict[str, Any]:
        """Return the settings as they are now; before the first step these are what stands."""
        database = {**(self._content.get("database") or {})}
        stated = {**(database.get("instances") or {})}
        for region, held in self._held.items():
            own = {**(stated.get(region) or {}), **held}
            if held.get("role"):
                own.pop("of", None)
            if own:
                stated[region] = own
        database["instances"] = stated
        return {**self._content, "database": database}
