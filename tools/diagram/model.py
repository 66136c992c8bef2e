"""What is in the picture: regions with what stands in them, and what connects regions. Pure, from synthesized JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.usage import ACCOUNT, Resource, resources_of

TIERS = ("public", "private", "database")
"""The tiers of a VPC, from the internet inwards."""
BANDS = (*TIERS, "data", "security", "operations")
"""The parts of a region from top to bottom; those that are no tiers stand outside the VPC."""
PRIMARY, NEAREST = "primary", "nearest healthy"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing of a region: the name of its icon, a title, and a detail below it."""

    icon: str
    title: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Region:
    """What stands in one region.

    Parameters
    ----------
    name : str
        Of the region.
    cidr : str
        Block of its VPC.
    role : str
        Role of its database instance, or nothing where there is none.
    reached : str
        When Route 53 sends clients here, or nothing where no record points here.
    tiers : mapping
        By tier, its subnets in words.
    contents : mapping
        By band, its items. A band without items has no entry.
    resources : int
        How many resources of the platform the region has.
    """

    name: str
    cidr: str
    role: str
    reached: str
    tiers: Mapping[str, str]
    contents: Mapping[str, tuple[Item, ...]]
    resources: int


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One kind of replication, peering or copying between regions.

    Parameters
    ----------
    name, detail, service : str
        What it is, how it works, and the AWS category that gives its colour: `network`, `database`, `storage` or
        `security`.
    edges : frozenset
        Pairs of regions, from one to the other; both ways are two pairs.
    """

    name: str
    detail: str
    service: str
    edges: frozenset[tuple[str, str]]

    @property
    def regions(self) -> set[str]:
        """The regions that take part."""
        return {region for edge in self.edges for region in edge}

    def at(self, region: str) -> tuple[bool, str] | None:
        """Return whether data starts in a region, and what it does in words; nothing where it takes no part."""
        out = {to for source, to in self.edges if source == region}
        into = {source for source, to in self.edges if to == region}
        if not out | into:
            return None
        if out == into:
            return True, f"with {_named(out)}"
        if out and into:
            return True, f"to {_named(out, short=True)}, from {_named(into, short=True)}"
        return bool(out), f"to {_named(out)}" if out else f"from {_named(into)}"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A platform.

    Parameters
    ----------
    project, environment, suffix, domain : str
        What it is called; nothing where the JSON does not say.
    regions : tuple
        Those with a VPC, the primary one first and then by name.
    lanes : tuple
        What connects regions.
    records, health_checks, resources : int
        How many there are.
    elsewhere : mapping
        By region without a VPC, how many resources it has.
    """

    project: str
    environment: str
    suffix: str
    domain: str
    regions: tuple[Region, ...]
    lanes: tuple[Lane, ...]
    records: int
    health_checks: int
    resources: int
    elsewhere: Mapping[str, int]


class Stock:
    """The resources of all stacks, by type and region, and where references lead.

    Parameters
    ----------
    stacks : iterable of mapping
        Synthesized JSON.
    """

    def __init__(self, stacks: Iterable[Mapping[str, Any]]) -> None:
        self.resources = [one for stack in stacks for one in resources_of(stack)]
        self._by_address = {one.address: one for one in self.resources}
        self._by_kind: dict[str, list[Resource]] = {}
        for one in self.resources:
            self._by_kind.setdefault(one.kind, []).append(one)

    def of(self, kind: str, region: str | None = None) -> list[Resource]:
        """Return the resources of a type, those of one region if it is named."""
        return [one for one in self._by_kind.get(kind, ()) if region in (None, one.region)]

    def count(self, kind: str, region: str) -> int:
        """Return how many resources of a type a region has."""
        return len(self.of(kind, region))

    def at(self, reference: object) -> Resource | None:
        """Return what a reference such as `${aws_vpc.x.id}` leads to; nothing where it is no plain reference."""
        inner = str(reference).removeprefix("${").removesuffix("}")
        return self._by_address.get(".".join(inner.split(".")[:2]))

    def region_at(self, reference: object) -> str | None:
        """Return the region of what a reference leads to."""
        found = self.at(reference)
        return found.region if found else None

    def per_region(self) -> Counter[str]:
        """Return how many resources each region has; those of the whole account are not in it."""
        return Counter(one.region for one in self.resources if one.region != ACCOUNT)


def many(number: int, noun: str) -> str:
    """Return a number with its noun, as in `3 topics` and `1 topic`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _named(regions: set[str], *, short: bool = False) -> str:
    return next(iter(regions)) if len(regions) == 1 else f"{len(regions)}{'' if short else ' regions'}"
