"""A picture of the dashboard, drawn from the synthesized output, as it looks when a region is ill."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from tools.errors import ToolError
from tools.paths import PLATFORM, Paths

CELL, GAP, PADDING = 52, 6, 10
TITLE, LINE = 20, 18
OK, ALARM, INK, FAINT, PAPER, FRAME = "#2e7d32", "#c62828", "#16191f", "#5f6b7a", "#ffffff", "#d5dbdb"
DESK, WELL = "#f2f3f3", "#0972d3"
REFERENCE = re.compile(r"\$\{(\w+)\.([\w-]+)\.arn\}")
DASHBOARD, METRIC, COMPOSITE = (
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_metric_alarm",
    "aws_cloudwatch_composite_alarm",
)

Stack = Mapping[str, Any]
Widget = Mapping[str, Any]


def draw_output(paths: Paths) -> str:
    """Draw the dashboard of the output, with the last of its regions ill.

    Raises
    ------
    ToolError
        When nothing has been synthesized.
    """
    file = paths.out / "stacks" / PLATFORM / "cdk.tf.json"
    if not file.is_file():
        raise ToolError(f"there is no {file}", advice="synthesize first")
    return draw(json.loads(file.read_text()))


def draw(stack: Stack) -> str:
    """Return the dashboard of a stack as SVG, as if the first alarm that pages in the last region had gone off."""
    (dashboard,) = stack["resource"][DASHBOARD].values()
    widgets = json.loads(dashboard["dashboard_body"])["widgets"]
    ill = _ill(stack, widgets)
    height = max(one["y"] + one["height"] for one in widgets)
    shapes = [shape for one in widgets for shape in _widget(stack, one, ill)]
    size = f'width="{24 * CELL}" height="{height * CELL}"'
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Helvetica, Arial, sans-serif">',
            f'<rect width="100%" height="100%" fill="{DESK}"/>',
            *shapes,
            "</svg>",
        )
    )


def _ill(stack: Stack, widgets: list[Widget]) -> set[str]:
    """References of what is drawn as gone off: the last region's health, and the first alarm behind it."""
    # Alarms of no region come after the healths of all.
    health = [one for one in widgets[0]["properties"]["alarms"] if one.startswith(f"${{{COMPOSITE}.")][-1]
    first = re.search(r'ALARM\("(\$\{[^}]+)\.alarm_name\}"\)', _alarm(stack, health)["alarm_rule"])
    return {health, f"{first[1]}.arn}}"} if first else {health}


def _alarm(stack: Stack, reference: str) -> Mapping[str, Any]:
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise ToolError(f"the dashboard shows {reference}, which is no alarm of the stack")
    found: Mapping[str, Any] = stack["resource"][match[1]][match[2]]
    return found


def _widget(stack: Stack, widget: Widget, ill: set[str]) -> Iterator[str]:
    x, y = widget["x"] * CELL + GAP / 2, widget["y"] * CELL + GAP / 2
    width, height = widget["width"] * CELL - GAP, widget["height"] * CELL - GAP
    yield f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{PAPER}" stroke="{FRAME}"/>'
    properties = widget["properties"]
    if widget["type"] == "text":
        yield from _text(properties["markdown"], x + PADDING, y + PADDING)
        return
    yield _write(properties["title"], x + PADDING, y + PADDING + 12, size=13, weight="bold")
    top = y + PADDING + TITLE
    if widget["type"] == "alarm":
        yield from _states(stack, properties["alarms"], ill, (x + PADDING, top, width - 2 * PADDING, height))
    else:
        (reference,) = properties["annotations"]["alarms"]
        place = (x + PADDING, top, width - 2 * PADDING, height - TITLE - 2 * PADDING)
        yield from _graph(place, _alarm(stack, reference)["threshold"], gone_off=reference in ill)


def _text(markdown: str, x: float, y: float) -> Iterator[str]:
    for number, line in enumerate(line for line in markdown.splitlines() if line):
        words = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", line)
        heading = words.startswith("## ")
        yield _write(
            words.removeprefix("## "),
            x,
            y + 16 + number * 22,
            size=16 if heading else 12,
            weight="bold" if heading else "normal",
            colour=INK if heading else FAINT,
        )


def _states(
    stack: Stack, references: list[str], ill: set[str], place: tuple[float, float, float, float]
) -> Iterator[str]:
    """Tiles of alarms, those that have gone off first, as CloudWatch does it; the last tile counts what has no room."""
    x, y, width, height = place
    columns = max(1, int(width // 200))
    room = max(1, int((height - TITLE - 2 * PADDING) // (LINE + 4))) * columns
    ordered = sorted(references, key=lambda one: one not in ill)
    shown = ordered if len(ordered) <= room else ordered[: room - 1]
    tile = width / columns
    for number, reference in enumerate(shown):
        row, column = divmod(number, columns)
        colour = ALARM if reference in ill else OK
        left, top = x + column * tile, y + row * (LINE + 4)
        name = _short(_alarm(stack, reference)["alarm_name"])
        yield f'<rect x="{left}" y="{top}" width="{tile - 4}" height="{LINE}" rx="3" fill="{colour}"/>'
        yield _write(name, left + 6, top + 13, size=11, colour=PAPER)
    if len(shown) < len(ordered):
        row, column = divmod(len(shown), columns)
        yield _write(f"and {len(ordered) - len(shown)} more", x + column * tile + 6, y + row * (LINE + 4) + 13, size=11)


def _short(name: str) -> str:
    """The name without what all alarms of the platform have in common; of a region's health, the region."""
    identifier = re.sub(r"^[^-]+-alarm-[^-]+-", "", name)
    region = re.search(r"-([a-z]+-[a-z]+-\d)$", identifier)
    if region is None:
        return identifier
    rest = identifier.removesuffix(region[0])
    return region[1] if rest == "region-health" else rest


def _graph(place: tuple[float, float, float, float], limit: float, *, gone_off: bool) -> Iterator[str]:
    """A line that stays below its threshold, or at it where that is nothing at all, or that has risen above it."""
    x, y, width, height = place
    threshold, low, ripple = (y + height / 3, y + height * 0.8, 4) if limit else (y + height, y + height, 0)
    high = y + height * 0.12
    points = [(0.0, low), (0.25, low - ripple), (0.5, low), (0.75, high + 12 if gone_off else low - ripple)]
    points.append((1.0, high if gone_off else low))
    line = " ".join(f"{x + part * width:.0f},{level:.0f}" for part, level in points)
    yield f'<line x1="{x}" x2="{x + width}" y1="{threshold}" y2="{threshold}" stroke="{ALARM}" stroke-dasharray="4 3"/>'
    yield _write(f"{limit:g}", x, threshold - 5, size=11, colour=ALARM)
    yield f'<polyline points="{line}" fill="none" stroke="{ALARM if gone_off else WELL}" stroke-width="2"/>'
    yield f'<line x1="{x}" x2="{x + width}" y1="{y + height}" y2="{y + height}" stroke="{FRAME}"/>'


def _write(text: str, x: float, y: float, *, size: int, weight: str = "normal", colour: str = INK) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}">{escape(text)}</text>'
