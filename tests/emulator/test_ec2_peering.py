from typing import Any

import pytest

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

HERE, THERE = "eu-west-1", "eu-central-1"


def describe(ec2: Any, connection: str) -> Any:
    (found,) = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[connection])["VpcPeeringConnections"]
    return found


def test_each_end_of_a_peering_has_tags_of_its_own_and_both_the_same_status(emulator: Emulator) -> None:
    here, there = emulator.client("ec2", HERE), emulator.client("ec2", THERE)
    vpcs = [
        ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
        for ec2, block in ((here, "10.1.0.0/16"), (there, "10.2.0.0/16"))
    ]
    connection = here.create_vpc_peering_connection(
        VpcId=vpcs[0],
        PeerVpcId=vpcs[1],
        PeerRegion=THERE,
        TagSpecifications=[{"ResourceType": "vpc-peering-connection", "Tags": [{"Key": "Name", "Value": "requester"}]}],
    )["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    there.create_tags(Resources=[connection], Tags=[{"Key": "Name", "Value": "accepter"}])
    there.accept_vpc_peering_connection(VpcPeeringConnectionId=connection)
    there.modify_vpc_peering_connection_options(
        VpcPeeringConnectionId=connection, AccepterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": True}
    )
    ends = [describe(here, connection), describe(there, connection)]
    assert [end["Tags"] for end in ends] == [
        [{"Key": "Name", "Value": "requester"}],
        [{"Key": "Name", "Value": "accepter"}],
    ]
    assert [end["Status"]["Code"] for end in ends] == ["active", "active"]
    assert all(end["AccepterVpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"] for end in ends)
