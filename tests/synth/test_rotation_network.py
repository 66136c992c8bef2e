"""Whom the rotation function reaches."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from modules.settings import SettingsError, load_settings
from modules.settings.addressing import DATABASE, tier_block
from tests.support.otherwise import OTHERWISE
from tests.support.region_sets import FIVE, ONE, THREE, TWO, settings_of, write_settings
from tests.support.rotation import function
from tests.support.synthesized import Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)


def egress(stack: Stack, region: str) -> list[dict[str, Any]]:
    (group,) = function(stack, region).body["vpc_config"]["security_group_ids"]
    rules = [one.body for one in stack.resources("aws_vpc_security_group_egress_rule", region)]
    return [one for one in rules if one["security_group_id"] == group]


@SETS
def test_function_connects_to_the_databases_of_all_regions_and_to_the_endpoints_only(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    for region in regions:
        rules = egress(stack, region)
        assert {one["ip_protocol"] for one in rules} == {"tcp"}
        https = [one for one in rules if one["from_port"] == one["to_port"] == 443]
        assert [stack.at(one["referenced_security_group_id"]).name_tag for one in https] == [
            f"PROD-sg-test-endpoints-{region}"
        ]
        blocks = {one["cidr_ipv4"] for one in rules if one["from_port"] == one["to_port"] == 5432}
        assert len(rules) == len(https) + len(blocks) == 1 + len(regions)
        assert blocks == {database_block(stack, other) for other in regions}


def database_block(stack: Stack, region: str) -> str:
    (vpc,) = stack.resources("aws_vpc", region)
    return str(tier_block(IPv4Network(vpc.body["cidr_block"]), DATABASE))


@SETS
def test_nothing_connects_to_the_function(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        (group,) = function(stack, region).body["vpc_config"]["security_group_ids"]
        rules = stack.resources("aws_vpc_security_group_ingress_rule", region)
        assert not [one.address for one in rules if one.body["security_group_id"] == group]
        assert not {"ingress", "egress"} & stack.at(group).body.keys()


def test_without_an_endpoint_secrets_manager_is_reached_through_nat() -> None:
    rules = egress(platform(*ONE, **OTHERWISE), ONE[0])
    assert [one["cidr_ipv4"] for one in rules if one["from_port"] == 443] == ["0.0.0.0/0"]


def test_rejects_a_network_in_which_the_function_cannot_reach_secrets_manager(tmp_path: Path) -> None:
    network = {"nat_gateways": "none", "interface_endpoints": ["kms", "logs"]}
    path = write_settings(tmp_path, settings_of(*ONE, network=network))
    with pytest.raises(SettingsError) as caught:
        load_settings(path, {})
    assert str(caught.value) == (
        "network.interface_endpoints: the rotation function reaches Secrets Manager neither through an endpoint nor "
        "through a NAT gateway, got ['kms', 'logs'], "
        "allowed: a list with secretsmanager, or network.nat_gateways: per-az or single"
    )


@pytest.mark.parametrize(
    "network",
    [
        {"nat_gateways": "none"},
        {"nat_gateways": "none", "interface_endpoints": ["secretsmanager"]},
        {"nat_gateways": "single", "interface_endpoints": []},
    ],
)
def test_either_an_endpoint_or_a_nat_gateway_is_enough(tmp_path: Path, network: dict[str, Any]) -> None:
    path = write_settings(tmp_path, settings_of(*ONE, network=network))
    assert load_settings(path, {}).network.nat_gateways == network["nat_gateways"]
