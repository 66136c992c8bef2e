"""Regions that leave: what becomes of what they hold, and what has to move before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from modules.settings.faults import Fault, joined
from modules.settings.types import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

PAGE = "docs/regions.md"
RETIRED = "retired_regions"
MOVE_FIRST = f"{PAGE} says what moves first"


class LeavingSettings(Section):
    """A region that is about to leave: nothing protects it from deletion, and its data has an end.

    If there is another region, nothing is replicated any more to its data bucket, so that the bucket can be emptied;
    what is written there still goes to the primary region.

    Parameters
    ----------
    objects
        What becomes of its buckets when the region is retired: ``delete`` them with all objects, older versions and
        logs; or ``keep`` them, with the keys that they need, outside of Terraform.
    backups
        The same for its backup vault and the backups in it.
    """

    objects: Literal["keep", "delete"]
    backups: Literal["keep", "delete"]


def retired_regions_are_not_built(draft: Draft) -> Iterator[Fault]:
    """Nothing is built in a retired region."""
    for place, name in enumerate(draft.retired):
        if name in draft.regions:
            yield Fault(joined(RETIRED, place), "one of `regions` too", name, "in one of the two lists")


def nothing_that_stays_needs_a_retired_region(draft: Draft) -> Iterator[Fault]:
    """What points to a retired region has to be moved, and deployed, before."""
    replica = draft.mapping("state").get("replica_region")
    if replica in draft.retired:
        yield Fault(
            "state.replica_region",
            f"a retired region ({RETIRED})",
            replica,
            f"another region, or nothing; then `make bootstrap` moves the replica: {PAGE}",
        )
    for region, instance in draft.mapping("database", "instances").items():
        source = instance.get("of") if isinstance(instance, dict) else None
        if source in draft.retired and region in draft.regions:
            yield Fault(
                joined(joined("database.instances", region), "of"),
                f"its source is in a retired region ({RETIRED})",
                source,
                f"the region of the writer: take {source} back into `regions`, and rebuild this instance before "
                f"{source} leaves: {PAGE}",
            )


def leaving_regions_can_leave(draft: Draft) -> Iterator[Fault]:
    """What cannot leave is neither prepared for it; and a region that is in neither list has nothing to prepare."""
    for region in draft.mapping("leaving"):
        path = joined("leaving", region)
        if region not in {*draft.regions, *draft.retired}:
            yield Fault(
                path,
                f"neither in `regions` nor in `{RETIRED}`",
                region,
                ", ".join(sorted({*draft.regions, *draft.retired})),
            )
        elif region in (draft.primary_region, draft.writer):
            yield Fault(
                path, "the writer of the database is there, or is by default", region, f"move it first: {PAGE}#move"
            )
        elif region == draft.home:
            yield Fault(
                path,
                "it is the home region, and the state, the secrets and the session table cannot move",
                region,
                "another region: the home region stays",
            )
