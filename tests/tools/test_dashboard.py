import re
from pathlib import Path

import pytest

from tests.support.region_sets import ONE, THREE
from tests.support.synthesized import platform
from tools.dashboard import OK, draw, draw_output
from tools.errors import ToolError
from tools.paths import Paths

RECTANGLE = re.compile(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" rx="(\d)" fill="(#\w+)"')


@pytest.mark.parametrize("regions", [ONE, THREE], ids=len)
def test_picture_names_every_region_and_shows_the_last_one_ill_first(regions: tuple[str, ...]) -> None:
    picture = draw(platform(*regions).json)
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", picture)
    # In the first line, beside its row, and above the states of its alarms.
    assert all(texts.count(region) == 3 for region in regions)
    assert texts[1] == max(regions)
    tiles = [fill for *_, rounding, fill in RECTANGLE.findall(picture) if rounding == "3"]
    # The region's health and the alarm behind it.
    assert len(tiles) - tiles.count(OK) == 2


def test_nothing_is_drawn_outside_of_the_picture() -> None:
    picture = draw(platform(*THREE).json)
    size = re.search(r'width="(\d+)" height="(\d+)"', picture)
    assert size
    rectangles = [tuple(map(float, one[:4])) for one in RECTANGLE.findall(picture)]
    assert len(rectangles) > 20
    for x, y, width, height in rectangles:
        assert x + width <= float(size[1])
        assert y + height <= float(size[2])


def test_says_what_to_do_where_nothing_is_synthesized(tmp_path: Path) -> None:
    paths = Paths(settings=tmp_path / "settings.yaml", build=tmp_path, out=tmp_path / "out")
    with pytest.raises(ToolError, match="there is no"):
        draw_output(paths)
