"""Which region's instance is written to, which are replicas, and which stand alone.

Settings say what each instance is to be; only AWS knows what it is. From the one to the other there is one way without
a new instance: a replica can be promoted. An instance cannot become a replica, nor a replica get another source, but by
being built again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Role = Literal["writer", "replica", "detached"]


@dataclass(frozen=True, kw_only=True)
class DatabaseMember:
    """What the instance of one region is.

    Parameters
    ----------
    region
        The region.
    role
        ``writer``; ``replica``; or ``detached``: it was the writer once, and stands alone.
    source
        The region whose instance a replica replicates.
    rebuild
        Whether a replica is built anew, in the place of whatever stands there.
    """

    region: str
    role: Role
    source: str | None = None
    rebuild: bool = False

    @property
    def is_standalone(self) -> bool:
        """Whether it replicates no other."""
        return self.source is None


@dataclass(frozen=True)
class Topology:
    """The places of all regions, by region."""

    places: Mapping[str, DatabaseMember]

    @property
    def writer(self) -> str:
        """The region whose instance is written to."""
        return next(place.region for place in self.places.values() if place.role == "writer")

    @property
    def in_order(self) -> list[DatabaseMember]:
        """The places, sources before their replicas."""
        return sorted(self.places.values(), key=lambda place: (not place.is_standalone, place.region))

    def contradictions(self) -> list[tuple[str, str]]:
        """Each region that is wrong, and why; nothing if the topology can be.

        A topology with contradictions is good for nothing else.
        """
        writers = sorted(place.region for place in self.places.values() if place.role == "writer")
        found = [(region, f"a second writer beside {writers[0]}") for region in writers[1:]]
        if not writers:
            found.append(("", "no region is the writer"))
        for place in self.places.values():
            if place.source is None:
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


def topology(regions: Iterable[str], *, primary: str, stated: Mapping[str, DatabaseMember]) -> Topology:
    """Topology of ``regions`` in which ``primary`` is the writer, and every other its replica, unless stated."""
    default = {
        region: DatabaseMember(region=region, role="writer")
        if region == primary
        else DatabaseMember(region=region, role="replica", source=primary)
        for region in regions
    }
    return Topology({region: stated.get(region, place) for region, place in default.items()})


def nearest_region(region: str, others: Iterable[str]) -> str | None:
    """One of ``others`` on the continent of ``region``, or else any; the first by name, whatever their order."""
    continent = region.partition("-")[0]
    return min(others, key=lambda other: (other.partition("-")[0] != continent, other), default=None)
