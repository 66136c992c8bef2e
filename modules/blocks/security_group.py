"""Security groups and their rules, alike in whatever area they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule

if TYPE_CHECKING:
    from constructs import Construct

    from modules.core.region import Region


def security_group(
    scope: Construct, id_: str, *, region: Region, vpc_id: str, identifier: str, description: str
) -> SecurityGroup:
    """Make a security group that lets nothing in or out until it has rules.

    Parameters
    ----------
    scope, id_
        Where in the tree of constructs it is.
    region
        The region.
    vpc_id
        The VPC that it is in.
    identifier
        What its name says of it.
    description
        What it is for. AWS replaces a group whose description changes.

    See https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
    """
    name = region.names.of("sg", identifier)
    return SecurityGroup(
        scope,
        id_,
        provider=region.provider,
        name=name,
        description=description,
        vpc_id=vpc_id,
        tags={"Name": name},
    )


class Peer(TypedDict, total=False):
    """Who is at the other end: addresses, AWS's addresses of a service, or who bears a security group."""

    cidr_ipv4: str
    prefix_list_id: str
    referenced_security_group_id: str


class Rule(Peer):
    """What a rule lets through: TCP to one port, to or from one peer.

    Parameters
    ----------
    region
        The region.
    group
        The group whose rule it is.
    port
        The port.
    identifier
        What the rule's name says of it.
    description
        Who or what the peer is.
    """

    region: Region
    group: SecurityGroup
    port: int
    identifier: str
    description: str


def ingress_rule(scope: Construct, id_: str, **rule: Unpack[Rule]) -> VpcSecurityGroupIngressRule:
    """Let in what the rule says."""
    return VpcSecurityGroupIngressRule(scope, id_, **_arguments(rule))


def egress_rule(scope: Construct, id_: str, **rule: Unpack[Rule]) -> VpcSecurityGroupEgressRule:
    """Let out what the rule says."""
    return VpcSecurityGroupEgressRule(scope, id_, **_arguments(rule))


def _arguments(rule: Rule) -> dict[str, Any]:
    return {
        "provider": rule["region"].provider,
        "security_group_id": rule["group"].id,
        "description": rule["description"],
        "cidr_ipv4": rule.get("cidr_ipv4"),
        "prefix_list_id": rule.get("prefix_list_id"),
        "referenced_security_group_id": rule.get("referenced_security_group_id"),
        "ip_protocol": "tcp",
        "from_port": rule["port"],
        "to_port": rule["port"],
        "tags": {"Name": rule["region"].names.of("sg", rule["identifier"])},
    }
