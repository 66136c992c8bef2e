"""The numbers of docs/cost.md and docs/quotas.md are those of the synthesized JSON."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.support.region_sets import EIGHT_KEYS, THREE
from tests.support.synthesized import stacks
from tools.cost import HOURS, PRICES, UNKNOWN, lines, table, total
from tools.numbers import COST, DEFAULT, QUOTAS, SMALLEST, pages
from tools.paths import ROOT
from tools.prove.run import HOURLY_USD
from tools.quotas import QUOTAS as ALL
from tools.usage import ACCOUNT, Usage, usage


def default() -> Usage:
    return usage(*(stack.json for stack in stacks(*THREE).values()))


def of_file(name: str) -> Usage:
    settings = yaml.safe_load((ROOT / name).read_text())
    more = {key: value for key, value in settings.items() if key not in {"regions", "primary_region"}}
    return usage(*(stack.json for stack in stacks(*settings["regions"], more=json.dumps(more)).values()))


def test_the_default_settings_are_the_three_regions_that_the_tests_synthesize() -> None:
    settings = yaml.safe_load((ROOT / DEFAULT).read_text())
    assert settings["regions"] == list(THREE)
    assert set(settings) == set(EIGHT_KEYS)


@pytest.mark.slow
@pytest.mark.parametrize("page", [COST, QUOTAS], ids=lambda page: page.name)
def test_the_tables_are_those_of_the_json(page: object) -> None:
    for path, text in pages({DEFAULT: default(), SMALLEST: of_file(SMALLEST)}).items():
        if path == page:
            assert path.read_text() == text, f"{path.name}: `make numbers` writes its tables anew"


def test_a_total_is_the_sum_of_count_times_price() -> None:
    found = lines(default())
    assert total(found) == pytest.approx(sum(one.count * one.each for one in found))
    assert {one.name for one in found} <= set(PRICES)
    assert {one.region for one in found} == {*THREE, ACCOUNT}


def test_an_instance_type_without_a_price_is_told_and_not_left_out() -> None:
    used = {"us-east-1": default()["us-east-1"].copy()}
    used["us-east-1"]["x99g.large instances"] = 2
    assert f"| x99g.large instances | 2 x 0.00{UNKNOWN} | 0.00 |" in table(used)


def test_a_price_of_another_region_that_stands_in_is_marked() -> None:
    by_place = {(one.name, one.region): one for one in lines(default())}
    assert by_place["NAT gateways", "ap-south-1"].known
    assert not by_place["m6g.large instances", "ap-south-1"].known
    assert by_place["m6g.large instances", "us-west-2"].known


@pytest.mark.slow
def test_what_the_proof_says_it_costs_is_what_its_settings_come_to() -> None:
    found = lines(of_file("config/prove.yaml"))
    assert all(one.known for one in found)
    assert total(found) / HOURS == pytest.approx(HOURLY_USD, rel=0.1)


def test_what_a_quota_counts_is_something_that_is_counted() -> None:
    names = {name for counts in default().values() for name in counts} | {"reserved concurrency"}
    assert {use for quota in ALL for use in quota.uses} <= names


def test_only_processors_are_more_than_a_new_account_has() -> None:
    used = default()
    over = {quota.code for quota in ALL if max(quota.used(used).values()) > quota.default}
    assert over == {"L-1216C47A"}
