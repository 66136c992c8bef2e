"""The picture shows what the synthesized JSON says, and nothing in it stands on something else."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations

import pytest

from modules.settings.regions import known_regions
from tests.support.region_sets import ONE, TAKEN_OVER, THREE, WIDEST
from tests.support.synthesized import platform, stacks
from tools.diagram.build import picture_of
from tools.diagram.command import IMAGES, drawn
from tools.diagram.layout import MOST_IN_A_ROW, laid_out
from tools.diagram.model import Picture, Region
from tools.diagram.shapes import Box, Drawing, Icon, Text, width_of
from tools.diagram.style import THEMES
from tools.paths import ROOT

SETS = pytest.mark.parametrize("regions", [ONE, THREE, WIDEST], ids=len)
SVG = "{http://www.w3.org/2000/svg}"


def of(*regions: str) -> Picture:
    return picture_of(*(stack.json for stack in stacks(*regions).values()))


def lanes(picture: Picture) -> dict[str, frozenset[tuple[str, str]]]:
    return {lane.name: lane.edges for lane in picture.lanes}


def of_region(picture: Picture, name: str) -> Region:
    return next(one for one in picture.regions if one.name == name)


def boxes(drawing: Drawing) -> list[Box]:
    return [one for one in drawing.shapes if isinstance(one, Box)]


def texts(drawing: Drawing) -> list[Text]:
    return [one for one in drawing.shapes if isinstance(one, Text)]


def overlap(one: Box, other: Box) -> bool:
    beside = one.right <= other.x or other.right <= one.x
    return not beside and not (one.bottom <= other.y or other.bottom <= one.y)


def test_the_picture_in_the_docs_is_that_of_the_default_settings() -> None:
    for name, text in drawn(replace(of(*THREE), suffix="main")).items():
        assert (IMAGES / name).read_text() == text, f"docs/images/{name}: `make numbers` draws it anew"


@pytest.mark.parametrize("page", ["README.md", "docs/architecture.md"])
def test_the_pages_show_it_light_and_dark(page: str) -> None:
    text = (ROOT / page).read_text()
    assert 'media="(prefers-color-scheme: dark)"' in text
    assert all(f"images/{name}" in text for name in ("diagram.svg", "diagram-dark.svg"))


@SETS
def test_every_region_is_a_column_and_the_primary_one_is_first(regions: tuple[str, ...]) -> None:
    picture = of(*regions)
    assert {one.name for one in picture.regions} == set(regions)
    assert [one.reached for one in picture.regions] == ["primary", *["nearest healthy"] * (len(regions) - 1)]
    assert [one.role for one in picture.regions] == ["writer", *["replica"] * (len(regions) - 1)]
    assert picture.regions[0].name == regions[0]
    counted = sum(one.resources for one in picture.regions) + sum(picture.elsewhere.values())
    assert counted < picture.resources == sum(len(stack.all_resources()) for stack in stacks(*regions).values())


@SETS
def test_boxes_of_one_part_do_not_overlap_and_stay_on_the_sheet(regions: tuple[str, ...]) -> None:
    drawing = laid_out(of(*regions))
    parts = {one.inside for one in boxes(drawing) if one.inside}
    assert parts == {"sheet", *regions, *(f"{region} vpc" for region in regions)}
    for part in parts:
        for one, other in combinations([one for one in boxes(drawing) if one.inside == part], 2):
            assert not overlap(one, other), (part, one, other)
    for one in boxes(drawing):
        assert one.x >= 0 <= one.y
        assert one.right <= drawing.width
        assert one.bottom <= drawing.height


@SETS
def test_what_is_inside_a_box_is_all_inside_it(regions: tuple[str, ...]) -> None:
    drawing = laid_out(of(*regions))
    columns = [one for one in boxes(drawing) if one.inside == "sheet"]
    for one in boxes(drawing):
        if one.inside != "sheet":
            assert any(inner(one, column) for column in columns), one
    bands = [one for one in boxes(drawing) if one.style.startswith("band")]
    for icon in (one for one in drawing.shapes if isinstance(one, Icon) and one.name != "route-53"):
        box = Box(x=icon.x, y=icon.y, width=icon.size, height=icon.size, style="")
        assert sum(inner(box, band) for band in bands) == 1, icon


def inner(one: Box, outer: Box) -> bool:
    return outer.x <= one.x and one.right <= outer.right and outer.y <= one.y and one.bottom <= outer.bottom


@SETS
def test_no_text_is_wider_than_its_room_nor_cut(regions: tuple[str, ...]) -> None:
    drawing = laid_out(of(*regions))
    for one in texts(drawing):
        wide = width_of(one.text, size=one.size, bold=one.bold)
        assert wide <= one.room + 0.01, one
        assert "…" not in one.text, one
        start = one.x - wide if one.at_end else one.x - wide / 2 if "middle" in one.style else one.x
        assert start >= 0, one
        assert start + wide <= drawing.width, one


@SETS
def test_no_text_of_a_column_leaves_it_or_covers_another_line(regions: tuple[str, ...]) -> None:
    drawing = laid_out(of(*regions))
    areas = [area_of(one) for one in texts(drawing)]
    columns = [one for one in boxes(drawing) if one.inside == "sheet"]
    for one, other in combinations(areas, 2):
        assert not overlap(one, other), (one, other)
    for one in areas:
        for column in columns:
            assert inner(one, column) or not overlap(one, column), (one, column)


def area_of(text: Text) -> Box:
    wide = width_of(text.text, size=text.size, bold=text.bold)
    x = text.x - wide if text.at_end else text.x - wide / 2 if "middle" in text.style else text.x
    # From the top of its capitals to the end of what hangs below the line.
    return Box(x=x, y=text.y - 0.75 * text.size, width=wide, height=0.95 * text.size, style=text.text)


@pytest.mark.parametrize("count", [2, 4, 9, 10, 18, 33])
def test_any_number_of_regions_fits(count: int) -> None:
    """The regions of a picture that was not synthesized: copies of one, under the longest names that there are."""
    names = sorted(sorted(known_regions()), key=len, reverse=True)[:count]
    picture = of(*THREE)
    mesh = frozenset((one, other) for one in names for other in names if one != other)
    star = frozenset((names[0], other) for other in names[1:]) | {(names[-1], names[0])}
    many_regions = replace(
        picture,
        regions=tuple(replace(picture.regions[0], name=name) for name in names),
        lanes=tuple(replace(lane, edges=edges) for lane, edges in zip(picture.lanes, (mesh, star), strict=False)),
    )
    drawing = laid_out(many_regions)
    columns = [one for one in boxes(drawing) if one.inside == "sheet"]
    assert len(columns) == count
    assert not [pair for pair in combinations(columns, 2) if overlap(*pair)]
    assert all(one.right <= drawing.width and one.bottom <= drawing.height for one in columns)
    # Only the list of all names below the title may be too long.
    assert [one.text for one in texts(drawing) if "…" in one.text and one.size != 14] == []
    rows = {one.y for one in columns}
    assert max(sum(one.y == row for one in columns) for row in rows) <= MOST_IN_A_ROW
    areas = [area_of(one) for one in texts(drawing)]
    assert not [pair for pair in combinations(areas, 2) if overlap(*pair)]


def test_the_svg_is_one_file_that_loads_nothing() -> None:
    for text in drawn(of(*THREE)).values():
        root = ET.fromstring(text)  # noqa: S314 - written here
        used = {one.attrib["href"].removeprefix("#") for one in root.iter(f"{SVG}use")}
        defined = [one.attrib["id"] for one in root.iter(f"{SVG}symbol")]
        assert used == set(defined)
        assert len(defined) == len(used)
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
        assert not {"image", "script", "foreignObject"} & {one.tag.removeprefix(SVG) for one in root.iter()}


def test_who_cannot_see_it_is_told() -> None:
    root = ET.fromstring(drawn(of(*THREE))["diagram.svg"])  # noqa: S314 - written here
    assert root.attrib["role"] == "img"
    assert [root.find(f"{SVG}{tag}").attrib["id"] for tag in ("title", "desc")] == root.attrib[
        "aria-labelledby"
    ].split()
    assert root.findtext(f"{SVG}title") == "The platform meridian prod test in 3 regions"
    said = root.findtext(f"{SVG}desc") or ""
    assert "us-west-2, database replica, nearest healthy: VPC 10.4.0.0/16, Load balancer (ports 443 and 80)" in said
    assert (
        "PostgreSQL replication: us-east-1 to 2 regions; ap-south-1 from us-east-1; us-west-2 from us-east-1." in said
    )


def test_each_kind_of_replication_is_a_lane_with_its_direction() -> None:
    first, *others = THREE
    star = {(first, other) for other in others}
    back = {(other, first) for other in others}
    mesh = {(one, other) for one in THREE for other in THREE if one != other}
    found = lanes(of(*THREE))
    assert found["VPC peering"] == found["Session table"] == mesh
    assert found["PostgreSQL replication"] == found["Secrets"] == star
    assert found["S3 data buckets"] == star | back
    assert found["Backup vaults"] == back | {(first, "us-west-2")}
    assert found["Automated DB backups"] == {(first, "us-west-2")}
    assert found["Terraform state"] == {(first, "us-west-2")}


def test_one_region_has_no_lanes() -> None:
    assert of(*ONE).lanes == ()


@pytest.mark.slow
def test_the_writer_is_known_without_a_primary_record() -> None:
    picture = picture_of(platform("us-east-1", "us-west-2", entry={"routing": "latency"}).json)
    assert [(one.name, one.role, one.reached) for one in picture.regions] == [
        ("us-east-1", "writer", "nearest healthy"),
        ("us-west-2", "replica", "nearest healthy"),
    ]


@pytest.mark.slow
def test_after_a_failover_the_picture_is_another() -> None:
    picture = picture_of(platform(*THREE, **TAKEN_OVER).json)
    assert picture.regions[0].name == "us-west-2"
    assert {one.name: one.role for one in picture.regions} == {
        "us-west-2": "writer",
        "us-east-1": "detached",
        "ap-south-1": "replica",
    }
    assert lanes(picture)["PostgreSQL replication"] == {("us-east-1", "ap-south-1")}
    assert {item.title for item in of_region(picture, "us-east-1").contents["data"]} >= {"2 secrets"}


def test_what_is_counted_in_a_column_is_in_the_json() -> None:
    stack = platform(*THREE)
    region = of_region(picture_of(stack.json), "us-west-2")
    titles = {item.title for band in region.contents.values() for item in band}
    for kind, noun in (
        ("aws_nat_gateway", "NAT gateways"),
        ("aws_ssm_parameter", "parameters"),
        ("aws_kms_key", "KMS keys"),
    ):
        assert f"{len(stack.resources(kind, 'us-west-2'))} {noun}" in titles


@pytest.mark.parametrize("theme", THEMES)
def test_text_stands_out_from_what_it_is_on(theme: str) -> None:
    colours = THEMES[theme]
    grounds = [colours[name] for name in ("sheet", "region", "vpc", "band", "public", "private", "database-fill")]
    for name in ("strong", "soft", "network", "edge"):
        assert min(contrast(colours[name], ground) for ground in grounds) >= 4.4, name
    assert contrast(colours["storage"], colours["public"]) >= 4.5
    assert contrast(colours["database"], colours["database-fill"]) >= 4.5
    assert min(contrast(colours[name], colours["sheet"]) for name in ("storage", "database", "security")) >= 4.5
    assert contrast(colours["on-pill"], colours["edge"]) >= 4.4


def contrast(one: str, other: str) -> float:
    """As in https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
