"""The numbers of docs/cost.md and docs/quotas.md are those of the synthesized JSON."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
import yaml

from modules.settings import SettingsError
from tests.support.region_sets import EIGHT_KEYS, THREE
from tests.support.synthesized import stacks
from tools.areas import AREAS
from tools.changes.table import rows
from tools.cost import STATE, UNKNOWN, Line, area_table, lines, lines_of, table, total
from tools.cost_difference import difference
from tools.cost_difference import total as total_of
from tools.numbers import COST, DEFAULT, QUOTAS, SMALLEST, pages
from tools.paths import ROOT
from tools.prices import HOURS, PRICES
from tools.prove.run import HOURLY_USD
from tools.quotas import QUOTAS as ALL
from tools.reference.costs import difference as difference_of
from tools.reference.costs import is_counted, known
from tools.savings import CHOICES, SHOWN, Saving, savings, with_choice
from tools.usage import ACCOUNT, Usage, usage


def default_stacks() -> list[Any]:
    return [stack.json for stack in stacks(*THREE).values()]


def default() -> Usage:
    return usage(*default_stacks())


def of_text(text: str) -> list[Any]:
    settings = yaml.safe_load(text)
    more = {key: value for key, value in settings.items() if key not in {"regions", "primary_region"}}
    names = {"environment": "prod", "environment_suffix": "test"} if settings["regions"] == list(THREE) else {}
    return [stack.json for stack in stacks(*settings["regions"], more=json.dumps(more | names)).values()]


def of_file(name: str) -> list[Any]:
    return of_text((ROOT / name).read_text())


@cache
def total_of_text(text: str) -> float | None:
    try:
        return total(lines(*of_text(text)))
    except SettingsError:
        return None


def chosen() -> list[Saving]:
    text = (ROOT / DEFAULT).read_text()
    return savings(text, now=total(lines(*default_stacks())), total_of=total_of_text)


def test_the_default_settings_are_the_three_regions_that_the_tests_synthesize() -> None:
    settings = yaml.safe_load((ROOT / DEFAULT).read_text())
    assert settings["regions"] == list(THREE)
    assert set(settings) == set(EIGHT_KEYS)


@pytest.mark.slow
@pytest.mark.parametrize("page", [COST, QUOTAS], ids=lambda page: page.name)
def test_the_tables_are_those_of_the_json(page: object) -> None:
    for path, text in pages({DEFAULT: default_stacks(), SMALLEST: of_file(SMALLEST)}, chosen()).items():
        if path == page:
            assert path.read_text() == text, f"{path.name}: `make numbers` writes its tables anew"


def test_a_total_is_the_sum_of_count_times_price() -> None:
    found = lines(*default_stacks())
    assert total(found) == pytest.approx(sum(one.count * one.each for one in found))
    assert {one.name for one in found} <= set(PRICES)
    assert {one.region for one in found} == {*THREE, ACCOUNT}


def test_areas_are_those_of_the_readme_and_add_up_to_the_same() -> None:
    found = lines(*default_stacks())
    assert {one.area for one in found} <= {*AREAS, STATE}
    assert total(found) == pytest.approx(total(lines_of(default())))
    named = {(one.area, one.name) for one in found}
    assert {("network", "NAT gateways"), ("web tier", "m6g.large instances"), ("state", "KMS keys")} <= named
    assert f"| **{total(found):,.2f}** |" in area_table(found)


def test_an_instance_type_without_a_price_is_told_and_not_left_out() -> None:
    found = lines_of({"us-east-1": default()["us-east-1"] + type(default()["us-east-1"])({"x99g.large instances": 2})})
    assert f"| x99g.large instances | 2 x 0.00{UNKNOWN} | 0.00 |" in table(found)


def test_a_resource_of_another_service_is_told_and_not_left_out() -> None:
    path = {"metadata": {"path": "platform/us-east-1/events/Resource"}}
    broker = {"events": {"provider": "aws.us-east-1", "//": path}}
    found = lines({"resource": {"aws_mq_broker": broker}})
    assert [(one.area, one.name, one.count, one.each, one.known) for one in found] == [
        ("events", "aws_mq_broker", 1, 0, False)
    ]


def test_every_service_of_the_platform_is_known() -> None:
    unknown = {one.name for one in lines(*default_stacks()) if one.name.startswith("aws_")}
    assert unknown == set(), "count and price them, or name their service in tools/usage.py if they cost nothing fixed"


def test_a_price_of_another_region_that_stands_in_is_marked() -> None:
    by_place: dict[tuple[str, str], Line] = {(one.name, one.region): one for one in lines(*default_stacks())}
    assert by_place["NAT gateways", "ap-south-1"].known
    assert not by_place["m6g.large instances", "ap-south-1"].known
    assert by_place["m6g.large instances", "us-west-2"].known


@pytest.mark.slow
def test_what_the_proof_says_it_costs_is_what_its_settings_come_to() -> None:
    found = lines(*of_file("config/prove.yaml"))
    assert all(one.known for one in found)
    assert total(found) / HOURS == pytest.approx(HOURLY_USD, rel=0.1)


@pytest.mark.slow
def test_the_largest_choices_save_what_the_changed_settings_cost_less() -> None:
    text = (ROOT / DEFAULT).read_text()
    now = total(lines(*default_stacks()))
    found = chosen()
    every = {choice.key: total_of_text(with_choice(text, choice)) for choice in CHOICES}
    assert all(price is not None and price < now for price in every.values())
    most = sorted(every, key=lambda key: every[key] or 0)[:SHOWN]
    assert [one.choice.key for one in found] == most
    assert [one.usd for one in found] == [pytest.approx(now - (every[key] or 0)) for key in most]


@pytest.mark.slow
def test_a_saving_is_the_difference_of_what_is_counted() -> None:
    choice = next(one for one in CHOICES if one.key == "network.nat_gateways")
    after = usage(*of_text(with_choice((ROOT / DEFAULT).read_text(), choice)))
    changes = difference(default(), after)
    counted = {(one.name, one.before - one.after) for one in changes}
    # Each gateway has alarms too.
    assert counted == {("NAT gateways", 2), ("public IPv4 addresses", 2), ("metrics in alarms", 4)}
    assert total_of(changes) == pytest.approx(-2 * (2 * 32.85 + 40.88) - 6 * 3.65 - 12 * 0.1)


def test_what_a_quota_counts_is_something_that_is_counted() -> None:
    names = {name for counts in default().values() for name in counts} | {"reserved concurrency"}
    assert {use for quota in ALL for use in quota.uses} <= names


def test_only_processors_are_more_than_a_new_account_has() -> None:
    used = default()
    over = {quota.code for quota in ALL if max(quota.used(used).values()) > quota.default}
    assert over == {"L-1216C47A"}


@pytest.mark.slow
@pytest.mark.parametrize("key", ["network.nat_gateways", "failover.enabled"])
def test_what_a_key_costs_is_what_its_change_costs(key: str) -> None:
    found = difference_of(rows()[key], total_of_text)
    assert found == pytest.approx(known().get(key, 0), abs=0.02), "`make numbers` prices every key anew"


def test_costs_are_of_keys_that_move_what_has_a_price() -> None:
    assert [key for key in known() if not is_counted(key)] == []
    assert {"database.instance_class", "network.interface_endpoints"} <= set(known())
