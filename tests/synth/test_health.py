"""The health of a region."""

import re
from typing import Any

import pytest

from tests.support.alarms import alarms, filtered, metrics
from tests.support.region_sets import FIVE, ONE, TAKEN_OVER, THREE, TWO
from tests.support.synthesized import Block, platform

#: Alarms that are tickets, and lead clients elsewhere.
SEND_AWAY = {"ReplicaLag", "HealthyHostCount"}
OF_OTHERS = {"AWS/Route53", "Meridian/Failover"}
SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)


@pytest.mark.slow
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


def sends_away(alarm: Block) -> bool:
    return alarm.body.get("metric_name") in SEND_AWAY


@SETS
def test_health_of_a_region_is_made_of_what_pages_or_sends_clients_away_and_of_nothing_about_people(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    for health in stack.resources("aws_cloudwatch_composite_alarm"):
        # One fault is told once, by the alarm on it.
        assert not {"alarm_actions", "ok_actions", "insufficient_data_actions"} & health.body.keys()
        pages = [
            alarm
            for alarm in alarms(stack, health.region)
            # What is counted in the trail is about people, what Route 53 and keepers say about other regions: none is
            # ill of it.
            if not any(filtered(stack, alarm, one) or one["namespace"] in OF_OTHERS for one in metrics(alarm))
            and ("-page-" in stack.at(alarm.body["alarm_actions"][0]).body["name"] or sends_away(alarm))
        ]
        named = re.findall(r'ALARM\("(\$\{[^}]+\})"\)', health.body["alarm_rule"])
        assert sorted(stack.at(name).address for name in named) == sorted(alarm.address for alarm in pages)
        assert len(health.body["alarm_rule"]) < 10240
