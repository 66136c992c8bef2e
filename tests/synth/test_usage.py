"""What is counted is what the JSON has."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.region_sets import ONE, THREE
from tests.support.synthesized import platform, state_backend
from tools.errors import ToolError
from tools.usage import ACCOUNT, ONE_EACH, Usage, resources_of, usage, vcpus_of

REGIONS = pytest.mark.parametrize("region", THREE)


def used(**more: Any) -> Usage:
    return usage(platform(*ONE, **more).json) if more else usage(platform(*THREE).json)


def test_every_region_is_counted_and_the_account() -> None:
    assert set(used()) == {ACCOUNT, *THREE}


@REGIONS
def test_what_is_one_each_is_as_many_as_there_are_of_the_type(region: str) -> None:
    found = used()[region]
    for kind, name in ONE_EACH.items():
        if not kind.startswith(("aws_iam_", "aws_route53_", "aws_vpc_peering_")):
            kinds = [other for other, same in ONE_EACH.items() if same == name]
            assert found[name] == sum(len(platform(*THREE).resources(other, region)) for other in kinds), name


@REGIONS
def test_an_endpoint_has_an_interface_in_each_of_its_subnets(region: str) -> None:
    endpoints = platform(*THREE).resources("aws_vpc_endpoint", region)
    subnets = [subnet for one in endpoints for subnet in one.body.get("subnet_ids", ())]
    assert used()[region]["endpoint interfaces"] == len(subnets) > 0


@REGIONS
def test_vcpus_follow_from_the_group_and_its_instance_type(region: str) -> None:
    (group,) = platform(*THREE).resources("aws_autoscaling_group", region)
    cores = vcpus_of("m6g.large")
    assert cores == 2
    assert used()[region]["vCPUs at least"] == cores * group.body["min_size"]
    assert used()[region]["vCPUs at most"] == cores * group.body["max_size"]


@pytest.mark.slow
def test_of_several_instance_types_the_largest_counts() -> None:
    found = used(compute={"instance_types": ["m6g.large", "m6g.xlarge"]})[ONE[0]]
    assert found["vCPUs at most"] == 12 * vcpus_of("m6g.xlarge")


@REGIONS
def test_a_replica_is_as_large_as_its_source(region: str) -> None:
    assert used()[region]["GiB of databases"] == used()[THREE[0]]["GiB of databases"] > 0


@REGIONS
def test_replicas_count_where_their_source_is(region: str) -> None:
    assert used()[region]["read replicas"] == (len(THREE) - 1 if region == THREE[0] else 0)


@REGIONS
def test_copies_of_secrets_and_tables_count_where_they_are(region: str) -> None:
    # The table of sessions, and the journal of failovers.
    assert (used()[region]["secrets"], used()[region]["tables"]) == (2, 2)


@REGIONS
def test_a_peering_counts_at_both_ends(region: str) -> None:
    assert used()[region]["peerings"] == len(THREE) - 1


def test_stacks_add_up() -> None:
    both = usage(platform(*THREE).json, state_backend(*THREE).json)
    alone = usage(state_backend(*THREE).json)
    for region in THREE:
        assert both[region]["buckets"] == used()[region]["buckets"] + alone.get(region, {}).get("buckets", 0)


def test_every_type_that_is_counted_is_in_the_default_platform() -> None:
    kinds = {one.kind for one in resources_of(platform(*THREE).json)}
    assert kinds >= {kind for kind in ONE_EACH if kind not in {"aws_kms_replica_key", "aws_route53_zone"}}


def test_rejects_an_instance_type_that_nobody_knows() -> None:
    with pytest.raises(ToolError, match=r"m99g\.large"):
        vcpus_of("m99g.large")


def test_who_asks_an_account_may_say_how_many_vcpus_a_type_has() -> None:
    asked = usage(platform(*THREE).json, vcpus=lambda _type: 7)
    assert asked[THREE[0]]["vCPUs at least"] == 21
