"""`make failback STEP=compare` on the embedded AWS: the old writer's snapshot, restored in the other region."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from modules.areas.failover.runtime.clients import Clients
from modules.areas.failover.runtime.journal import DONE, Run
from modules.areas.failover.runtime.world import World
from tests.emulator.test_rds import AWAY, HOME, create, describe
from tests.failover import aws as in_memory
from tools.emulator import Emulator
from tools.failback.compare import Comparison
from tools.failover_clients import clients_on_emulator

pytestmark = pytest.mark.emulator


def beside(emulator: Emulator, name: str) -> dict[str, Any]:
    """An instance in the other region, as the platform makes one: in subnets and a security group, and encrypted."""
    ec2, rds, kms = (emulator.client(service, AWAY) for service in ("ec2", "rds", "kms"))
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"{AWAY}{zone}")["Subnet"]
        for number, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(GroupName=name, Description="clients", VpcId=vpc)["GroupId"]
    rds.create_db_subnet_group(
        DBSubnetGroupName=name, DBSubnetGroupDescription="isolated", SubnetIds=[one["SubnetId"] for one in subnets]
    )
    rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily="postgres16", Description="TLS")
    made: dict[str, Any] = rds.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.medium",
        Engine="postgres",
        EngineVersion="16.8",
        AllocatedStorage=20,
        MasterUsername="root",
        MasterUserPassword="not-a-secret",
        DBSubnetGroupName=name,
        VpcSecurityGroupIds=[group],
        DBParameterGroupName=name,
        StorageEncrypted=True,
        KmsKeyId=kms.create_key()["KeyMetadata"]["Arn"],
    )["DBInstance"]
    return made


def test_the_old_writer_is_restored_beside_the_new_one(emulator: Emulator) -> None:
    key = emulator.client("kms", HOME).create_key()["KeyMetadata"]["Arn"]
    old = create(emulator, StorageEncrypted=True, KmsKeyId=key)["DBInstanceIdentifier"]
    new = f"{old}-new"
    wanted = beside(emulator, new)
    place = in_memory.platform().places[in_memory.HOME]
    places = {HOME: replace(place, instance=old), AWAY: replace(place, instance=new)}
    world = World(
        platform=in_memory.platform(places=places),
        aws=Clients(AWAY, make=clients_on_emulator(emulator)),
        account=emulator.account_id,
    )
    began = time.time() - 60
    record = Run(id="r", source="", origin=HOME, target=AWAY, region=AWAY, state=DONE, began=began)
    said: list[str] = []
    compare = Comparison(world=world, record=record, tell=said.append, sleep=lambda _: None)
    compare.make()
    made = describe(emulator, AWAY, compare.instance)
    assert made["KmsKeyId"] == wanted["KmsKeyId"]
    assert made["StorageEncrypted"] is True
    assert not made.get("PubliclyAccessible")
    assert made["DBSubnetGroup"]["DBSubnetGroupName"] == new
    assert [one["VpcSecurityGroupId"] for one in made["VpcSecurityGroups"]] == [
        one["VpcSecurityGroupId"] for one in wanted["VpcSecurityGroups"]
    ]
    assert [one["DBParameterGroupName"] for one in made["DBParameterGroups"]] == [new]
    assert f"{made['Endpoint']['Address']}:5432" in "\n".join(said)
    before = len(said)
    compare.make()
    assert said[before:] == compare.lines()
    # As it says.
    rds = emulator.client("rds", AWAY)
    rds.delete_db_instance(DBInstanceIdentifier=compare.instance, SkipFinalSnapshot=True)
    rds.delete_db_snapshot(DBSnapshotIdentifier=compare.snapshot)
    assert compare.lines() == []
