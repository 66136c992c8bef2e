"""What a drawing consists of, and how wide text is."""

from dataclasses import dataclass, field

#: Widths of letters in thousandths of the font size in DejaVu Sans, which is wider than Helvetica, Arial and the like.
_WIDTHS = {
    letter: width
    for letters, width in (
        ("ijlI'", 295),
        (" ,.:;/|", 337),
        ("tf-!()[]", 392),
        ("r", 411),
        ("csz", 550),
        ("kvxy", 592),
        ("abdeghnopqu_0123456789EFLPTY", 636),
        ("ABCKRSVXZ", 698),
        ("DGHNOQU", 787),
        ("w+", 838),
        ("M", 863),
    )
    for letter in letters
}
_WIDEST = 1000
_BOLD = 1.12


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle.

    Parameters
    ----------
    x, y, width, height : float
        Place and size in pixels.
    style : str
        Its class in the style sheet.
    inside : str
        What it is part of: boxes of the same part may not overlap.
    """

    x: float
    y: float
    width: float
    height: float
    style: str
    inside: str = ""

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its bottom edge."""
        return self.y + self.height


@dataclass(frozen=True, kw_only=True)
class Text:
    """A line of text.

    Parameters
    ----------
    x, y : float
        Where it starts, and its baseline.
    text : str
        What it says; `fitted` has shortened it.
    size : float
        Font size in pixels.
    style : str
        Its class in the style sheet.
    room : float
        How wide it may be.
    bold, at_end : bool
        Whether it is bold, and whether `x` is its end.
    """

    x: float
    y: float
    text: str
    size: float
    style: str
    room: float
    bold: bool = False
    at_end: bool = False


@dataclass(frozen=True, kw_only=True)
class Icon:
    """An icon of AWS, by its name in `icons.ICONS`."""

    x: float
    y: float
    size: float
    name: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line through points; `arrow` puts an arrowhead at its end."""

    points: tuple[tuple[float, float], ...]
    style: str
    arrow: bool = False


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A circle, filled or hollow."""

    x: float
    y: float
    style: str
    filled: bool


Shape = Box | Text | Icon | Line | Dot


@dataclass(kw_only=True)
class Drawing:
    """Shapes on a sheet, the lowest first."""

    width: float = 0
    height: float = 0
    shapes: list[Shape] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, *, style: str, inside: str = "") -> None:
        """Add a rectangle."""
        self.shapes.append(Box(x=x, y=y, width=width, height=height, style=style, inside=inside))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        style: str,
        room: float,
        bold: bool = False,
        at_end: bool = False,
    ) -> None:
        """Add a line of text, shortened where it is wider than its room."""
        if text:
            said = fitted(text, size=size, room=room, bold=bold)
            self.shapes.append(Text(x=x, y=y, text=said, size=size, style=style, room=room, bold=bold, at_end=at_end))


def width_of(text: str, *, size: float, bold: bool = False) -> float:
    """Return how wide a line of text is at most in pixels, whichever usual sans-serif font draws it."""
    return sum(_WIDTHS.get(letter, _WIDEST) for letter in text) / 1000 * size * (_BOLD if bold else 1)


def fitted(text: str, *, size: float, room: float, bold: bool = False) -> str:
    """Return a text, or its beginning and an ellipsis where the whole is wider than the room."""
    if width_of(text, size=size, bold=bold) <= room:
        return text
    end = len(text)
    while end and width_of(f"{text[:end].rstrip()}…", size=size, bold=bold) > room:
        end -= 1
    return f"{text[:end].rstrip()}…"
