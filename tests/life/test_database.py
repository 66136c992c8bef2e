"""PostgreSQL on the embedded AWS: what stands in each region."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modules.settings import SettingsError
from tests.support.databases import instance, settings
from tests.support.lives import Applied, new_life
from tests.support.region_sets import THREE

pytestmark = pytest.mark.emulator
HOME, NEW, THIRD = THREE


def security_group_rules(life: Applied, region: str) -> list[dict[str, Any]]:
    (group,) = instance(life, region)["VpcSecurityGroups"]
    answer = life.client("ec2", region).describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [group["VpcSecurityGroupId"]]}]
    )
    return list(answer["SecurityGroupRules"])


@pytest.mark.parametrize("region", THREE)
def test_every_instance_is_encrypted_with_the_data_key_of_its_region(life: Applied, region: str) -> None:
    alias = f"alias/PROD-kms-test-data-{region}"
    key = life.client("kms", region).describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
    found = instance(life, region)
    assert found["StorageEncrypted"]
    assert (found["KmsKeyId"], found["PerformanceInsightsKMSKeyId"]) == (key, key)


@pytest.mark.parametrize("region", THREE)
def test_every_instance_stands_in_the_database_subnets(life: Applied, region: str) -> None:
    subnets = life.client("ec2", region).describe_subnets(Filters=[{"Name": "tag:Name", "Values": ["*-database-*"]}])
    expected = {subnet["SubnetId"] for subnet in subnets["Subnets"]}
    found = instance(life, region)
    assert len(expected) == 3
    assert {subnet["SubnetIdentifier"] for subnet in found["DBSubnetGroup"]["Subnets"]} == expected
    assert not found["PubliclyAccessible"]


@pytest.mark.parametrize("region", THREE)
def test_every_instance_takes_tls_only_and_logs_no_statement(life: Applied, region: str) -> None:
    (group,) = instance(life, region)["DBParameterGroups"]
    answer = life.client("rds", region).describe_db_parameters(DBParameterGroupName=group["DBParameterGroupName"])
    values = {one["ParameterName"]: one["ParameterValue"] for one in answer["Parameters"]}
    assert (values["rds.force_ssl"], values["ssl_min_protocol_version"]) == ("1", "TLSv1.2")
    assert (values["log_connections"], values["log_statement"]) == ("1", "none")


def test_every_other_region_has_a_replica_of_the_writer(life: Applied) -> None:
    writer = instance(life, HOME)
    assert "ReadReplicaSourceDBInstanceIdentifier" not in writer
    replicas = [instance(life, region) for region in (NEW, THIRD)]
    assert {one["ReadReplicaSourceDBInstanceIdentifier"] for one in replicas} == {writer["DBInstanceArn"]}
    assert sorted(writer["ReadReplicaDBInstanceIdentifiers"]) == sorted(one["DBInstanceArn"] for one in replicas)


@pytest.mark.parametrize("region", THREE)
def test_every_instance_is_watched_backed_up_and_protected(life: Applied, region: str) -> None:
    found = instance(life, region)
    assert (found["MultiAZ"], found["DeletionProtection"], found["IAMDatabaseAuthenticationEnabled"]) == (True,) * 3
    assert (found["MonitoringInterval"], found["PerformanceInsightsEnabled"]) == (60, True)
    assert found["BackupRetentionPeriod"] == 14
    assert sorted(found["EnabledCloudwatchLogsExports"]) == ["postgresql", "upgrade"]
    groups = life.client("logs", region).describe_log_groups(
        logGroupNamePrefix=f"/aws/rds/instance/{found['DBInstanceIdentifier']}/"
    )["logGroups"]
    assert [group["logGroupName"].rpartition("/")[2] for group in groups] == ["postgresql", "upgrade"]
    assert all(group["kmsKeyId"] and group["retentionInDays"] for group in groups)


def test_backups_of_the_writer_are_replicated_to_another_region(life: Applied) -> None:
    (replicated,) = instance(life, HOME)["DBInstanceAutomatedBackupsReplications"]
    region = replicated["DBInstanceAutomatedBackupsArn"].split(":")[3]
    assert region != HOME
    (backup,) = life.client("rds", region).describe_db_instance_automated_backups(**replicated)[
        "DBInstanceAutomatedBackups"
    ]
    assert (backup["Status"], backup["DBInstanceArn"]) == ("replicating", instance(life, HOME)["DBInstanceArn"])


@pytest.mark.parametrize("region", THREE)
def test_only_postgresql_comes_in_and_from_no_public_address(life: Applied, region: str) -> None:
    rules = security_group_rules(life, region)
    assert rules
    assert {(rule["IsEgress"], rule["FromPort"], rule["ToPort"]) for rule in rules} == {(False, 5432, 5432)}
    blocks = {rule["CidrIpv4"] for rule in rules if rule.get("CidrIpv4")}
    assert blocks
    assert all(block.startswith("10.") for block in blocks)


@pytest.mark.parametrize(
    ("instances", "problem"),
    [
        ({"us_west_2": {"role": "writer"}}, "a second writer"),
        ({"us_west_2": {"of": "ap-south-1"}}, "which is a replica itself"),
    ],
)
def test_rejects_a_contradiction_before_anything_is_planned(
    instances: dict[str, Any], problem: str, tmp_path: Path
) -> None:
    life = new_life(tmp_path, settings(*THREE, **instances))
    with pytest.raises(SettingsError, match=problem):
        life.plan()
    assert not (tmp_path / "cdktf.out").exists()
