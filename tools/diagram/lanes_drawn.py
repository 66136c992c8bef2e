"""The lanes below a row of regions: a line for each kind of replication, a dot for each region that takes part."""

from collections.abc import Sequence

from tools.diagram.model import Lane, Picture, Region
from tools.diagram.shapes import Dot, Drawing, Line

MARGIN = 36.0
LEGEND = 208.0
"""Width of the words beside the columns."""
NODE = 30.0
"""How far from the left edge of a column its dots are."""
LANE = 38.0
_FIRST, _BELOW = 34.0, 22.0


def draw_lanes(
    drawing: Drawing, picture: Picture, row: Sequence[Region], *, columns: Sequence[float], y: float, width: float
) -> float:
    """Draw the lanes that regions of a row take part in, and return where they end.

    Parameters
    ----------
    drawing, picture : Drawing, Picture
        Where to draw, and what is drawn.
    row : sequence of Region
        The regions that stand above.
    columns : sequence of float
        The left edge of each.
    y, width : float
        Where the columns end, and how wide they are.
    """
    lanes = [lane for lane in picture.lanes if any(lane.at(region.name) for region in row)]
    if not lanes:
        return y
    for x, region in zip(columns, row, strict=True):
        taken = [number for number, lane in enumerate(lanes) if lane.at(region.name)]
        if taken:
            points = ((x + NODE, y), (x + NODE, y + _FIRST + max(taken) * LANE))
            drawing.shapes.append(Line(points=points, style="tie"))
    for number, lane in enumerate(lanes):
        at = y + _FIRST + number * LANE
        start, end = _ends(lane, picture, row, columns=columns, width=width)
        if end > start:
            drawing.shapes.append(Line(points=((start, at), (end, at)), style=f"lane {lane.service}"))
        drawing.text(MARGIN, at - 2, lane.name, size=13, style=lane.service, room=LEGEND - 16, bold=True)
        drawing.text(MARGIN, at + 13, lane.detail, size=11.5, style="soft", room=LEGEND - 16)
        for x, region in zip(columns, row, strict=True):
            node = lane.at(region.name)
            if node:
                drawing.shapes.append(Dot(x=x + NODE, y=at, style=lane.service, filled=node[0]))
                drawing.text(x + NODE + 14, at - 6, node[1], size=12, style="strong", room=width - NODE - 20)
    return y + _FIRST + (len(lanes) - 1) * LANE + _BELOW


def _ends(
    lane: Lane, picture: Picture, row: Sequence[Region], *, columns: Sequence[float], width: float
) -> tuple[float, float]:
    """Return where a lane starts and ends: at its first and last dot, or at the edge where other rows go on with it."""
    names = [region.name for region in picture.regions]
    first, last = names.index(row[0].name), names.index(row[-1].name)
    places = [names.index(name) for name in lane.regions if name in names]
    dots = [x + NODE for x, region in zip(columns, row, strict=True) if lane.at(region.name)]
    start = columns[0] - 10 if min(places) < first else dots[0]
    end = columns[-1] + width if max(places) > last else dots[-1]
    return start, end
