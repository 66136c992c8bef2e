import pytest

from tests.support.refusals import refused
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "us-east-1"


def test_a_rule_is_made_once_and_deleted_once(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    place = {"NetworkAclId": acl, "RuleNumber": 1, "Egress": False}
    deny = {"Protocol": "6", "RuleAction": "deny", "CidrBlock": "0.0.0.0/0", "PortRange": {"From": 5432, "To": 5432}}
    ec2.create_network_acl_entry(**place, **deny)
    with refused("NetworkAclEntryAlreadyExists"):
        ec2.create_network_acl_entry(**place, **deny)
    # The other direction has numbers of its own.
    ec2.create_network_acl_entry(**place | {"Egress": True}, **deny)
    ec2.replace_network_acl_entry(**place, **deny | {"RuleAction": "allow"})
    entries = ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"][0]["Entries"]
    found = {(entry["Egress"], entry["RuleAction"]) for entry in entries if entry["RuleNumber"] == 1}
    assert found == {(False, "allow"), (True, "deny")}
    ec2.delete_network_acl_entry(**place)
    with refused("InvalidNetworkAclEntry.NotFound"):
        ec2.delete_network_acl_entry(**place)
    with refused("InvalidNetworkAclEntry.NotFound"):
        ec2.replace_network_acl_entry(**place, **deny)


def test_an_acl_that_is_gone_with_its_vpc_is_not_found(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.78.0.0/16")["Vpc"]["VpcId"]
    here = {"Filters": [{"Name": "vpc-id", "Values": [vpc]}]}
    (acl,) = [one["NetworkAclId"] for one in ec2.describe_network_acls(**here)["NetworkAcls"]]
    ec2.delete_vpc(VpcId=vpc)
    with refused("InvalidNetworkAclID.NotFound"):
        ec2.describe_network_acls(NetworkAclIds=[acl])
