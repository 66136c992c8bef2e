"""Prices, what other settings would save, and what a change costs: without a synthesis."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import yaml

from modules.settings import load_settings
from tests.support.region_sets import settings_of, write_settings
from tools.cost import UNKNOWN, uses_table
from tools.cost_difference import Change, difference, in_words, of_plan, total
from tools.numbers import sources_table
from tools.paths import ROOT
from tools.prices import NOT_READ, PAGES, PRICES, USES, price_of
from tools.savings import CHOICES, SHOWN, savings, with_choice

EVERY_OPTION = ROOT / "tests" / "golden" / "every_option.yaml"
REGION = "us-east-1"


def choice_of(key: str) -> Any:
    return next(one for one in CHOICES if one.key == key)


def test_every_price_has_a_page_of_aws_and_says_how_it_was_read() -> None:
    for one in (*PRICES.values(), *USES):
        assert PAGES[one.page].startswith("https://aws.amazon.com/")
        assert one.read == NOT_READ or one.read.startswith(("quoted, ", "Price List"))
    assert set(PAGES) == {one.page for one in (*PRICES.values(), *USES)}
    assert all(name in sources_table() for name in PRICES)


def test_a_standby_doubles_the_price() -> None:
    for name, price in PRICES.items():
        if name.startswith("Single-AZ"):
            assert PRICES[name.replace("Single", "Multi")].usd == pytest.approx(2 * price.usd)


@pytest.mark.parametrize(
    ("name", "usd"),
    [
        ("m6g.large instances", 0.077),
        ("m6g.medium instances", 0.0385),
        ("m6g.4xlarge instances", 0.616),
        ("Multi-AZ db.m7g.xlarge", 0.672),
        ("Single-AZ db.t4g.small", 0.0325),
    ],
)
def test_another_size_costs_in_proportion_and_is_not_known(name: str, usd: float) -> None:
    priced = price_of(name)
    assert priced
    assert priced[0].usd == pytest.approx(usd, rel=0.02)
    assert priced[1] == (name in PRICES)


@pytest.mark.parametrize(
    "name", ["m7g.large instances", "m6g.metal instances", "large instances", "Multi-AZ db.r7g.large", "topics"]
)
def test_another_family_has_no_price(name: str) -> None:
    assert price_of(name) is None


def test_an_example_is_amount_times_price() -> None:
    assert "| traffic through NAT gateways | 0.045 per GB | 1,000: 45 |" in uses_table()


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.key)
def test_a_choice_is_one_that_the_settings_allow(choice: Any, tmp_path: Any) -> None:
    text = yaml.safe_dump(settings_of("us-east-1", "ap-south-1"))
    path = tmp_path / "settings.yaml"
    path.write_text(with_choice(text, choice))
    section, key = choice.key.split(".")
    value = getattr(getattr(load_settings(path, {}), section), key)
    assert str(value).lower() == choice.value if isinstance(choice.value, str) else value == choice.value


def test_a_choice_changes_nothing_else(tmp_path: Any) -> None:
    text = EVERY_OPTION.read_text()
    before = load_settings(EVERY_OPTION, {})
    same = tmp_path / "same.yaml"
    same.write_text(with_choice(text, choice_of("database.multi_az")))
    after = load_settings(same, {})
    names = {name for name in type(before).model_fields if getattr(before, name) != getattr(after, name)}
    assert names <= {"database"}
    assert after.database.model_copy(update={"multi_az": before.database.multi_az}) == before.database


def test_the_file_keeps_texts_that_look_like_numbers(tmp_path: Any) -> None:
    path = write_settings(tmp_path, settings_of("eu-west-1", account_id="012345678901"))
    changed = with_choice(path.read_text(), choice_of("network.nat_gateways"))
    path.write_text(changed)
    settings = load_settings(path, {})
    assert settings.account_id == "012345678901"
    assert settings.network.nat_gateways == "single"


def test_only_what_saves_is_shown_and_the_largest_first() -> None:
    prices = {"network.nat_gateways": 60.0, "database.multi_az": 20.0, "compute.instance_types": 99.5}

    def total_of(text: str) -> float | None:
        settings = yaml.safe_load(text)
        for key, price in prices.items():
            section, name = key.split(".")
            if name in settings.get(section, {}):
                return price
        return 120.0 if "availability_zones" in text else None

    found = savings("regions: [eu-west-1]", now=100, total_of=total_of)
    assert [(one.choice.key, one.usd) for one in found] == [("database.multi_az", 80.0), ("network.nat_gateways", 40.0)]


def test_what_the_settings_have_already_is_not_priced() -> None:
    asked = []
    savings(
        "network: {nat_gateways: single, interface_endpoints: [secretsmanager], availability_zones: 2}",
        now=100,
        total_of=asked.append,
    )
    assert len(asked) == len(CHOICES) - 3


def test_no_more_than_three_are_shown() -> None:
    assert len(savings("{}", now=100, total_of=lambda _: 1.0)) == SHOWN


def test_a_difference_is_what_changes_times_its_price() -> None:
    before = {REGION: Counter({"NAT gateways": 3, "topics": 2, "secrets": 2}), "eu-west-1": Counter({"secrets": 2})}
    after = {
        REGION: Counter({"NAT gateways": 1, "topics": 5, "secrets": 2}),
        "sa-east-1": Counter({"load balancers": 1}),
    }
    found = difference(before, after)
    assert found == [
        Change(region=REGION, name="NAT gateways", before=3, after=1, usd=pytest.approx(-65.7), known=True),
        Change(region="sa-east-1", name="load balancers", before=0, after=1, usd=pytest.approx(16.425), known=False),
        Change(region="eu-west-1", name="secrets", before=2, after=0, usd=pytest.approx(-0.8), known=True),
    ]
    assert total(found) == pytest.approx(-50.075)
    assert in_words(found, most=2) == (
        f"fixed cost: -50.08 USD a month ({UNKNOWN} some prices are not known here): "
        "NAT gateways in us-east-1 3 to 1, load balancers in sa-east-1 0 to 1, 1 more"
    )


def test_no_difference_is_said_in_words() -> None:
    used = {REGION: Counter({"NAT gateways": 3})}
    assert in_words(difference(used, used)) == "fixed cost: no change"


def body(name: str, **more: Any) -> dict[str, Any]:
    return {"provider": f"aws.{REGION}", "//": {"metadata": {"path": f"platform/{REGION}/{name}/Resource"}}} | more


def change(address: str, actions: list[str], before: dict[str, Any] | None) -> dict[str, Any]:
    kind = address.partition(".")[0]
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "change": {"actions": actions, "before": before, "after": {}},
    }


def plan_of(*changes: dict[str, Any]) -> dict[str, Any]:
    there = [one for one in changes if one["change"]["actions"] != ["delete"]]
    resources = [{"address": one["address"], "provider_config_key": "aws.here"} for one in there]
    configuration = {
        "provider_config": {"aws.here": {"alias": REGION}},
        "root_module": {"resources": resources},
    }
    return {"resource_changes": list(changes), "configuration": configuration}


CONFIGURATION = {
    "resource": {
        "aws_launch_template": {
            "web": body(
                "web",
                instance_type="m6g.large",
                monitoring={"enabled": True},
                block_device_mappings=[{"device_name": "/dev/xvda", "ebs": {"volume_size": 16}}],
            )
        },
        "aws_autoscaling_group": {
            "web": body("web", min_size=3, max_size=12, launch_template={"id": "${aws_launch_template.web.id}"})
        },
        "aws_nat_gateway": {"a": body("network")},
    }
}
#: The same as a state has it: blocks are lists, and references are ids.
TEMPLATE = {
    "id": "lt-1",
    "arn": f"arn:aws:ec2:{REGION}:111122223333:launch-template/lt-1",
    "instance_type": "t4g.small",
    "monitoring": [{"enabled": True}],
    "block_device_mappings": [{"device_name": "/dev/xvda", "ebs": [{"volume_size": 16, "kms_key_id": ""}]}],
}
GROUP = {
    "id": "web",
    "min_size": 2,
    "max_size": 3,
    "launch_template": [{"id": "lt-1", "version": "1"}],
    "mixed_instances_policy": [],
}


def test_a_first_plan_costs_all_of_it() -> None:
    names = ("aws_launch_template.web", "aws_autoscaling_group.web", "aws_nat_gateway.a")
    found = of_plan(plan_of(*(change(name, ["create"], None) for name in names)), CONFIGURATION)
    assert {(one.name, one.before, one.after) for one in found} == {
        ("m6g.large instances", 0, 3),
        ("instances in detail", 0, 3),
        ("GiB of instance volumes", 0, 48),
        ("NAT gateways", 0, 1),
    }


def test_a_plan_without_changes_costs_nothing() -> None:
    found = of_plan(
        plan_of(
            change("aws_launch_template.web", ["no-op"], TEMPLATE),
            change("aws_autoscaling_group.web", ["no-op"], GROUP),
            change("aws_nat_gateway.a", ["no-op"], {"id": "nat-1"}),
        ),
        CONFIGURATION,
    )
    assert found == []


def test_a_plan_that_changes_and_destroys_is_read_from_the_state() -> None:
    arn = f"arn:aws:rds:{REGION}:111122223333:db:old"
    database = {
        "arn": arn,
        "identifier": "old",
        "instance_class": "db.t4g.micro",
        "multi_az": True,
        "allocated_storage": 20,
        "storage_type": "gp3",
        "replicate_source_db": "",
    }
    found = of_plan(
        plan_of(
            change("aws_launch_template.web", ["update"], TEMPLATE),
            change("aws_autoscaling_group.web", ["update"], GROUP),
            change("aws_nat_gateway.a", ["no-op"], {"id": "nat-1"}),
            change("aws_db_instance.old", ["delete"], database),
            change(f"aws_nat_gateway.{REGION}_network_nat_gateway-b_1", ["delete"], {"id": "nat-2"}),
        ),
        CONFIGURATION,
    )
    assert {(one.name, one.before, one.after) for one in found} == {
        ("t4g.small instances", 2, 0),
        ("m6g.large instances", 0, 3),
        ("instances in detail", 2, 3),
        ("GiB of instance volumes", 32, 48),
        ("Multi-AZ db.t4g.micro", 1, 0),
        ("Multi-AZ GiB of gp3", 20, 0),
        ("NAT gateways", 2, 1),
    }
    assert {one.region for one in found} == {REGION}
