"""The picture of what Meridian does not make by itself: other resources, few of them, long names."""

from __future__ import annotations

from typing import Any

import pytest

from tools.diagram import icons
from tools.diagram.build import picture_of
from tools.diagram.layout import laid_out
from tools.diagram.model import Lane, many
from tools.diagram.shapes import Text, fitted, width_of
from tools.diagram.svg import svg
from tools.errors import ToolError

REGION = "ap-southeast-5"


def stack(**more: dict[str, Any]) -> dict[str, Any]:
    vpc = {"main": {"provider": f"aws.{REGION}", "cidr_block": "10.0.0.0/16"}}
    return {"resource": {"aws_vpc": vpc} | more}


def items(*stacks: dict[str, Any]) -> dict[str, str]:
    return {item.title: item.detail for band in picture_of(*stacks).regions[0].contents.values() for item in band}


def test_a_vpc_alone_is_a_picture() -> None:
    picture = picture_of(stack())
    assert [one.name for one in picture.regions] == [REGION]
    assert picture.regions[0].contents == {}
    assert "<svg" in svg(laid_out(picture), picture, theme="light", symbols=icons.symbols)


def test_without_a_vpc_there_is_nothing_to_draw() -> None:
    with pytest.raises(ToolError, match="no VPC"):
        picture_of({"resource": {}})


def test_resources_of_unknown_services_are_named() -> None:
    brokers = {"events": {"provider": f"aws.{REGION}"}}
    clusters = {"jobs": {"provider": f"aws.{REGION}"}}
    assert items(stack(aws_mq_broker=brokers, aws_ecs_cluster=clusters)) == {"Also": "ecs, mq"}


def test_references_that_lead_nowhere_are_no_lanes() -> None:
    outside = {
        "to-others": {
            "provider": f"aws.{REGION}",
            "peer_vpc_id": "vpc-0123456789abcdef0",
            "//": {"metadata": {"path": "x"}},
        }
    }
    assert picture_of(stack(aws_vpc_peering_connection=outside)).lanes == ()


def test_an_extension_that_is_a_function_is_told_by_its_construct() -> None:
    path = {"metadata": {"path": "platform/eu-west-1/image-resizer/Resource"}}
    function = {"resizer": {"provider": f"aws.{REGION}", "//": path}}
    assert items(stack(aws_lambda_function=function)) == {"1 function": "image resizer"}


def test_markup_in_names_stays_text() -> None:
    odd = {"main": {"provider": f"aws.{REGION}", "cidr_block": "<script>&"}}
    picture = picture_of({"resource": {"aws_vpc": odd}})
    text = svg(laid_out(picture), picture, theme="dark", symbols=icons.symbols)
    assert "<script>" not in text
    assert "VPC &lt;script&gt;&amp;" in text


def test_a_long_text_is_cut_to_its_room() -> None:
    cut = fitted("a-very-long-name-of-a-platform", size=13, room=90, bold=True)
    assert cut.endswith("…")
    assert width_of(cut, size=13, bold=True) <= 90
    assert fitted("short", size=13, room=90) == "short"


def test_a_long_domain_does_not_reach_the_columns() -> None:
    name = f"{'a' * 50}.example.com"
    balancer = {"web": {"provider": f"aws.{REGION}"}}
    record = {"apex": {"name": name, "alias": {"name": "${aws_lb.web.dns_name}"}, "provider": f"aws.{REGION}"}}
    picture = picture_of(stack(aws_lb=balancer, aws_route53_record=record))
    assert picture.domain == name
    assert picture.regions[0].reached == "by its name"
    shown = [one for one in laid_out(picture).shapes if isinstance(one, Text) and one.text.startswith("aaa")]
    assert [width_of(one.text, size=one.size, bold=one.bold) <= one.room for one in shown] == [True]


@pytest.mark.parametrize(
    ("edges", "said"),
    [
        ({("a", "b")}, (True, "to b")),
        ({("b", "a")}, (False, "from b")),
        ({("a", "b"), ("b", "a")}, (True, "with b")),
        ({("a", "b"), ("a", "c")}, (True, "to 2 regions")),
        ({("a", "b"), ("c", "a"), ("b", "a")}, (True, "to b, from 2")),
        ({("b", "c")}, None),
    ],
)
def test_a_region_says_what_it_does_in_a_lane(edges: set[tuple[str, str]], said: tuple[bool, str] | None) -> None:
    assert Lane(name="", detail="", service="network", edges=frozenset(edges)).at("a") == said


def test_a_missing_icon_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(icons, "PACKAGE", tmp_path)
    with pytest.raises(ToolError) as error:
        icons.symbols(["s3"])
    assert error.value.advice == "run `make install`, which installs aws-icons"


def test_icons_are_taken_as_they_are() -> None:
    drawn = icons.symbols(icons.ICONS)
    assert drawn.count("<symbol") == len(icons.ICONS)
    assert "<title>" not in drawn


def test_one_is_not_many() -> None:
    assert [many(1, "key"), many(0, "key"), many(1234, "key")] == ["1 key", "0 keys", "1,234 keys"]
