"""EC2: ICMP types and codes in the rules of network ACLs.

moto looks for them under names that the request does not have, and forgets them; Terraform sees drift.
"""

from collections.abc import Callable

from moto.ec2.responses import EC2Response

from tools.emulator.helpers.replacing import wrap
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


def apply() -> None:
    """Apply the patch."""
    for operation in ("create_network_acl_entry", "replace_network_acl_entry"):
        wrap(EC2Response, operation, keep_icmp)
