"""What the embedded AWS says of the network that Terraform made in it."""

from __future__ import annotations

import shutil
from itertools import combinations
from typing import Any

import pytest

from tests.support.lives import CLEAN, Applied
from tests.support.region_sets import THREE
from tools.gate import check
from tools.paths import BACKEND, PLATFORM
from tools.plan import changes
from tools.saved_plan import SavedPlan

pytestmark = pytest.mark.emulator
REGIONS = pytest.mark.parametrize("region", THREE)


def name_of(thing: dict[str, Any]) -> str:
    return next(tag["Value"] for tag in thing["Tags"] if tag["Key"] == "Name")


def vpc_of(life: Applied, region: str) -> dict[str, Any]:
    (vpc,) = [one for one in life.client("ec2", region).describe_vpcs()["Vpcs"] if not one["IsDefault"]]
    return dict(vpc)


def of_vpc(life: Applied, region: str, call: str, key: str) -> list[dict[str, Any]]:
    vpc_id = vpc_of(life, region)["VpcId"]
    answer = getattr(life.client("ec2", region), call)(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])
    return list(answer[key])


def test_the_plan_after_the_apply_is_empty(second_plan: tuple[SavedPlan, bytes]) -> None:
    saved, _ = second_plan
    assert (saved.changed, changes(saved.content)) == (False, [])


def test_the_gate_lets_a_platform_through_that_stands(life: Applied, second_plan: tuple[SavedPlan, bytes]) -> None:
    """What stands has more to judge than what is new, such as rules that AWS lists with their security group."""
    saved, _ = second_plan
    life.target.plan(BACKEND)
    shutil.copyfile(saved.json_file, life.life.paths.plan_json(PLATFORM))
    check(life.life.paths, environ=CLEAN)


@REGIONS
def test_private_subnets_reach_the_internet_through_a_nat_gateway_of_their_zone(life: Applied, region: str) -> None:
    subnets = {one["SubnetId"]: one for one in of_vpc(life, region, "describe_subnets", "Subnets")}
    gateways = life.client("ec2", region).describe_nat_gateways()["NatGateways"]
    zones = {one["NatGatewayId"]: subnets[one["SubnetId"]]["AvailabilityZone"] for one in gateways}
    seen = []
    for table in of_vpc(life, region, "describe_route_tables", "RouteTables"):
        tags = {tag["Key"]: tag["Value"] for tag in table["Tags"]}
        if tags.get("Tier") == "private":
            (default,) = [one for one in table["Routes"] if one.get("DestinationCidrBlock") == "0.0.0.0/0"]
            (association,) = table["Associations"]
            seen.append(subnets[association["SubnetId"]]["AvailabilityZone"])
            assert zones[default["NatGatewayId"]] == seen[-1]
    assert len(set(seen)) == len(seen) == 3


@REGIONS
def test_private_and_database_route_tables_hold_a_route_to_every_other_region(life: Applied, region: str) -> None:
    others = {vpc_of(life, other)["CidrBlock"] for other in THREE if other != region}
    tables = [
        table
        for table in of_vpc(life, region, "describe_route_tables", "RouteTables")
        if {"private", "database"} & {tag["Value"] for tag in table["Tags"]}
    ]
    assert len(tables) == 6
    for table in tables:
        peers = {one["DestinationCidrBlock"] for one in table["Routes"] if one.get("VpcPeeringConnectionId")}
        assert peers == others


def test_both_ends_of_every_peering_are_active_and_resolve_names(life: Applied) -> None:
    for here, there in combinations(sorted(THREE), 2):
        ends = []
        for region in (here, there):
            connections = life.client("ec2", region).describe_vpc_peering_connections()["VpcPeeringConnections"]
            ends += [
                one
                for one in connections
                if {one["RequesterVpcInfo"]["Region"], one["AccepterVpcInfo"]["Region"]} == {here, there}
            ]
        assert len({end["VpcPeeringConnectionId"] for end in ends}) == 1
        assert [end["Status"]["Code"] for end in ends] == ["active", "active"]
        for end in ends:
            for side in ("RequesterVpcInfo", "AccepterVpcInfo"):
                assert end[side]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"]


@REGIONS
def test_the_default_security_group_and_network_acl_let_nothing_pass(life: Applied, region: str) -> None:
    groups = of_vpc(life, region, "describe_security_groups", "SecurityGroups")
    (default,) = [group for group in groups if group["GroupName"] == "default"]
    assert default["IpPermissions"] == default["IpPermissionsEgress"] == []
    (acl,) = [one for one in of_vpc(life, region, "describe_network_acls", "NetworkAcls") if one["IsDefault"]]
    assert acl["Associations"] == []
    assert {entry["RuleAction"] for entry in acl["Entries"]} <= {"deny"}


@REGIONS
def test_flow_logs_are_on_and_their_group_is_encrypted_with_a_key_that_logs_may_use(life: Applied, region: str) -> None:
    (flow_log,) = life.client("ec2", region).describe_flow_logs()["FlowLogs"]
    assert flow_log["ResourceId"] == vpc_of(life, region)["VpcId"]
    assert (flow_log["TrafficType"], flow_log["FlowLogStatus"]) == ("ALL", "ACTIVE")
    groups = life.client("logs", region).describe_log_groups()["logGroups"]
    (group,) = [one for one in groups if one["arn"].removesuffix(":*") == flow_log["LogDestination"]]
    assert group["retentionInDays"] == 365
    kms = life.client("kms", region)
    assert kms.get_key_rotation_status(KeyId=group["kmsKeyId"])["KeyRotationEnabled"]
    policy = kms.get_key_policy(KeyId=group["kmsKeyId"], PolicyName="default")["Policy"]
    assert f"logs.{region}.amazonaws.com" in policy


@REGIONS
def test_everything_in_the_vpc_bears_the_four_tags(life: Applied, region: str) -> None:
    calls = {
        "describe_subnets": "Subnets",
        "describe_vpc_endpoints": "VpcEndpoints",
        "describe_route_tables": "RouteTables",
    }
    for call, key in calls.items():
        for thing in of_vpc(life, region, call, key):
            tags = {tag["Key"] for tag in thing["Tags"]}
            assert {"Environment", "Owner", "CostCenter", "Project", "Name"} <= tags
            assert name_of(thing).endswith(f"-{region}")
