"""A region as a column: its name, its VPC with three tiers, and what stands outside the VPC."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Self

from tools.diagram.model import BANDS, TIERS, Item, Region, many
from tools.diagram.shapes import Drawing, Icon, width_of

HEADER, VPC_LABEL, TIER_LABEL, ITEM, PAD, FOOTER = 40.0, 26.0, 22.0, 44.0, 10.0, 28.0
_ICON = 32.0


@dataclass(frozen=True, kw_only=True)
class Heights:
    """Where the bands of all columns start, so that they stand side by side.

    Parameters
    ----------
    tops, sizes : mapping
        By band, its distance from the top of the column, and its height. A band that no region has is not in them.
    vpc : float
        Height of the VPC.
    all : float
        Height of the column.
    per_line : int
        Items on a line of a band.
    """

    tops: dict[str, float]
    sizes: dict[str, float]
    vpc: float
    all: float
    per_line: int

    @classmethod
    def of(cls, regions: Iterable[Region], *, per_line: int) -> Self:
        """Return the heights that have room for every region."""
        regions = list(regions)
        tops: dict[str, float] = {}
        sizes: dict[str, float] = {}
        y, vpc = HEADER + VPC_LABEL, 0.0
        for band in BANDS:
            most = max(len(one.contents.get(band, ())) for one in regions)
            if not most and band not in TIERS:
                continue
            label = TIER_LABEL if band in TIERS else 0.0
            tops[band], sizes[band] = y, label + ceil(most / per_line) * ITEM + PAD
            y += sizes[band] + PAD
            if band == TIERS[-1]:
                vpc = y - HEADER
                y += PAD
        return cls(tops=tops, sizes=sizes, vpc=vpc, all=y + FOOTER - PAD, per_line=per_line)


def draw_column(drawing: Drawing, region: Region, *, x: float, y: float, width: float, heights: Heights) -> None:
    """Draw one region at a place."""
    drawing.box(x, y, width, heights.all, style="region", inside="sheet")
    role = region.role
    role_room = width_of(role, size=12, bold=True) if role else 0.0
    room = width - 2 * PAD - 8 - (role_room + 24 if role else 0)
    drawing.text(x + PAD + 4, y + 26, region.name, size=18, style="name", room=room, bold=True)
    if role:
        drawing.box(x + width - PAD - role_room - 16, y + 9, role_room + 16, 22, style=f"pill {role}")
        at = x + width - PAD - 8 - role_room / 2
        drawing.text(at, y + 24, role, size=12, style=f"middle on-{role}", room=role_room, bold=True)
    inner = width - 2 * PAD
    drawing.box(x + PAD, y + HEADER, inner, heights.vpc, style="vpc", inside=region.name)
    drawing.text(
        x + 2 * PAD, y + HEADER + 18, f"VPC {region.cidr}", size=12.5, style="network", room=inner - 2 * PAD, bold=True
    )
    for band, top in heights.tops.items():
        tier = band in TIERS
        left, room = (x + 2 * PAD, inner - 2 * PAD) if tier else (x + PAD, inner)
        start = y + top
        drawing.box(
            left,
            start,
            room,
            heights.sizes[band],
            style=f"band {band}",
            inside=f"{region.name} vpc" if tier else region.name,
        )
        if tier:
            label = region.tiers.get(band, "")
            drawing.text(
                left + PAD,
                start + 16,
                f"{band}: {label}" if label else band,
                size=11.5,
                style=band,
                room=room - 2 * PAD,
                bold=True,
            )
            start += TIER_LABEL
        _items(
            drawing,
            region.contents.get(band, ()),
            x=left + PAD,
            y=start + PAD / 2,
            room=room - 2 * PAD,
            per_line=heights.per_line,
        )
    drawing.text(
        x + PAD + 4, y + heights.all - 10, many(region.resources, "resource"), size=12, style="soft", room=inner
    )


def _items(drawing: Drawing, items: Sequence[Item], *, x: float, y: float, room: float, per_line: int) -> None:
    each = room / per_line
    for index, item in enumerate(items):
        left, top = x + (index % per_line) * each, y + (index // per_line) * ITEM
        drawing.shapes.append(Icon(x=left, y=top + 4, size=_ICON, name=item.icon))
        # Nothing stands beside the last one of a line.
        last = index == len(items) - 1 or (index + 1) % per_line == 0
        free = (x + room if last else left + each - 6) - (left + _ICON + 8)
        at = left + _ICON + 8
        drawing.text(at, top + (18 if item.detail else 25), item.title, size=13, style="strong", room=free, bold=True)
        drawing.text(at, top + 34, item.detail, size=11.5, style="soft", room=free)
