"""EC2: rules of network ACLs, and the default ACL of a VPC.

moto looks for types and codes of ICMP under names that the request does not have, and forgets them; Terraform sees
drift. It fails where a rule that is not there is deleted or replaced, takes an ACL that is not there for a route table,
and leaves the default ACL of a VPC that is
deleted: https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
"""

from collections.abc import Callable

from moto.ec2.exceptions import EC2ClientError, InvalidNetworkAclIdError
from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import VPC
from moto.ec2.responses import EC2Response

from tools.emulator.helpers.replacing import Method, wrap
from tools.emulator.helpers.requests import parameter


def keep_icmp(original: Callable[[EC2Response], object], response: EC2Response) -> object:
    """Make or replace a rule, and keep the type and the code of ICMP that it is about."""
    result = original(response)
    said = parameter(response, "IcmpTypeCode")
    if said:
        acl = response.ec2_backend.get_network_acl(parameter(response, "NetworkAclId"))
        place = (parameter(response, "Egress"), parameter(response, "RuleNumber"))
        for entry in acl.network_acl_entries:
            if (entry.egress, entry.rule_number) == place:
                entry.icmp_type, entry.icmp_code = said.get("Type"), said.get("Code")
    return result


def delete_network_acl_entry(
    original: Method, backend: EC2Backend, network_acl_id: str, rule_number: object, egress: object
) -> object:
    """Delete a rule, or say that there is none.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    """
    entries = backend.get_network_acl(network_acl_id).network_acl_entries
    if not any((entry.egress, entry.rule_number) == (egress, rule_number) for entry in entries):
        message = f"The network acl entry identified by {rule_number} in network acl {network_acl_id} does not exist."
        raise EC2ClientError("InvalidNetworkAclEntry.NotFound", message)
    return original(backend, network_acl_id, rule_number, egress)


def describe_network_acls(
    original: Method, backend: EC2Backend, network_acl_ids: list[str] | None = None, filters: object = None
) -> object:
    """List network ACLs; of one that is not there moto says that a route table is missing, and Terraform gives up.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    """
    for network_acl_id in network_acl_ids or ():
        if network_acl_id not in backend.network_acls:
            raise InvalidNetworkAclIdError(network_acl_id)
    return original(backend, network_acl_ids=network_acl_ids, filters=filters)


def delete_vpc(original: Callable[..., VPC], backend: EC2Backend, vpc_id: str) -> VPC:
    """Delete a VPC with its default network ACL."""
    vpc = original(backend, vpc_id)
    for acl in list(backend.network_acls.values()):
        if acl.vpc_id == vpc_id and acl.default in {True, "true"}:
            del backend.network_acls[acl.id]
    return vpc


def apply() -> None:
    """Apply the patch."""
    wrap(EC2Backend, "delete_vpc", delete_vpc)
    wrap(EC2Backend, "describe_network_acls", describe_network_acls)
    wrap(EC2Backend, "delete_network_acl_entry", delete_network_acl_entry)
    for operation in ("create_network_acl_entry", "replace_network_acl_entry"):
        wrap(EC2Response, operation, keep_icmp)
