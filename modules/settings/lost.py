"""Regions that stay lost: nothing can be asked of them, and the platform goes on without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.settings.faults import Fault, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

PAGE = "docs/region-lost.md"
LOST = "lost_regions"


def lost_regions_are_in_no_other_list(draft: Draft) -> Iterator[Fault]:
    """Nothing is built in a lost region, and nothing can be destroyed there."""
    for place, name in enumerate(draft.lost):
        for key, names in (("regions", draft.regions), ("retired_regions", draft.retired)):
            if name in names:
                yield Fault(joined(LOST, place), f"one of `{key}` too", name, f"in one of the lists: {PAGE}")


def no_copy_goes_to_a_lost_region(draft: Draft) -> Iterator[Fault]:
    """The replica of the state cannot be made in a lost region."""
    replica = draft.mapping("state").get("replica_region")
    if replica in draft.lost:
        yield Fault("state.replica_region", f"a lost region ({LOST})", replica, f"another region, or nothing: {PAGE}")


def instances_are_stated_while_a_region_is_lost(draft: Draft) -> Iterator[Fault]:
    """Replicas of a lost writer do not follow the new one until they are rebuilt, so the defaults describe none."""
    if not draft.lost or draft.primary_region not in draft.regions:
        return
    instances = draft.database.instances if draft.database else {}
    for region in draft.regions:
        stated = instances.get(region)
        if region != draft.primary_region and not (stated and (stated.role or stated.of)):
            yield Fault(
                f"database.instances.{region}",
                "a region is lost, and an instance keeps its source until it is rebuilt",
                None,
                "what it is: role: replica, and of: the region that it replicates, which may be a lost one",
            )
