import json
import re
from itertools import combinations
from typing import Any

import pytest

from tests.support.otherwise import ANYWHERE
from tests.support.region_sets import FIVE, ONE, SMALL_SETS, THREE, TWO, WIDEST
from tests.support.synthesized import Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE, WIDEST], ids=len)
ALARMS = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")


def widgets(stack: Stack) -> list[dict[str, Any]]:
    (dashboard,) = stack.resources("aws_cloudwatch_dashboard")
    return list(json.loads(dashboard.body["dashboard_body"])["widgets"])


@SETS
def test_first_widget_says_of_every_region_whether_it_is_ill(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    (dashboard,) = stack.resources("aws_cloudwatch_dashboard")
    assert dashboard.region == regions[0]
    first = widgets(stack)[0]
    assert (first["type"], first["x"], first["y"], first["width"]) == ("alarm", 0, 0, 24)
    found = [stack.at(arn) for arn in first["properties"]["alarms"]]
    healths, others = found[: len(regions)], found[len(regions) :]
    assert [one.region for one in healths] == sorted(regions)
    assert {one.address.partition(".")[0] for one in healths} == {"aws_cloudwatch_composite_alarm"}
    # What Route 53 says, and what else is where its metrics are, if the platform is not.
    assert {one.region for one in others} == {"us-east-1"}
    reach = [one for one in others if "-reach-" in one.body["alarm_name"]]
    assert len(reach) == (1 if len(regions) == 1 else len(regions) + 1)
    assert len(others) - len(reach) == (0 if "us-east-1" in regions else 2)


@SETS
def test_every_region_has_a_row_with_all_its_alarms(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    rows: dict[str, list[dict[str, Any]]] = {}
    for one in widgets(stack)[1:]:
        if one["type"] == "alarm":
            rows.setdefault(one["properties"]["title"].partition(",")[0], []).append(one)
    assert list(rows) == sorted(regions)
    for region, (row, *more) in rows.items():
        arns = [arn for one in (row, *more) for arn in one["properties"]["alarms"]]
        shown = {stack.at(arn).address for arn in arns}
        own = [one for one in stack.resources(ALARMS[0], region) if "-reach-" not in one.body["alarm_name"]]
        assert shown >= {one.address for one in own}
        assert {stack.at(arn).region for arn in arns} == {region}
        # As many as CloudWatch shows in one widget.
        assert all(len(one["properties"]["alarms"]) <= 100 for one in (row, *more))
        beside = [one for one in widgets(stack) if one["y"] == row["y"]]
        assert [one["type"] for one in beside][:2] == ["text", "alarm"]
        assert beside[0]["properties"]["markdown"].startswith(f"## {region}\n")
        graphs = [one["properties"] for one in beside if one["type"] == "metric"]
        assert graphs
        for graph in graphs:
            (arn,) = graph["annotations"]["alarms"]
            assert stack.at(arn).region == graph["region"] == region


@SETS
def test_widgets_lie_beside_and_below_each_other_on_the_grid(regions: tuple[str, ...]) -> None:
    placed = widgets(platform(*regions))
    assert len(placed) <= 500
    for one in placed:
        assert 0 <= one["x"] < one["x"] + one["width"] <= 24
    for one, other in combinations(placed, 2):
        beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        below = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
        assert beside or below


@SETS
def test_saved_queries_are_asked_of_a_log_group_of_their_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        queries = stack.resources("aws_cloudwatch_query_definition", region)
        assert {re.search(r"-query-test-(.+)-" + region, one.body["name"])[1] for one in queries} >= {  # type: ignore[index]
            "flow-rejected-traffic"
        }
        for one in queries:
            (group,) = one.body["log_group_names"]
            assert stack.at(group).region == region
            assert not any(line != line.strip() for line in one.body["query_string"].splitlines())


@SMALL_SETS
def test_every_log_group_is_encrypted_and_kept_as_long_as_the_settings_say(regions: tuple[str, ...]) -> None:
    stack = platform(*regions, **ANYWHERE)
    groups = stack.resources("aws_cloudwatch_log_group")
    assert {one.region for one in groups} == set(regions)
    for one in groups:
        assert one.body["retention_in_days"] == 30, one.address
        assert stack.at(one.body["kms_key_id"]).region == one.region, one.address
