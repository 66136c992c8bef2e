"""A plan that takes data or addresses away is refused before anything else, unless the settings name it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.settings import load_settings
from policies.losses import Loss, unnamed
from tests.support.plans import saved
from tests.support.region_sets import settings_of, write_settings
from tools.errors import ToolError
from tools.guard import MOST_SHOWN, entries, guard, require_named

REASON = "the network moves to another range"
VPC = Loss(address="aws_vpc.us-east-1_network_vpc_AA11BB22", kind="aws_vpc", replaced=True, forced_by=("cidr_block",))


def subnets(count: int, *, region: str = "us-east-1") -> list[Loss]:
    return [
        Loss(address=f"aws_subnet.{region}_network_private-{each}_{each:08}", kind="aws_subnet", replaced=True)
        for each in range(count)
    ]


def refusal(found: list[Loss], **allowed: str) -> ToolError:
    with pytest.raises(ToolError) as caught:
        require_named(found, allowed=allowed)
    return caught.value


def plan(kind: str = "aws_vpc", actions: tuple[str, ...] = ("delete", "create")) -> dict[str, Any]:
    what = {"actions": list(actions), "before": {}, "after": {}, "replace_paths": [["cidr_block"]]}
    address = f"{kind}.us-east-1_network_vpc_AA11BB22"
    return {"resource_changes": [{"address": address, "mode": "managed", "type": kind, "change": what}]}


def test_nothing_is_refused_that_takes_nothing_away_or_is_named() -> None:
    require_named([], allowed={})
    require_named([VPC], allowed={VPC.address: REASON})
    require_named(subnets(3), allowed={"aws_subnet.us-east-1_*": REASON})


def test_a_refusal_names_what_is_lost_and_why_and_the_lines_to_write() -> None:
    error = refusal([VPC, *subnets(1)])
    assert f"  {VPC.address} is replaced (cidr_block cannot change in place), and all addresses in it" in error.message
    assert error.advice
    assert error.advice.endswith(
        "policy:\n  allow_loss:\n"
        f'    {VPC.address}: "WHY IT MAY GO"\n'
        '    aws_subnet.us-east-1_network_private-0_00000000: "WHY IT MAY GO"'
    )


def test_a_refusal_names_the_keys_that_do_it() -> None:
    with pytest.raises(ToolError, match=r"settings that do this: network\.cidr, environment"):
        require_named([VPC], allowed={}, keys_behind=lambda _: ("network.cidr", "environment"))


def test_the_lines_to_write_allow_what_was_refused_once_they_have_a_reason(tmp_path: Path) -> None:
    found = [VPC, *subnets(9), *subnets(4, region="us-west-2")]
    stated = {"aws_s3_bucket.us-east-1_storage_data_1": 'what was "named" before'}
    advice = str(refusal(found, **stated).advice)
    lines: dict[str, Any] = yaml.safe_load(advice[advice.index("policy:") :])
    assert lines["policy"]["allow_loss"].items() >= stated.items()
    with pytest.raises(Exception, match="not a reason"):
        load_settings(write_settings(tmp_path, settings_of("eu-west-1") | lines), {})
    meant = dict.fromkeys(lines["policy"]["allow_loss"], REASON)
    content = settings_of("eu-west-1") | {"policy": {"allow_loss": meant}}
    allowed = load_settings(write_settings(tmp_path, content), {}).policy.allow_loss
    assert unnamed(found, allowed=allowed) == []
    assert len(allowed) == len(stated) + 3


def test_the_lines_name_few_one_by_one_and_many_by_what_they_begin_with() -> None:
    assert list(entries(subnets(3))) == [(loss.address, [loss]) for loss in subnets(3)]
    assert list(entries(subnets(4))) == [("aws_subnet.us-east-1_network_*", subnets(4))]
    assert (
        "  aws_subnet.us-east-1_network_*, 4 of them: aws_subnet.us-east-1_network_private-0_"
        in refusal(subnets(4)).message
    )


def test_a_refusal_has_room_on_a_screen() -> None:
    lots = [loss for number in range(MOST_SHOWN + 5) for loss in subnets(4, region=f"us-east-{number}")]
    error = refusal(lots)
    assert len(error.message.splitlines()) == MOST_SHOWN + 2
    assert error.message.endswith("and 5 more like these")


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("aws_vpc.*", "not the address of resources of one type in one region"),
        ("aws_vpc.us-*", "not the address"),
        ("aws_*.us-east-1_network", "not the address"),
        ("*", "not the address"),
        ("aws_vpc.*_network_vpc", "not the address"),
    ],
)
def test_rejects_entries_that_could_be_about_anything(tmp_path: Path, pattern: str, problem: str) -> None:
    content = settings_of("eu-west-1") | {"policy": {"allow_loss": {pattern: REASON}}}
    with pytest.raises(Exception, match=problem):
        load_settings(write_settings(tmp_path, content), {})


@pytest.mark.parametrize("address", ["aws_efs_file_system.files", "aws_vpc.eu-west-1_network_vpc_F49C2E3B"])
def test_takes_the_address_of_what_stands_at_the_top_of_an_extension_too(tmp_path: Path, address: str) -> None:
    content = settings_of("eu-west-1") | {"policy": {"allow_loss": {address: REASON}}}
    assert load_settings(write_settings(tmp_path, content), {}).policy.allow_loss == {address: REASON}


def test_plans_that_are_refused_are_discarded(tmp_path: Path) -> None:
    plans = [saved(tmp_path / name, content) for name, content in (("a", plan()), ("b", {"resource_changes": []}))]
    with pytest.raises(ToolError):
        guard(plans, allowed={}, tell=pytest.fail)
    assert not any(each.file.exists() for each in plans)


@pytest.mark.parametrize(
    ("content", "notes"), [(plan(), 0), (plan("aws_lb"), 1), ({"resource_changes": []}, 1)], ids=["used", "other", "no"]
)
def test_entries_without_a_use_are_told(tmp_path: Path, content: Mapping[str, Any], notes: int) -> None:
    told: list[str] = []
    guard([saved(tmp_path / "a", content)], allowed={VPC.address: REASON}, tell=told.append)
    assert [VPC.address in line and "remove the entry" in line for line in told] == [True] * notes


def test_a_retired_region_may_go_and_no_other(tmp_path: Path) -> None:
    leaving = {"us-east-1": {"objects": "delete", "backups": "keep"}}
    content = settings_of("us-west-2", "eu-west-1", retired_regions=["us-east-1"], leaving=leaving)
    meant = load_settings(write_settings(tmp_path, content), {}).meant_losses
    assert "leaving.us-east-1" in meant["*.us-east-1_*"]
    told: list[str] = []
    guard([saved(tmp_path, plan())], allowed={}, meant=meant, tell=told.append)
    assert told == []
    elsewhere = plan()
    elsewhere["resource_changes"][0]["address"] = "aws_vpc.us-west-2_network_vpc_AA11BB22"
    with pytest.raises(ToolError, match=r"aws_vpc\.us-west-2_network"):
        guard([saved(tmp_path, elsewhere)], allowed={}, meant=meant, tell=told.append)
