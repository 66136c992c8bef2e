"""Networks: by their tag `Name`, which EC2 gives in the same call that makes them.

See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-on-create
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tools.recovery.look import Found, Look, tags_of

Finder = Callable[[Look], Iterator[Found]]
_GOING = frozenset({"deleted", "deleting", "failed", "rejected", "expired"})
_COMING = frozenset({"pending", "creating"})


def _state(one: Mapping[str, Any]) -> str:
    found = one.get("State") or one.get("Status") or ""
    return str(found.get("Code", "") if isinstance(found, Mapping) else found).lower()


def _tagged(operation: str, key: str, identifier: str, *more: str) -> Finder:
    def find(look: Look) -> Iterator[Found]:
        for one in look.pages("ec2", operation, key):
            state = _state(one)
            if look.tag and tags_of(one).get("Name") == look.tag and state not in _GOING:
                yield Found(one[identifier], dict.fromkeys(more, one[identifier]), state if state in _COMING else "")

    return find


def _peering(look: Look) -> Iterator[Found]:
    # Until it is accepted it is pending, and the accepter is a resource of its own.
    for one in look.pages("ec2", "describe_vpc_peering_connections", "VpcPeeringConnections"):
        if look.tag and tags_of(one).get("Name") == look.tag and _state(one) not in _GOING:
            yield Found(one["VpcPeeringConnectionId"])


def _flow_log(look: Look) -> Iterator[Found]:
    for one in look.pages("ec2", "describe_flow_logs", "FlowLogs"):
        if look.tag and tags_of(one).get("Name") == look.tag:
            yield Found(one["FlowLogId"])


def _launch_template(look: Look) -> Iterator[Found]:
    for one in look.pages("ec2", "describe_launch_templates", "LaunchTemplates"):
        if one["LaunchTemplateName"] == look.text("name"):
            yield Found(one["LaunchTemplateId"])


def _security_group(look: Look) -> Iterator[Found]:
    name, vpc = look.text("name"), look.text("vpc_id")
    for one in look.pages("ec2", "describe_security_groups", "SecurityGroups"):
        if one["GroupName"] == name and one.get("VpcId") == vpc:
            yield Found(one["GroupId"])


def _rule(look: Look) -> Iterator[Found]:
    # A group has no two rules that say the same:
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
    egress = look.kind == "aws_vpc_security_group_egress_rule"
    group, wanted = look.text("security_group_id"), _says(look)
    for one in look.pages("ec2", "describe_security_group_rules", "SecurityGroupRules"):
        if one["GroupId"] == group and bool(one["IsEgress"]) == egress and _said(one) == wanted:
            yield Found(one["SecurityGroupRuleId"])


_ENDS = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")


def _says(look: Look) -> tuple[str, ...]:
    protocol = look.text("ip_protocol")
    ports = ("", "") if protocol == "-1" else (look.text("from_port"), look.text("to_port"))
    return (protocol, *ports, *(look.text(end) for end in _ENDS))


def _said(one: Mapping[str, Any]) -> tuple[str, ...]:
    protocol = str(one["IpProtocol"])
    ports = ("", "") if protocol == "-1" else tuple(str(one.get(key, "")) for key in ("FromPort", "ToPort"))
    ends = [one.get(key) or "" for key in ("CidrIpv4", "CidrIpv6", "PrefixListId")]
    return (protocol, *ports, *map(str, ends), str((one.get("ReferencedGroupInfo") or {}).get("GroupId") or ""))


def _route(look: Look) -> Iterator[Found]:
    table = look.text("route_table_id")
    keys = {
        "destination_cidr_block": "DestinationCidrBlock",
        "destination_ipv6_cidr_block": "DestinationIpv6CidrBlock",
        "destination_prefix_list_id": "DestinationPrefixListId",
    }
    for one in look.pages("ec2", "describe_route_tables", "RouteTables"):
        if one["RouteTableId"] != table:
            continue
        for argument, key in keys.items():
            end = look.text(argument) if argument in look.body else ""
            # Routes of endpoints and of the VPC itself are no resources.
            its = [each for each in one.get("Routes", ()) if each.get("Origin", "CreateRoute") == "CreateRoute"]
            if end and any(each.get(key) == end for each in its):
                yield Found(f"{table}_{end}")


def _association(look: Look) -> Iterator[Found]:
    table, subnet = look.text("route_table_id"), look.text("subnet_id")
    for one in look.pages("ec2", "describe_route_tables", "RouteTables"):
        for each in one.get("Associations", ()):
            if one["RouteTableId"] == table and each.get("SubnetId") == subnet:
                yield Found(f"{subnet}/{table}", {"id": str(each["RouteTableAssociationId"])})


FINDERS: Mapping[str, Finder] = {
    "aws_eip": _tagged("describe_addresses", "Addresses", "AllocationId", "allocation_id"),
    "aws_flow_log": _flow_log,
    "aws_internet_gateway": _tagged("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "aws_launch_template": _launch_template,
    "aws_nat_gateway": _tagged("describe_nat_gateways", "NatGateways", "NatGatewayId"),
    "aws_network_acl": _tagged("describe_network_acls", "NetworkAcls", "NetworkAclId"),
    "aws_route": _route,
    "aws_route_table": _tagged("describe_route_tables", "RouteTables", "RouteTableId"),
    "aws_route_table_association": _association,
    "aws_security_group": _security_group,
    "aws_subnet": _tagged("describe_subnets", "Subnets", "SubnetId"),
    "aws_vpc": _tagged("describe_vpcs", "Vpcs", "VpcId"),
    "aws_vpc_endpoint": _tagged("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "aws_vpc_peering_connection": _peering,
    "aws_vpc_security_group_egress_rule": _rule,
    "aws_vpc_security_group_ingress_rule": _rule,
}
#: The IAM actions that this takes.
ACTIONS = (
    "ec2:DescribeAddresses",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeNatGateways",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcPeeringConnections",
    "ec2:DescribeVpcs",
)
