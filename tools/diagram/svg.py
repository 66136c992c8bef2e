"""From shapes to the text of an SVG."""

from collections.abc import Callable
from html import escape

from tools.diagram.model import Picture, many
from tools.diagram.shapes import Box, Dot, Drawing, Icon, Line, Shape, Text
from tools.diagram.style import THEMES, sheet

Symbols = Callable[[list[str]], str]
_LABELS = 'aria-labelledby="title description"'
_ARROW = (
    '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" orient="auto" '
    'markerUnits="userSpaceOnUse"><path class="head" d="M0 0L8 4L0 8z"/></marker>'
)


def svg(drawing: Drawing, picture: Picture, *, theme: str, symbols: Symbols) -> str:
    """Return the drawing of a platform as SVG, with nothing in it that is loaded from elsewhere.

    GitHub shows an SVG of a README as an image, where a media query for dark colours follows the operating system and
    not GitHub's theme. So each theme is a file of its own, and `<picture>` chooses:
    https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#specifying-the-theme-an-image-is-shown-to

    Parameters
    ----------
    drawing : Drawing
        What to write.
    picture : Picture
        What it shows, for those who do not see it.
    theme : str
        `light` or `dark`.
    symbols : callable
        Returns the icons of the given names as symbols, as `icons.symbols` does.
    """
    width, height = _number(drawing.width), _number(drawing.height)
    size = f'width="{width}" height="{height}"'
    names = [one.name for one in drawing.shapes if isinstance(one, Icon)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} role="img" {_LABELS}>',
            f'<title id="title">{escape(title(picture))}</title>',
            f'<desc id="description">{escape(description(picture))}</desc>',
            f"<style>\n{sheet(THEMES[theme])}\n</style>",
            f"<defs>\n{symbols(names)}\n{_ARROW}\n</defs>",
            f'<rect class="sheet" {size}/>',
            *(_drawn(one) for one in drawing.shapes),
            "</svg>\n",
        ]
    )


def title(picture: Picture) -> str:
    """Return the title of the picture."""
    name = " ".join(part for part in (picture.project, picture.environment, picture.suffix) if part)
    return f"The platform {name} in {many(len(picture.regions), 'region')}"


def description(picture: Picture) -> str:
    """Return in words what the picture shows."""
    said = []
    for region in picture.regions:
        items = [
            f"{item.title}{f' ({item.detail})' if item.detail else ''}"
            for band in region.contents.values()
            for item in band
        ]
        head = ", ".join(
            part for part in (region.name, region.role and f"database {region.role}", region.reached) if part
        )
        said.append(f"{head}: VPC {region.cidr}, {', '.join(items)}.")
    for lane in picture.lanes:
        places = [f"{one.name} {node[1]}" for one in picture.regions if (node := lane.at(one.name))]
        said.append(f"{lane.name}: {'; '.join(places)}.")
    return " ".join(said)


def _drawn(shape: Shape) -> str:
    match shape:
        case Box():
            size = f'width="{_number(shape.width)}" height="{_number(shape.height)}"'
            return f'<rect class="{shape.style}" {_place(shape)} {size} rx="6"/>'
        case Text():
            style = f"{shape.style}{' bold' if shape.bold else ''}{' end' if shape.at_end else ''}"
            size = f'font-size="{_number(shape.size)}"'
            return f'<text class="{style}" {_place(shape)} {size}>{escape(shape.text)}</text>'
        case Icon():
            side = _number(shape.size)
            return f'<use href="#icon-{shape.name}" {_place(shape)} width="{side}" height="{side}"/>'
        case Line():
            path = "L".join(f"{_number(x)} {_number(y)}" for x, y in shape.points)
            end = ' marker-end="url(#arrow)"' if shape.arrow else ""
            return f'<path class="{shape.style}" d="M{path}"{end}/>'
        case Dot():
            style = f"{'dot' if shape.filled else 'ring'} {shape.style}"
            return f'<circle class="{style}" cx="{_number(shape.x)}" cy="{_number(shape.y)}" r="6"/>'


def _place(shape: Box | Text | Icon) -> str:
    return f'x="{_number(shape.x)}" y="{_number(shape.y)}"'


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
