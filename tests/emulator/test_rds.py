from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

HOME, AWAY = "eu-central-1", "eu-west-1"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1"


def create(emulator: Emulator, **settings: object) -> dict[str, Any]:
    created: dict[str, Any] = emulator.client("rds", HOME).create_db_instance(
        DBInstanceIdentifier=f"db-{uuid4().hex[:8]}",
        DBInstanceClass="db.t4g.medium",
        Engine="postgres",
        EngineVersion="16.8",
        AllocatedStorage=20,
        MasterUsername="root",
        MasterUserPassword="not-a-secret",
        **settings,
    )["DBInstance"]
    return created


def describe(emulator: Emulator, region: str, identifier: str) -> dict[str, Any]:
    answer = emulator.client("rds", region).describe_db_instances(DBInstanceIdentifier=identifier)
    found: dict[str, Any] = answer["DBInstances"][0]
    return found


def replicate(emulator: Emulator, source: dict[str, Any], region: str, **settings: object) -> dict[str, Any]:
    source_name = source["DBInstanceIdentifier"] if region == HOME else source["DBInstanceArn"]
    created: dict[str, Any] = emulator.client("rds", region).create_db_instance_read_replica(
        DBInstanceIdentifier=f"{source['DBInstanceIdentifier']}-replica",
        SourceDBInstanceIdentifier=source_name,
        **settings,
    )["DBInstance"]
    return created


def test_instances_are_told_apart_by_their_resource_id(emulator: Emulator) -> None:
    first, second = create(emulator), create(emulator)
    assert first["DbiResourceId"] != second["DbiResourceId"]
    found = emulator.client("rds", HOME).describe_db_instances(
        Filters=[{"Name": "dbi-resource-id", "Values": [second["DbiResourceId"]]}]
    )["DBInstances"]
    assert [entry["DBInstanceIdentifier"] for entry in found] == [second["DBInstanceIdentifier"]]


def test_extended_support_is_what_was_said_and_a_replica_has_it_from_its_source(emulator: Emulator) -> None:
    # Whoever says nothing is enrolled.
    assert create(emulator)["EngineLifecycleSupport"] == "open-source-rds-extended-support"
    disabled = "open-source-rds-extended-support-disabled"
    created = create(emulator, EngineLifecycleSupport=disabled, BackupRetentionPeriod=1)
    assert describe(emulator, HOME, created["DBInstanceIdentifier"])["EngineLifecycleSupport"] == disabled
    assert replicate(emulator, created, AWAY)["EngineLifecycleSupport"] == disabled


def test_the_certificate_authority_is_that_of_aws_unless_another_is_named(emulator: Emulator) -> None:
    created = create(emulator, BackupRetentionPeriod=1)
    assert created["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"
    assert replicate(emulator, created, AWAY)["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"
    assert create(emulator, CACertificateIdentifier="rds-ca-ecc384-g1")["CACertificateIdentifier"] == "rds-ca-ecc384-g1"


def test_performance_insights_read_back(emulator: Emulator) -> None:
    settings = {"PerformanceInsightsKMSKeyId": KEY, "PerformanceInsightsRetentionPeriod": 731}
    created = create(emulator, EnablePerformanceInsights=True, **settings)
    found = describe(emulator, HOME, created["DBInstanceIdentifier"])
    assert found["PerformanceInsightsEnabled"] is True
    assert {name: found[name] for name in settings} == settings


def test_performance_insights_are_kept_seven_days_by_default(emulator: Emulator) -> None:
    created = create(emulator)
    identifier = created["DBInstanceIdentifier"]
    assert created["PerformanceInsightsEnabled"] is False
    rds = emulator.client("rds", HOME)
    rds.modify_db_instance(DBInstanceIdentifier=identifier, EnablePerformanceInsights=True)
    found = describe(emulator, HOME, identifier)
    assert (found["PerformanceInsightsEnabled"], found["PerformanceInsightsRetentionPeriod"]) == (True, 7)
    rds.modify_db_instance(DBInstanceIdentifier=identifier, EnablePerformanceInsights=False)
    assert describe(emulator, HOME, identifier)["PerformanceInsightsEnabled"] is False
    assert create(emulator, EnablePerformanceInsights=True)["PerformanceInsightsRetentionPeriod"] == 7


def test_what_was_left_to_aws_is_told(emulator: Emulator) -> None:
    created = create(emulator)
    assert (created["NetworkType"], created["DatabaseInsightsMode"]) == ("IPV4", "standard")
    chosen = create(emulator, NetworkType="DUAL", DatabaseInsightsMode="advanced")
    assert (chosen["NetworkType"], chosen["DatabaseInsightsMode"]) == ("DUAL", "advanced")


def test_a_parameter_that_was_set_says_so(emulator: Emulator) -> None:
    rds = emulator.client("rds", HOME)
    rds.create_db_parameter_group(DBParameterGroupName="tls", DBParameterGroupFamily="postgres16", Description="tls")
    parameter = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName="tls", Parameters=[parameter])
    (found,) = rds.describe_db_parameters(DBParameterGroupName="tls", Source="user")["Parameters"]
    assert (found["ParameterName"], found["ParameterValue"], found["Source"]) == ("rds.force_ssl", "1", "user")


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_a_replica_has_only_what_it_was_given(emulator: Emulator, region: str) -> None:
    source = create(
        emulator,
        BackupRetentionPeriod=14,
        DeletionProtection=True,
        EnableCloudwatchLogsExports=["postgresql"],
        EnableIAMDatabaseAuthentication=True,
        EnablePerformanceInsights=True,
        MaxAllocatedStorage=100,
        MultiAZ=True,
        Tags=[{"Key": "Owner", "Value": "platform"}],
    )
    replica = replicate(emulator, source, region)
    assert replica["DbiResourceId"] != source["DbiResourceId"]
    assert replica["AvailabilityZone"].startswith(region)
    assert (replica["MultiAZ"], replica["DeletionProtection"]) == (False, False)
    assert (replica["IAMDatabaseAuthenticationEnabled"], replica["PerformanceInsightsEnabled"]) == (False, False)
    assert (replica["BackupRetentionPeriod"], "MaxAllocatedStorage" in replica) == (0, False)
    assert (replica.get("EnabledCloudwatchLogsExports", []), replica["TagList"]) == ([], [])
    assert (replica["EngineVersion"], replica["MasterUsername"]) == ("16.8", "root")
    # The source has not changed.
    found = describe(emulator, HOME, source["DBInstanceIdentifier"])
    assert (found["MultiAZ"], found["BackupRetentionPeriod"], found["TagList"]) == (True, 14, source["TagList"])
    assert found["EnabledCloudwatchLogsExports"] == ["postgresql"]


def test_a_replica_in_another_region_has_what_it_was_given(emulator: Emulator) -> None:
    ec2, rds = emulator.client("ec2", AWAY), emulator.client("rds", AWAY)
    subnets = ec2.describe_subnets()["Subnets"]
    rds.create_db_subnet_group(
        DBSubnetGroupName="away", DBSubnetGroupDescription="away", SubnetIds=[entry["SubnetId"] for entry in subnets]
    )
    group_id = ec2.create_security_group(GroupName="away", Description="x", VpcId=subnets[0]["VpcId"])["GroupId"]
    replica = replicate(
        emulator,
        create(emulator, StorageEncrypted=True, KmsKeyId=KEY),
        AWAY,
        DBSubnetGroupName="away",
        VpcSecurityGroupIds=[group_id],
        KmsKeyId="arn:aws:kms:eu-west-1:123456789012:key/1",
        EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["postgresql"],
        MaxAllocatedStorage=200,
        MultiAZ=True,
        Tags=[{"Key": "Stage", "Value": "test"}],
    )
    assert (replica["DBSubnetGroup"]["DBSubnetGroupName"], replica["MultiAZ"]) == ("away", True)
    assert [entry["VpcSecurityGroupId"] for entry in replica["VpcSecurityGroups"]] == [group_id]
    assert replica["KmsKeyId"] == "arn:aws:kms:eu-west-1:123456789012:key/1"
    assert (replica["IAMDatabaseAuthenticationEnabled"], replica["MaxAllocatedStorage"]) == (True, 200)
    assert (replica["EnabledCloudwatchLogsExports"], replica["TagList"]) == (
        ["postgresql"],
        [{"Key": "Stage", "Value": "test"}],
    )


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_a_deleted_replica_is_forgotten_by_its_source(emulator: Emulator, region: str) -> None:
    source = create(emulator)
    replica = replicate(emulator, source, region)
    emulator.client("rds", region).delete_db_instance(
        DBInstanceIdentifier=replica["DBInstanceIdentifier"], SkipFinalSnapshot=True
    )
    found = describe(emulator, HOME, source["DBInstanceIdentifier"])
    assert found["ReadReplicaDBInstanceIdentifiers"] == []


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_the_replica_of_a_deleted_source_stands_alone(emulator: Emulator, region: str) -> None:
    source = create(emulator)
    replica = replicate(emulator, source, region)
    emulator.client("rds", HOME).delete_db_instance(
        DBInstanceIdentifier=source["DBInstanceIdentifier"], SkipFinalSnapshot=True
    )
    found = describe(emulator, region, replica["DBInstanceIdentifier"])
    assert "ReadReplicaSourceDBInstanceIdentifier" not in found
    emulator.client("rds", region).delete_db_instance(
        DBInstanceIdentifier=replica["DBInstanceIdentifier"], SkipFinalSnapshot=True
    )


def test_rejects_a_replica_of_what_has_no_backups(emulator: Emulator) -> None:
    with pytest.raises(ClientError, match="InvalidDBInstanceState"):
        replicate(emulator, create(emulator, BackupRetentionPeriod=0), AWAY)
