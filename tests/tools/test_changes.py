"""The table of what a changed key does: what is read out of plans, and the page that shows it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from policies.losses import ADDRESSES, SETTING, Loss
from tests.support.changes import PLATFORM, Trial, additive
from tests.support.walk import keys
from tools.changes import keys_behind
from tools.changes.effect import MOST_NAMED, Effect, effects, summarized, told_apart
from tools.changes.page import PAGE, page, table, verdict
from tools.changes.table import OTHER, REGION, Row, packs, rows, tried
from tools.plan import Plan

NAME = "eu-west-1_area_main_AA11BB22"


def plan(actions: str, before: Any = None, after: Any = None, *, name: str = NAME, **more: Any) -> Plan:
    what = {"actions": actions.split("/"), "before": before, "after": after, **more}
    return {"resource_changes": [{"address": f"aws_x.{name}", "type": "aws_x", "mode": "managed", "change": what}]}


#: A replacement by a value that is not known yet, and an update by a part of one.
UNKNOWN = plan("create/delete", {"a": 1}, {}, after_unknown={"a": True}, replace_paths=[["a"]])
OPEN = plan("update", {"a": [{"b": 1}]}, {"a": [{}]}, after_unknown={"a": [{"b": True}]})

HALF_OPEN = plan("update", {"a": [{"b": 1, "c": 1}]}, {"a": [{"c": 2}]}, after_unknown={"a": [{"b": True}]})


def lines(changed: Plan, beside: Plan | None = None) -> list[str]:
    return [str(each) for each in effects(changed, beside=beside).values()]


def test_an_effect_is_told_without_region_and_hash() -> None:
    assert lines(plan("create", None, {"a": 1})) == ["create aws_x.area_main"]
    assert lines(plan("create", name="peering-us-west-2-eu-west-1_AA11BB22")) == ["create aws_x.peering-REGION-REGION"]


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("update aws_x.area_main: a", plan("update", {"a": 1, "b": 2}, {"a": 3, "b": 2})),
        ("replace aws_x.area_main: a", plan("delete/create", {"a": 1}, {"a": 2, "b": 3}, replace_paths=[["a"]])),
        ("replace aws_x.area_main: a", UNKNOWN),
        ("delete aws_x.area_main", plan("delete", {"a": 1})),
        ("delete aws_x.area_main", plan("forget", {"a": 1})),
        ("follow aws_x.area_main: a", OPEN),
        ("update aws_x.area_main: a", HALF_OPEN),
    ],
)
def test_an_effect_says_what_is_updated_or_forces_a_replacement(line: str, change: Plan) -> None:
    assert lines(change) == [line]
    assert str(Effect.of(line)) == line


@pytest.mark.parametrize(
    "change",
    [
        plan("no-op", {"a": 1}, {"a": 1}),
        plan("update", {"a": None, "b": [{"c": ""}]}, {"a": [], "b": [{"c": 0}]}, after_unknown={"b": [{}]}),
        plan("update", {"version": 1}, {}, after_unknown={"version": True}),
    ],
)
def test_nothing_is_no_effect_however_a_provider_writes_it(change: Plan) -> None:
    assert lines(change) == []


def test_false_is_a_value() -> None:
    assert lines(plan("update", {"a": None}, {"a": False})) == ["update aws_x.area_main: a"]


def test_beside_another_plan_only_the_difference_is_told() -> None:
    beside = plan("update", {"a": 1, "b": 1}, {"a": 2, "b": 1})
    assert lines(beside, beside) == []
    assert lines(plan("update", {"a": 1, "b": 1}, {"a": 2, "b": 2}), beside) == ["update aws_x.area_main: b"]
    forced = plan("delete/create", {"a": 1, "b": 1}, {"a": 2, "b": 2}, replace_paths=[["b"]])
    assert lines(forced, beside) == ["replace aws_x.area_main: b"]
    assert lines({}, plan("create", None, {"a": 1})) == ["delete aws_x.area_main"]
    assert lines(plan("create", None, {"a": 1}), {}) == ["create aws_x.area_main"]


def many(count: int, *, attributes: tuple[str, ...] = ("a",)) -> set[Effect]:
    return {Effect(action="update", kind="aws_x", name=str(each), attributes=attributes) for each in range(count)}


def test_effects_on_many_of_a_type_are_told_as_one() -> None:
    assert summarized(many(MOST_NAMED)) == many(MOST_NAMED)
    assert [str(each) for each in summarized(many(MOST_NAMED + 1))] == ["update aws_x.*: a"]


def test_found_effects_are_told_apart_from_expected_ones() -> None:
    assert told_apart(many(3), expected=many(3)) == (set(), set())
    assert told_apart(many(3), expected=many(2)) == (many(3) - many(2), set())
    assert told_apart(many(2), expected=many(3)) == (set(), many(3) - many(2))
    assert told_apart(many(1, attributes=("a", "b")), expected=many(1) | many(1, attributes=("b",))) == (set(), set())
    follows = {replace(each, action="follow") for each in many(2)}
    assert told_apart(follows, expected=many(1)) == (set(), set())
    lot = many(MOST_NAMED + 1)
    assert told_apart(lot, expected=summarized(lot)) == (set(), set())
    assert told_apart(many(1), expected=summarized(lot)) == (set(), summarized(lot))
    assert told_apart(lot, expected=many(1)) == (lot - many(1), set())


def test_every_key_of_the_settings_has_a_row_that_was_tried() -> None:
    names = [re.sub(r"^(database\.instances|leaving)\.eu-west-1", rf"\1.{REGION}", key.name) for key in keys()]
    assert list(rows()) == names
    assert list(tried()) == names


def test_a_row_is_about_the_regions_that_it_is_given() -> None:
    row = Row(key=f"database.instances.{REGION}.of", to=REGION, beside={"home_region": OTHER})
    before, after = row.settings(region="us-east-1", other="us-west-2")
    assert before == {"home_region": "us-west-2"}
    assert after == {"home_region": "us-west-2", "database.instances.us-west-2.of": "us-east-1"}


def test_the_page_has_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make numbers`"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("replace aws_vpc.network_vpc: cidr_block", "**refused** unless named"),
        ("delete aws_s3_bucket.storage_data", "**refused** unless named"),
        ("replace aws_db_instance.x: kms_key_id", "**refused** unless named"),
        ("replace aws_db_instance.x", "replacement"),
        ("update aws_vpc.network_vpc: tags", "in place"),
        ("replace aws_lb_target_group.x: port", "replacement"),
        ("create aws_vpc.network_vpc", "adds"),
        ("leave state.bucket", "**another platform**"),
    ],
)
def test_a_verdict_is_the_worst_that_happens(line: str, word: str) -> None:
    also = Effect(action="update", kind="aws_x", name="y")
    assert verdict([also, Effect.of(line)]) == word
    shown = table({"a.b": Row(key="a.b", to=True)}, {"a.b": [also, Effect.of(line)]})
    assert f"| `a.b` | `true` | {word} |" in shown
    assert (SETTING in shown) is ("unless named" in word)


def test_keys_that_move_all_addresses_are_refused_unless_named() -> None:
    for key in ("network.cidr", "network.vpc_prefix_length", "network.region_cidrs"):
        assert "unless named" in verdict(tried()[key]), key
        assert ADDRESSES.keys() <= {each.kind for each in tried()[key] if each.action == "replace"}
    assert verdict(tried()["environment_suffix"]) == verdict(tried()["environment"]) == "**another platform**"


def test_the_keys_behind_a_loss_are_known() -> None:
    moved = Loss(address="aws_vpc.x", kind="aws_vpc", replaced=True, forced_by=("cidr_block",))
    assert "network.cidr" in keys_behind(moved)
    assert keys_behind(replace(moved, forced_by=("something",))) == []
    assert keys_behind(replace(moved, replaced=False)) != keys_behind(moved)


def test_most_keys_are_planned_again_in_a_test() -> None:
    planned = [key for keys in packs() for key in keys]
    assert len(planned) == len(set(planned))
    assert set(planned) <= {key for key, effects in tried().items() if effects and not rows()[key].alone}
    silent = {key for key, effects in tried().items() if {each.action for each in effects} <= {"refuse", "leave"}}
    assert len(silent.union(planned)) > len(rows()) * 4 / 5


def test_no_key_of_a_pack_hides_what_another_does() -> None:
    """Such as a replacement, in which an update of the same resource is not to be seen."""
    trials = [[a_trial(key) for key in keys] for keys in packs()]
    hidden = [
        (one.row.key, other.row.key)
        for pack in trials
        for one, other in combinations(pack, 2)
        if not additive(one, other)
    ]
    assert hidden == []


def a_trial(key: str) -> Trial:
    row = rows()[key]
    before, after = row.settings(region=PLATFORM[0], other=PLATFORM[1])
    return Trial(row, before, after, found={*tried()[key]})
