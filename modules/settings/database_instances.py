"""Settings of single database instances: ``database.instances``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.settings.faults import Fault, joined
from modules.settings.postgres import EngineVersion, engine_version
from modules.settings.topology import DatabaseMember, Role, topology
from modules.settings.types import NONE, RegionName, RegionOrNone, Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

INSTANCES = "database.instances"


class InstanceSettings(Section):
    """The instance of one region, if it differs from the default.

    Parameters
    ----------
    role
        ``writer``; ``replica`` of ``of``; or ``detached``, a former writer that is standalone now (docs/database.md).
        By default the instance of the primary region is the writer, and every other a replica of it.
    of
        The region whose instance a replica replicates. By default the primary region.
    rebuild
        Whether the instance is replaced by a new replica of ``of``. Remove the key after the apply; that changes
        nothing.
    deletion_protection
        Whether AWS refuses to delete it. By default ``database.deletion_protection``.
    backups_in
        Region that its automated backups are replicated to while it is standalone, or ``none``: AWS does not replicate
        between every two regions. By default the companion of its region (docs/regions.md#companions).
    version
        Version of PostgreSQL, for an upgrade of one region after another (docs/database.md#upgrade-postgresql). By
        default ``database.version``.
    fenced
        Whether the network ACL keeps all clients from a detached instance; ``false`` opens it, to read what was never
        replicated (docs/database.md#switch-the-writer).
    """

    role: Role | None = None
    of: RegionName | None = None
    rebuild: bool = False
    deletion_protection: bool | None = None
    backups_in: RegionOrNone | None = None
    version: EngineVersion | None = None
    fenced: bool = True

    def member(self, region: str, *, primary: str) -> DatabaseMember:
        """The instance of ``region`` as a member of the topology."""
        role = self.role or ("writer" if region == primary and self.of is None else "replica")
        source = (self.of or primary) if role == "replica" else None
        return DatabaseMember(region=region, role=role, source=source, rebuild=self.rebuild)


def instances_are_of_the_regions(draft: Draft) -> Iterator[Fault]:
    """Instances and their backups are in regions of the list."""
    for region, stated in draft.mapping("database", "instances").items():
        yield from draft.check_keys(INSTANCES, [region])
        backups_in = stated.get("backups_in") if isinstance(stated, dict) else None
        path = f"{joined(INSTANCES, region)}.backups_in"
        if backups_in != NONE:
            yield from draft.check_region(path, backups_in)
        if backups_in == region:
            yield Fault(path, "the backups lie there anyway", region, "another region")


def topology_is_possible(draft: Draft) -> Iterator[Fault]:
    """There is one writer, and the source of every replica is standalone."""
    database, primary = draft.database, draft.primary_region
    if database is None or primary not in draft.regions:
        return
    stated = {
        region: instance.member(region, primary=primary)
        for region, instance in database.instances.items()
        if region in draft.regions
    }
    found = topology(draft.regions, primary=primary, stated=stated, lost=draft.lost)
    for region, problem in found.contradictions():
        if region and found.places[region].source in draft.retired:
            continue
        path = f"{INSTANCES}.{region}" if region else INSTANCES
        member = found.places.get(region)
        value = f"{member.role} of {member.source}" if member and member.source else member and member.role
        yield Fault(
            path, problem, value, "one writer, and replicas (of:) of it or of an instance that is detached from it"
        )


def only_replicas_have_a_source(draft: Draft) -> Iterator[Fault]:
    """Only a replica has a source, and only a replica can be rebuilt from it."""
    for region, instance in draft.database.instances.items() if draft.database else ():
        for key in ("of", "rebuild") if instance.role in {"writer", "detached"} else ():
            if value := getattr(instance, key):
                yield Fault(
                    f"{INSTANCES}.{region}.{key}",
                    f"a {instance.role} instance is never made from another",
                    value,
                    "role: replica beside it, or nothing",
                )


def only_detached_instances_are_fenced(draft: Draft) -> Iterator[Fault]:
    """Clients reach the writer and the replicas in any case."""
    for region, instance in draft.database.instances.items() if draft.database else ():
        if not instance.fenced and instance.role != "detached":
            yield Fault(
                f"{INSTANCES}.{region}.fenced",
                "the instance is not detached, so it is never fenced",
                instance.fenced,
                "role: detached beside it, or nothing",
            )


def instances_are_stated_after_a_move(draft: Draft) -> Iterator[Fault]:
    """After a move of the primary region the defaults no longer describe the instances, so each must be stated.

    Terraform created them when the home region was the primary region, and RDS cannot change the source of a replica.
    """
    home, primary = draft.home, draft.primary_region
    if home == primary or not {home, primary} <= set(draft.regions):
        return
    instances = draft.database.instances if draft.database else {}
    for region in draft.regions:
        known = region in instances and (instances[region].role or instances[region].of)
        if region != primary and not known:
            role = "detached" if region == home else f"replica, of: {home}"
            yield Fault(
                f"{INSTANCES}.{region}",
                "the primary region has moved, and an instance does not move along",
                None,
                f"what it is, such as role: {role}, and what it was made into since",
            )


def replicas_have_the_version_of_their_source(draft: Draft) -> Iterator[Fault]:
    """A replica has the major version of its source, and no older minor version.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html
    """
    database, primary = draft.database, draft.primary_region
    if database is None or primary not in draft.regions:
        return
    for region in draft.regions:
        source = database.instances.get(region, InstanceSettings()).member(region, primary=primary).source
        if source is None:
            continue
        own, its = database.version_of(region), database.version_of(source)
        (major, minor), (source_major, source_minor) = engine_version(own), engine_version(its)
        if major != source_major or (minor is not None and source_minor is not None and minor < source_minor):
            stated = region in database.instances and database.instances[region].version
            yield Fault(
                f"{INSTANCES}.{region if stated else source}.version",
                f"{region} replicates {source}, and {own} cannot follow {its}",
                own if stated else its,
                "of a replica the same major version as of its source, and no older minor version",
            )


def rebuilt_instances_can_be_deleted(draft: Draft) -> Iterator[Fault]:
    """Terraform deletes an instance before it rebuilds it, so neither AWS nor Terraform may refuse the deletion."""
    database = draft.database
    if database is None:
        return
    for region, instance in database.instances.items():
        path = f"{INSTANCES}.{region}.rebuild"
        if instance.rebuild and database.is_protected(region):
            yield Fault(
                path,
                "its deletion protection is on",
                True,
                f"{INSTANCES}.{region}.deletion_protection: false, applied before rebuild is set",
            )
        if instance.rebuild and database.prevent_destroy:
            yield Fault(path, "database.prevent_destroy forbids it", True, "prevent_destroy: false")
