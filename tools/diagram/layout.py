"""Where everything stands: regions as columns, tiers in them, and a lane below them for each kind of replication."""

from collections.abc import Sequence
from math import ceil

from tools.diagram.column import Heights, draw_column
from tools.diagram.lanes_drawn import LEGEND, MARGIN, NODE, draw_lanes
from tools.diagram.model import NEAREST, PRIMARY, Picture, Region, many
from tools.diagram.shapes import Drawing, Icon, Line, width_of

MOST_IN_A_ROW = 9
"""Columns side by side; more regions stand in several rows of about the same length."""
WIDE_UP_TO = 3
"""Up to so many regions, a column has two items on a line."""
GAP = 16.0
HEAD, ROUTES, FOOT, BETWEEN = 96.0, 74.0, 62.0, 44.0
_BIG = 15.0


def laid_out(picture: Picture) -> Drawing:
    """Return the drawing of a platform."""
    per_line = 2 if len(picture.regions) <= WIDE_UP_TO else 1
    rows = _rows(picture.regions)
    width = 412.0 if per_line > 1 else 264.0
    drawing = Drawing()
    drawing.width = 2 * MARGIN + LEGEND + len(rows[0]) * (width + GAP) - GAP
    _head(drawing, picture)
    y = HEAD
    for row in rows:
        heights = Heights.of(row, per_line=per_line)
        _routes(drawing, picture, row, y=y, width=width)
        top = y + ROUTES
        for index, region in enumerate(row):
            draw_column(drawing, region, x=_x(index, width), y=top, width=width, heights=heights)
        _legend(drawing, heights, y=top)
        y = draw_lanes(
            drawing,
            picture,
            row,
            columns=[_x(index, width) for index in range(len(row))],
            y=top + heights.all,
            width=width,
        )
        y += BETWEEN
    drawing.height = y - BETWEEN + FOOT
    _foot(drawing, picture)
    return drawing


def _rows(regions: Sequence[Region]) -> list[Sequence[Region]]:
    length = ceil(len(regions) / ceil(len(regions) / MOST_IN_A_ROW))
    return [regions[start : start + length] for start in range(0, len(regions), length)]


def _x(index: int, width: float) -> float:
    return MARGIN + LEGEND + index * (width + GAP)


def _head(drawing: Drawing, picture: Picture) -> None:
    room = drawing.width - 2 * MARGIN
    name = " · ".join(part for part in (picture.project.capitalize(), picture.environment, picture.suffix) if part)
    drawing.text(MARGIN, 52, name, size=28, style="strong", room=room, bold=True)
    names = ", ".join(one.name for one in picture.regions)
    line = f"{many(len(picture.regions), 'region')}, {many(picture.resources, 'resource')}: {names}"
    drawing.text(MARGIN, 76, line, size=14, style="soft", room=room)


def _routes(drawing: Drawing, picture: Picture, row: Sequence[Region], *, y: float, width: float) -> None:
    """Draw how Route 53 leads clients to the regions of a row."""
    drawing.shapes.append(Icon(x=MARGIN, y=y + 6, size=44, name="route-53"))
    room = LEGEND - 44 - 12 - 12
    drawing.text(MARGIN + 56, y + 24, picture.domain or "Route 53", size=_BIG, style="strong", room=room, bold=True)
    drawing.text(MARGIN + 56, y + 42, f"Route 53, {many(picture.records, 'record')}", size=12, style="soft", room=room)
    drawing.text(MARGIN + 56, y + 58, many(picture.health_checks, "health check"), size=12, style="soft", room=room)
    reached = [(index, one) for index, one in enumerate(row) if one.reached]
    main = any(one.reached == PRIMARY for one in picture.regions)
    bus = y + 28
    for index, one in reversed(reached):
        x = _x(index, width) + NODE
        style = "route" if one.reached == PRIMARY or not main else "route standby"
        drawing.shapes.append(
            Line(points=((MARGIN + LEGEND - 10, bus), (x, bus), (x, y + ROUTES - 2)), style=style, arrow=True)
        )
    for index, one in reached:
        words = f"failover: {NEAREST}" if main and one.reached == NEAREST else one.reached
        x = _x(index, width) + NODE + 12
        drawing.text(x, y + 52, words, size=12, style="network", room=width - NODE - 24, bold=one.reached == PRIMARY)


def _legend(drawing: Drawing, heights: Heights, *, y: float) -> None:
    """Name the bands beside the columns."""
    words = {
        "public": ("Public tier", "from and to the internet"),
        "private": ("Private tier", "the application"),
        "database": ("Database tier", "PostgreSQL"),
        "data": ("Data", "objects, items, backups"),
        "security": ("Security", "keys, rules and findings"),
        "operations": ("Operations", "metrics and alerts"),
    }
    for band, (name, detail) in words.items():
        if band in heights.tops:
            top = y + heights.tops[band] + 18
            room = LEGEND - 16
            drawing.text(MARGIN, top, name, size=_BIG, style="strong", room=room, bold=True)
            drawing.text(MARGIN, top + 17, detail, size=12, style="soft", room=room)


def _foot(drawing: Drawing, picture: Picture) -> None:
    y, room = drawing.height - 24, drawing.width - 2 * MARGIN
    credit = "Icons: AWS Architecture Icons, Amazon Web Services"
    wide = width_of(credit, size=11.5)
    drawing.text(drawing.width - MARGIN, y, credit, size=11.5, style="soft", room=wide, at_end=True)
    words = ["drawn from the synthesized JSON"]
    if picture.lanes:
        words = ["filled: source, or both ways", "hollow: copy", *words]
    drawing.text(MARGIN, y, " · ".join(words), size=11.5, style="soft", room=room - wide - 20)
    others = [f"{many(number, 'resource')} in {name}" for name, number in picture.elsewhere.items()]
    said = f"besides, without a VPC: {', '.join(others)}" if others else ""
    drawing.text(MARGIN, y - 18, said, size=11.5, style="soft", room=room)
