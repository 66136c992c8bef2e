"""What stands, as the emulator's services tell, and what of it is in no state."""

from __future__ import annotations

from typing import Any

import pytest

from tools.chaos.inventory import LISTS, inventory, orphans
from tools.emulator import Emulator

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def standing(emulator: Emulator) -> set[tuple[str, str, str]]:
    """One of most kinds, beside what a new account holds."""
    before = inventory(emulator.client, [REGION])
    ec2 = emulator.client("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")
    ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)
    emulator.client("kms", REGION).create_key()
    emulator.client("s3", REGION).create_bucket(
        Bucket="inventory-data", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    emulator.client("secretsmanager", REGION).create_secret(Name="password", SecretString="x")
    return inventory(emulator.client, [REGION]) - before


def test_it_lists_what_was_made_and_not_what_aws_makes_with_it(standing: set[tuple[str, str, str]]) -> None:
    assert sorted(operation for _, operation, _ in standing) == [
        "describe_security_groups",
        "describe_subnets",
        "describe_vpcs",
        "list_buckets",
        "list_keys",
        "list_secrets",
    ]


def test_what_no_state_names_is_an_orphan(standing: set[tuple[str, str, str]]) -> None:
    names = [name for _, operation, name in standing if operation != "describe_vpcs"]
    state: dict[str, Any] = {"resources": [{"instances": [{"attributes": {"id": name}}]} for name in names]}
    assert [operation for _, operation, _ in orphans(standing, [None, state])] == ["describe_vpcs"]


def test_what_is_deleted_is_gone_although_it_still_shows(emulator: Emulator) -> None:
    before = inventory(emulator.client, [REGION])
    kms, secrets = emulator.client("kms", REGION), emulator.client("secretsmanager", REGION)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key)
    secrets.create_secret(Name="old", SecretString="x")
    secrets.delete_secret(SecretId="old", RecoveryWindowInDays=7)
    assert inventory(emulator.client, [REGION]) == before


def test_each_list_is_an_operation_of_its_service(emulator: Emulator) -> None:
    for service, lists in LISTS.items():
        client = emulator.client(service, REGION)
        for operation, key, _, _ in lists:
            shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
            assert key in shape.output_shape.members
