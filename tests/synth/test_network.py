from ipaddress import IPv4Network
from itertools import combinations

import pytest
from policy_sentry.querying.all import get_all_service_prefixes

from modules.settings.endpoints import IAM_PREFIXES
from modules.settings.region_table import OLD_ZONES
from tests.support.otherwise import LESS, OTHERWISE, TWO_OTHERWISE
from tests.support.region_sets import FIVE, ONE, THREE, TWO, WIDEST
from tests.support.synthesized import Block, Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE, WIDEST], ids=len)
TIERS = ("public", "private", "database")


def zone_count(region: str) -> int:
    return 2 if region == "us-west-1" else 3


def tier_of(block: Block) -> str:
    return str(block.body["tags"]["Tier"])


def routes(stack: Stack, route_table: Block) -> list[Block]:
    return [
        route
        for route in stack.resources("aws_route")
        if stack.at(route.body["route_table_id"]).address == route_table.address
    ]


def route_tables(stack: Stack, region: str, tier: str) -> list[Block]:
    return [table for table in stack.resources("aws_route_table", region) if tier_of(table) == tier]


@SETS
def test_every_region_has_one_vpc_and_no_two_overlap(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    blocks = {}
    for region in regions:
        (vpc,) = stack.resources("aws_vpc", region)
        blocks[region] = IPv4Network(vpc.body["cidr_block"])
        assert vpc.body["enable_dns_support"]
        assert vpc.body["enable_dns_hostnames"]
    assert not any(one.overlaps(other) for one, other in combinations(blocks.values(), 2))


@SETS
def test_every_tier_has_a_subnet_in_each_zone_inside_the_vpc(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        (vpc,) = stack.resources("aws_vpc", region)
        subnets = stack.resources("aws_subnet", region)
        cidrs = [IPv4Network(subnet.body["cidr_block"]) for subnet in subnets]
        assert all(cidr.subnet_of(IPv4Network(vpc.body["cidr_block"])) for cidr in cidrs)
        assert not any(one.overlaps(other) for one, other in combinations(cidrs, 2))
        for tier in TIERS:
            zones = [subnet.body["availability_zone"] for subnet in subnets if tier_of(subnet) == tier]
            assert len(set(zones)) == len(zones) == zone_count(region)
            assert all(zone.startswith("${element(data.aws_availability_zones.") for zone in zones)


@SETS
def test_subnets_stay_in_their_zones_and_a_plan_refuses_two_of_a_tier_in_one(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        for tier in TIERS:
            subnets = [one for one in stack.resources("aws_subnet", region) if tier_of(one) == tier]
            assert all(one.body["lifecycle"]["ignore_changes"] == ["availability_zone"] for one in subnets)
            *others, last = subnets
            (condition,) = last.body["lifecycle"]["postcondition"]
            assert all(f"{subnet.address}.availability_zone" in condition["condition"] for subnet in others)
            assert f"network.zones.{region}" in condition["error_message"]


@SETS
def test_zones_are_chosen_whatever_state_they_are_in_and_none_is_old(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for zones in stack.data("aws_availability_zones"):
        assert "state" not in zones.body
        assert zones.body.get("exclude_zone_ids", []) == list(OLD_ZONES.get(zones.region, ()))


def test_zones_can_be_named_by_name_or_by_id() -> None:
    zones, stack = TWO_OTHERWISE["network"]["zones"], platform(*TWO, **TWO_OTHERWISE)
    found = {one.region: one for one in stack.data("aws_availability_zones")}
    assert not [one for one in found.values() if "exclude_zone_ids" in one.body]
    for region, given in zones.items():
        address = found[region].address
        subnets = [one for one in stack.resources("aws_subnet", region) if tier_of(one) == "private"]
        by_id = [f'${{{address}.names[index({address}.zone_ids, "{zone}")]}}' for zone in given]
        assert [one.body["availability_zone"] for one in subnets] == (by_id if region == "us-west-1" else given)
        (condition,) = found[region].body["lifecycle"]["postcondition"]
        assert all(f'"{zone}"' in condition["condition"] for zone in given)


@SETS
def test_no_subnet_gives_public_addresses_by_itself(regions: tuple[str, ...]) -> None:
    assert not any(subnet.body["map_public_ip_on_launch"] for subnet in platform(*regions).resources("aws_subnet"))


@SETS
def test_every_subnet_is_associated_with_a_route_table_of_its_tier(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    pairs = [
        (stack.at(association.body["subnet_id"]), stack.at(association.body["route_table_id"]))
        for association in stack.resources("aws_route_table_association")
    ]
    assert {subnet.address for subnet, _ in pairs} == {subnet.address for subnet in stack.resources("aws_subnet")}
    assert len({table.address for _, table in pairs}) == len(pairs)
    assert all(tier_of(subnet) == tier_of(table) and subnet.region == table.region for subnet, table in pairs)


@SETS
def test_every_private_subnet_routes_through_a_nat_gateway_of_its_own_zone(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for association in stack.resources("aws_route_table_association"):
        subnet = stack.at(association.body["subnet_id"])
        if tier_of(subnet) == "private":
            table = stack.at(association.body["route_table_id"])
            (default,) = [one for one in routes(stack, table) if one.body["destination_cidr_block"] == "0.0.0.0/0"]
            gateway = stack.at(default.body["nat_gateway_id"])
            home = stack.at(gateway.body["subnet_id"])
            assert tier_of(home) == "public"
            assert home.body["availability_zone"] == subnet.body["availability_zone"]


@pytest.mark.slow
def test_single_nat_gateway_serves_every_private_subnet() -> None:
    stack = platform(*TWO, network={"nat_gateways": "single"})
    for region in TWO:
        (gateway,) = stack.resources("aws_nat_gateway", region)
        for table in route_tables(stack, region, "private"):
            targets = [route.body.get("nat_gateway_id") for route in routes(stack, table)]
            assert f"${{{gateway.address}.id}}" in targets


@pytest.mark.slow
def test_without_nat_gateways_private_subnets_have_no_way_out() -> None:
    stack = platform(*TWO, network={"nat_gateways": "none"})
    assert not stack.resources("aws_nat_gateway")
    assert not stack.resources("aws_eip")
    for region in TWO:
        for table in route_tables(stack, region, "private"):
            assert all(route.body["destination_cidr_block"] != "0.0.0.0/0" for route in routes(stack, table))


@SETS
def test_public_subnets_route_through_the_internet_gateway(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        for table in route_tables(stack, region, "public"):
            (route,) = routes(stack, table)
            assert stack.at(route.body["gateway_id"]).address.startswith("aws_internet_gateway.")


@SETS
def test_database_subnets_have_no_way_to_the_internet(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        for table in route_tables(stack, region, "database"):
            assert all("vpc_peering_connection_id" in route.body for route in routes(stack, table))


@SETS
def test_default_security_group_network_acl_and_route_table_let_nothing_pass(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        (group,) = stack.resources("aws_default_security_group", region)
        (acl,) = stack.resources("aws_default_network_acl", region)
        (table,) = stack.resources("aws_default_route_table", region)
        assert not {"ingress", "egress"} & (group.body.keys() | acl.body.keys())
        assert table.body["route"] == []


@SETS
def test_gateway_endpoints_serve_private_and_database_route_tables(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        gateways = [
            one for one in stack.resources("aws_vpc_endpoint", region) if one.body["vpc_endpoint_type"] == "Gateway"
        ]
        assert {one.body["service_name"] for one in gateways} == {
            f"com.amazonaws.{region}.s3",
            f"com.amazonaws.{region}.dynamodb",
        }
        for one in gateways:
            tables = [stack.at(reference) for reference in one.body["route_table_ids"]]
            assert {tier_of(table) for table in tables} == {"private", "database"}
            assert len(tables) == 2 * zone_count(region)


@SETS
def test_every_endpoint_has_a_policy_that_keeps_other_accounts_out(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for endpoint in stack.resources("aws_vpc_endpoint"):
        for statement in stack.at(endpoint.body["policy"]).body["statement"]:
            conditions = {condition["variable"] for condition in statement.get("condition", [])}
            if "aws:PrincipalAccount" not in conditions:
                assert statement["actions"] == ["s3:GetObject"]
                # What only begins like a bucket of AWS's can be anyone's.
                assert not [arn for arn in statement["resources"] if "*" in arn.removesuffix("/*")]


@SETS
def test_buckets_outside_the_account_are_read_through_the_endpoint_of_s3_alone(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for endpoint in stack.resources("aws_vpc_endpoint"):
        sids = [statement["sid"] for statement in stack.at(endpoint.body["policy"]).body["statement"]]
        service = endpoint.body["service_name"].rpartition(".")[2]
        assert sids == ["PrincipalsOfThisAccount", *(["PackagesAndAgentsOfAws"] if service == "s3" else [])], service


def test_every_endpoint_service_has_actions_that_iam_knows() -> None:
    assert set(IAM_PREFIXES.values()) <= set(get_all_service_prefixes())


def test_policies_of_endpoints_name_actions_as_iam_does() -> None:
    services = {"bedrock-runtime": "bedrock:*", "kinesis-streams": "kinesis:*", "monitoring": "cloudwatch:*"}
    stack = platform(*ONE, **OTHERWISE)
    assert list(services) == OTHERWISE["network"]["interface_endpoints"]
    for endpoint in stack.resources("aws_vpc_endpoint"):
        statements = stack.at(endpoint.body["policy"]).body["statement"]
        service = endpoint.body["service_name"].removeprefix("com.amazonaws.eu-west-1.")
        if service in services:
            (statement,) = statements
            assert statement["actions"] == [services[service]]
        if service == "s3":
            readable = {one["sid"]: one for one in statements}["ReadableBuckets"]
            assert readable["resources"] == ["arn:aws:s3:::partner-data", "arn:aws:s3:::partner-data/*"]
            assert not [action for action in readable["actions"] if "Put" in action or "*" in action]
            assert [one["variable"] for one in readable["condition"]] == ["aws:PrincipalAccount"]


@pytest.mark.slow
def test_interface_endpoints_are_those_of_the_settings() -> None:
    stack = platform(*ONE, network={"interface_endpoints": ["ecr.api", "kms"]})
    names = {
        endpoint.body["service_name"]
        for endpoint in stack.resources("aws_vpc_endpoint")
        if endpoint.body["vpc_endpoint_type"] == "Interface"
    }
    assert names == {"com.amazonaws.eu-west-1.ecr.api", "com.amazonaws.eu-west-1.kms"}


def test_without_interface_endpoints_there_is_no_security_group_for_them() -> None:
    groups = platform(*ONE, **LESS).resources("aws_security_group")
    assert not [group.address for group in groups if "endpoints" in group.name_tag]


@SETS
def test_interface_endpoints_take_https_from_the_vpc_only(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        (vpc,) = stack.resources("aws_vpc", region)
        (rule,) = rules_of_endpoints(stack, "ingress", region)
        assert (rule.body["from_port"], rule.body["to_port"]) == (443, 443)
        assert rule.body["cidr_ipv4"] == vpc.body["cidr_block"]
        assert not rules_of_endpoints(stack, "egress", region)


def rules_of_endpoints(stack: Stack, direction: str, region: str) -> list[Block]:
    rules = stack.resources(f"aws_vpc_security_group_{direction}_rule", region)
    name = f"PROD-sg-test-endpoints-{region}"
    return [rule for rule in rules if stack.at(rule.body["security_group_id"]).name_tag == name]


@SETS
def test_every_vpc_logs_all_traffic_to_an_encrypted_group_with_a_retention(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        (flow_log,) = stack.resources("aws_flow_log", region)
        group = stack.at(flow_log.body["log_destination"])
        key = stack.at(group.body["kms_key_id"])
        assert flow_log.body["traffic_type"] == "ALL"
        assert group.body["retention_in_days"] == 365
        assert key.region == group.region == region
        assert key.body["enable_key_rotation"]
