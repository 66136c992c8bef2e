"""The database member of each region: the writer, a replica, or detached.

Settings say what each instance should be; only AWS knows what it is. Without a new instance there is one change of
role: RDS can promote a replica. To become a replica, or a replica of another source, an instance must be rebuilt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Role = Literal["writer", "replica", "detached"]


@dataclass(frozen=True, kw_only=True)
class DatabaseMember:
    """The database instance of one region.

    Parameters
    ----------
    region
        The region.
    role
        ``writer``; ``replica``; or ``detached``: a former writer that is standalone.
    source
        The region whose instance a replica replicates.
    rebuild
        Whether a new replica replaces the existing instance.
    """

    region: str
    role: Role
    source: str | None = None
    rebuild: bool = False

    @property
    def is_standalone(self) -> bool:
        """Whether it has no source."""
        return self.source is None


@dataclass(frozen=True)
class Topology:
    """The database members by region.

    Parameters
    ----------
    places
        The members.
    lost
        Regions that a replica may still have as its source, though nobody can ask them. None by default.
    """

    places: Mapping[str, DatabaseMember]
    lost: frozenset[str] = field(default_factory=frozenset)

    @property
    def writer(self) -> str:
        """The region of the writer."""
        return next(place.region for place in self.places.values() if place.role == "writer")

    @property
    def in_order(self) -> list[DatabaseMember]:
        """The members, sources before their replicas."""
        return sorted(self.places.values(), key=lambda place: (not place.is_standalone, place.region))

    def contradictions(self) -> list[tuple[str, str]]:
        """Each region that is wrong, and why; empty if the topology is possible.

        Use nothing else of a topology that has contradictions.
        """
        writers = sorted(place.region for place in self.places.values() if place.role == "writer")
        found = [(region, f"a second writer beside {writers[0]}") for region in writers[1:]]
        if not writers:
            found.append(("", "no region is the writer"))
        for place in self.places.values():
            if place.source is None or place.source in self.lost:
                continue
            source = self.places.get(place.source)
            if source is None:
                found.append((place.region, f"a replica of {place.source}, which is not one of the regions"))
            elif source is place:
                found.append((place.region, "a replica of itself"))
            elif self._leads_back(place):
                found.append((place.region, f"a replica of {place.source}, which replicates it in turn"))
            elif source.source is not None:
                found.append((place.region, f"a replica of {place.source}, which is a replica itself"))
        return found

    def _leads_back(self, place: DatabaseMember) -> bool:
        met: list[str] = []
        step: DatabaseMember | None = place
        while step and step.source and step.source not in met:
            met.append(step.source)
            step = self.places.get(step.source)
        return place.region in met


def topology(
    regions: Iterable[str], *, primary: str, stated: Mapping[str, DatabaseMember], lost: Iterable[str] = ()
) -> Topology:
    """Topology of ``regions``: ``primary`` is the writer and every other region its replica, except as stated."""
    default = {
        region: DatabaseMember(region=region, role="writer")
        if region == primary
        else DatabaseMember(region=region, role="replica", source=primary)
        for region in regions
    }
    return Topology({region: stated.get(region, place) for region, place in default.items()}, frozenset(lost))
