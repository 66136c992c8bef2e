"""The health of a region."""

import re
from typing import Any

import pytest
from support.alarms import alarms, filtered, metrics
from support.region_sets import FIVE, ONE, TAKEN_OVER, THREE, TWO
from support.synthesized import platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)


@pytest.mark.parametrize(
    "more", [TAKEN_OVER, {"network": {"nat_gateways": "single"}}], ids=["another primary", "fewer gateways"]
)
def test_no_alarm_that_health_counts_goes_with_a_change_of_settings(more: dict[str, Any]) -> None:
    # CloudWatch deletes none, and Terraform would try before it changes the rule.
    before, after = platform(*THREE), platform(*THREE, **more)
    for region in THREE:
        rules = [
            stack.resources("aws_cloudwatch_composite_alarm", region)[0].body["alarm_rule"] for stack in (before, after)
        ]
        assert rules[0] == rules[1]


@SETS
def test_health_of_a_region_is_made_of_all_its_alarms_that_page_and_of_none_about_people(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    for health in stack.resources("aws_cloudwatch_composite_alarm"):
        (page,) = health.body["alarm_actions"]
        pages = [
            alarm
            for alarm in alarms(stack, health.region)
            # What is counted in the trail is about people, and no region is ill of it.
            if alarm.body["alarm_actions"] == [page] and not any(filtered(stack, alarm, one) for one in metrics(alarm))
        ]
        named = re.findall(r'ALARM\("(\$\{[^}]+\})"\)', health.body["alarm_rule"])
        assert sorted(stack.at(name).address for name in named) == sorted(alarm.address for alarm in pages)
        assert len(health.body["alarm_rule"]) < 10240
