"""Security groups and their rules, the same for all areas."""

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
    """Make a security group without rules: no ingress and no egress.

    Parameters
    ----------
    scope, id_
        Its place in the construct tree.
    region
        The region.
    vpc_id
        The VPC that it is in.
    identifier
        The part of the name that tells it from other security groups.
    description
        Its purpose. A new description replaces the security group.

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
    """The source or destination of a rule: a CIDR block, a prefix list, or another security group."""

    cidr_ipv4: str
    prefix_list_id: str
    referenced_security_group_id: str


class Rule(Peer):
    """Arguments of a rule: it allows TCP to one port, from or to one peer.

    Parameters
    ----------
    region
        The region.
    group
        The security group that gets the rule.
    port
        The port.
    identifier
        The part of the name that tells it from other rules.
    description
        Who or what the peer is.
    """

    region: Region
    group: SecurityGroup
    port: int
    identifier: str
    description: str


def ingress_rule(scope: Construct, id_: str, **rule: Unpack[Rule]) -> VpcSecurityGroupIngressRule:
    """Add an ingress rule."""
    return VpcSecurityGroupIngressRule(scope, id_, **_arguments(rule))


def egress_rule(scope: Construct, id_: str, **rule: Unpack[Rule]) -> VpcSecurityGroupEgressRule:
    """Add an egress rule."""
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
