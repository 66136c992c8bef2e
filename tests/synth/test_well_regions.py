"""Health checks and records where alarms have a say in which region clients are led to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modules.settings import SettingsError, load_settings
from tests.support.region_sets import ONE, SMALL_SETS, TAKEN_OVER, THREE, TWO, settings_of, write_settings
from tests.support.synthesized import Block, Stack, platform

#: Settings of their own take syntheses of their own.
pytestmark = pytest.mark.slow
SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE], ids=len)
MANY = pytest.mark.parametrize("regions", [TWO, THREE], ids=len)
#: What one alarm has to be for Route 53 to follow it.
STATISTICS = {"Average", "Maximum", "Minimum", "SampleCount", "Sum"}
SILENT = {"breaching": "Unhealthy", "ignore": "LastKnownStatus", "notBreaching": "Healthy"}


def by_alarms(*regions: str, entry: dict[str, Any] | None = None, **more: Any) -> Stack:
    return platform(*regions, entry={"health": "alarms", **(entry or {})}, **more)


def records(stack: Stack, name: str) -> dict[str, dict[str, Any]]:
    found = [one.body for one in stack.resources("aws_route53_record")]
    return {body["set_identifier"]: body for body in found if body["name"] == name and "set_identifier" in body}


def checks(stack: Stack, kind: str, region: str | None = None) -> list[Block]:
    found = stack.resources("aws_route53_health_check", region)
    # One more, on which no record depends, counts the regions that are reached.
    return [one for one in found if one.body["type"] == kind and "-reached-" not in one.name_tag]


def children(stack: Stack, check: Block) -> Iterator[Block]:
    for child in check.body["child_healthchecks"]:
        yield stack.at(child)


def leads_to(stack: Stack, record: dict[str, Any]) -> str:
    return str(stack.at(record["alias"]["name"]).body["name"])


@SMALL_SETS
def test_alarms_have_no_say_unless_the_settings_give_it(regions: tuple[str, ...]) -> None:
    default, asked = platform(*regions), platform(*regions, entry={"health": "endpoint"})
    assert default.json == asked.json
    assert {one.body["type"] for one in default.resources("aws_route53_health_check")} == {
        "HTTPS",
        *(["CALCULATED"] if len(regions) > 1 else []),
    }
    assert not records(default, "well.example.com")
    assert not records(default, "best.example.com")


@SETS
def test_a_region_is_well_while_its_page_answers_and_none_of_its_own_alarms_speaks(regions: tuple[str, ...]) -> None:
    stack = by_alarms(*regions)
    for region in regions:
        (well,) = checks(stack, "CALCULATED", region)
        below = list(children(stack, well))
        expected = [*checks(stack, "HTTPS", region), *checks(stack, "CLOUDWATCH_METRIC", region)]
        assert sorted(one.address for one in below) == sorted(one.address for one in expected)
        assert {one.body["type"] for one in below} == {"HTTPS", "CLOUDWATCH_METRIC"}
        assert well.body["child_health_threshold"] == len(below) <= 255


@SETS
def test_every_followed_alarm_is_one_of_the_region_that_route_53_can_follow(regions: tuple[str, ...]) -> None:
    stack = by_alarms(*regions)
    for check in checks(stack, "CLOUDWATCH_METRIC"):
        assert check.body["cloudwatch_alarm_name"].endswith(".alarm_name}")
        alarm = stack.at(check.body["cloudwatch_alarm_name"])
        assert alarm.address.startswith("aws_cloudwatch_metric_alarm.")
        assert alarm.region == check.region == check.body["cloudwatch_alarm_region"]
        assert alarm.body["statistic"] in STATISTICS
        assert not {"metric_query", "extended_statistic", "datapoints_to_alarm"} & alarm.body.keys()
        assert alarm.body["period"] % 60 == 0
        assert check.body["insufficient_data_health_status"] == SILENT[alarm.body["treat_missing_data"]]


@SETS
def test_clients_leave_for_what_they_suffer_from_and_does_not_come_along(regions: tuple[str, ...]) -> None:
    stack = by_alarms(*regions)
    for region in regions:
        followed = [stack.at(one.body["cloudwatch_alarm_name"]) for one in checks(stack, "CLOUDWATCH_METRIC", region)]
        assert sorted(alarm.body["metric_name"] for alarm in followed) == [
            "CPUUtilization",
            "HealthyHostCount",
            "ReplicaLag",
        ]


@SETS
def test_a_changed_alarm_is_followed_as_it_is_now(regions: tuple[str, ...]) -> None:
    stack = by_alarms(*regions)
    for check in checks(stack, "CLOUDWATCH_METRIC"):
        address = stack.at(check.body["cloudwatch_alarm_name"]).address
        copied = check.body["triggers"]["alarm"]
        for attribute in ("dimensions", "threshold", "evaluation_periods", "period", "statistic"):
            assert f"{address}.{attribute}" in copied


@SETS
def test_well_knows_every_region_and_best_leads_there_before_it_takes_one_that_only_answers(
    regions: tuple[str, ...],
) -> None:
    stack = by_alarms(*regions)
    well, best = records(stack, "well.example.com"), records(stack, "best.example.com")
    assert sorted(well) == sorted(regions)
    for region, body in well.items():
        assert body["latency_routing_policy"] == {"region": region}
        assert stack.at(body["alias"]["name"]).region == region
        assert stack.at(body["health_check_id"]).address == checks(stack, "CALCULATED", region)[0].address
    assert {role: leads_to(stack, body) for role, body in best.items()} == {
        "primary": "well.example.com",
        "secondary": "nearest.example.com",
    }
    assert all(body["alias"]["evaluate_target_health"] is True for body in [*well.values(), *best.values()])
    # Else an alarm that goes off everywhere would leave nothing to lead to.
    for body in records(stack, "nearest.example.com").values():
        assert stack.at(body["health_check_id"]).body["type"] == "HTTPS"


@MANY
def test_failover_goes_from_a_primary_region_that_is_not_well_to_the_best(regions: tuple[str, ...]) -> None:
    stack = by_alarms(*regions)
    served = records(stack, "example.com")
    assert stack.at(served["primary"]["alias"]["name"]).region == regions[0]
    well = stack.at(served["primary"]["health_check_id"])
    assert (well.body["type"], well.region) == ("CALCULATED", regions[0])
    assert leads_to(stack, served["secondary"]) == "best.example.com"


def test_one_region_serves_well_or_not() -> None:
    served = records(by_alarms(*ONE), "example.com")
    assert list(served) == ["primary"]


@SETS
def test_latency_leads_to_the_best(regions: tuple[str, ...]) -> None:
    stack = by_alarms(*regions, entry={"routing": "latency"})
    (served,) = records(stack, "example.com").values()
    assert leads_to(stack, served) == "best.example.com"
    assert "health_check_id" not in served


@SETS
def test_giving_alarms_a_say_changes_only_where_served_names_lead(regions: tuple[str, ...]) -> None:
    before, after = platform(*regions).json["resource"], by_alarms(*regions).json["resource"]
    changed = {
        (kind, body["name"])
        for kind, blocks in before.items()
        for name, body in blocks.items()
        if after[kind].get(name) != body
    }
    assert changed == {("aws_route53_record", "example.com")}
    assert before["aws_route53_record"].keys() < after["aws_route53_record"].keys()


def test_a_takeover_adds_no_health_check_and_silence_stays_what_it_is() -> None:
    before, after = by_alarms(*THREE), by_alarms(*THREE, **TAKEN_OVER)
    old, new = (one.json["resource"]["aws_route53_health_check"] for one in (before, after))
    assert old.keys() == new.keys()
    silent = {
        check.region: check.body["insufficient_data_health_status"]
        for check in checks(after, "CLOUDWATCH_METRIC")
        if after.at(check.body["cloudwatch_alarm_name"]).body["metric_name"] == "CPUUtilization"
    }
    assert silent == dict.fromkeys(THREE, "Unhealthy")


def test_rejects_another_say(tmp_path: Path) -> None:
    path = write_settings(tmp_path, settings_of(*TWO, entry={"health": "composite"}))
    with pytest.raises(SettingsError, match=r"entry\.health: not one of the choices, got 'composite', allowed: "):
        load_settings(path, {})
