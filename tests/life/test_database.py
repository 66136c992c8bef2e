"""PostgreSQL on the embedded AWS: what stands in each region, and how the settings move the writer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modules.settings import SettingsError
from tests.support.lives import CLEAN, Applied, new_life
from tests.support.part import only
from tests.support.region_sets import THREE, settings_of, write_settings
from tools.plan import Plan, destroyed
from tools.synth import synthesize

pytestmark = pytest.mark.emulator
HOME, NEW, THIRD = THREE
SMALL = {
    "network": {"nat_gateways": "none", "interface_endpoints": ["secretsmanager"], "availability_zones": 2},
    "secrets": {"recovery_window_days": 0},
}
#: Types whose resources hold what cannot be made again.
DATA = {
    *("aws_db_instance", "aws_dynamodb_table", "aws_kms_key", "aws_kms_replica_key"),
    *("aws_s3_bucket", "aws_secretsmanager_secret", "aws_secretsmanager_secret_version"),
}


def instance(life: Applied, region: str) -> dict[str, Any]:
    (found,) = life.client("rds", region).describe_db_instances()["DBInstances"]
    return dict(found)


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


@pytest.fixture
def moving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Applied]:
    """What holds data in three regions with the least network, applied, for a writer that moves."""
    # An order to rebuild is kept in a terraform_data, whose change replaces the instance.
    only(monkeypatch, *DATA, "aws_db_instance_automated_backups_replication", "terraform_data")
    begun = new_life(tmp_path, settings())
    emulator = begun.start()
    try:
        begun.up()
        yield Applied(begun, emulator, begun.target(emulator))
    finally:
        emulator.stop()


def settings(*, primary: str = HOME, **instances: dict[str, Any]) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in instances.items()}
    database = {"deletion_protection": "false", "instances": named}
    return settings_of(*THREE, **SMALL) | {"primary_region": primary, "home_region": HOME, "database": database}


def plan_of(life: Applied, content: dict[str, Any]) -> Plan:
    write_settings(life.settings.parent, content)
    synthesize(life.life.paths, environ=CLEAN)
    _, plan = life.target.plan("platform")
    return plan


def instance_changes(plan: Plan) -> dict[str, tuple[list[str], dict[str, tuple[object, object]]]]:
    """What a plan does to instances, by their region: its actions, and what changes from what to what."""
    found = {}
    for change in plan["resource_changes"]:
        if change["type"] == "aws_db_instance" and change["change"]["actions"] != ["no-op"]:
            before, after = change["change"]["before"], change["change"]["after"]
            names = [name for name in after if before.get(name) != after[name]]
            region = before["arn"].split(":")[3]
            found[region] = (change["change"]["actions"], {name: (before.get(name), after[name]) for name in names})
    return found


def lost_data(plan: Plan) -> list[str]:
    return [address for address in destroyed(plan) if address.partition(".")[0] in DATA]


def apply(life: Applied) -> None:
    target = life.target
    target.terraform("platform").apply(target.plan_file("platform"))
    changed, plan = target.plan("platform")
    assert not changed, plan["resource_changes"]


def test_settings_move_the_writer_and_rebuild_the_others_one_region_at_a_time(moving: Applied) -> None:
    writer = instance(moving, HOME)["DBInstanceArn"]
    before = {region: instance(moving, region)["DbiResourceId"] for region in THREE}

    # Another writer is one promotion in place. The old one stands alone, and its other replica goes on following it.
    detached, follows = {"role": "detached"}, {"role": "replica", "of": HOME}
    promoted = settings(primary=NEW, us_east_1=detached, ap_south_1=follows)
    plan = plan_of(moving, promoted)
    assert lost_data(plan) == []
    ((region, (actions, changed)),) = instance_changes(plan).items()
    assert (region, actions, changed["replicate_source_db"]) == (NEW, ["update"], (writer, None))
    apply(moving)
    assert {region: instance(moving, region)["DbiResourceId"] for region in THREE} == before
    assert "ReadReplicaSourceDBInstanceIdentifier" not in instance(moving, NEW)
    assert instance(moving, THIRD)["ReadReplicaSourceDBInstanceIdentifier"] == writer

    # A rebuild is one replacement, in the region that is named.
    rebuilt = {"role": "replica", "of": NEW, "rebuild": "true"}
    plan = plan_of(moving, settings(primary=NEW, us_east_1=detached, ap_south_1=rebuilt))
    assert [address.partition(".")[0] for address in lost_data(plan)] == ["aws_db_instance"]
    assert {region for region, (actions, _) in instance_changes(plan).items() if "create" in actions} == {THIRD}
    assert set(instance_changes(plan)) == {THIRD}
    apply(moving)
    source = instance(moving, THIRD)["ReadReplicaSourceDBInstanceIdentifier"]
    assert source == instance(moving, NEW)["DBInstanceArn"]
    after = {region: instance(moving, region)["DbiResourceId"] for region in THREE}
    assert {region for region in THREE if after[region] != before[region]} == {THIRD}

    # Once built, the order to build it goes, and changes no instance.
    done = {"role": "replica", "of": NEW}
    plan = plan_of(moving, settings(primary=NEW, us_east_1=detached, ap_south_1=done))
    assert instance_changes(plan) == {}

    # An instance that was promoted without Terraform is promoted, and the settings only say so.
    moving.client("rds", THIRD).promote_read_replica(
        DBInstanceIdentifier=instance(moving, THIRD)["DBInstanceIdentifier"], BackupRetentionPeriod=14
    )
    plan = plan_of(moving, settings(primary=THIRD, us_east_1=detached, us_west_2=detached))
    assert lost_data(plan) == []
    ((region, (actions, changed)),) = instance_changes(plan).items()
    assert (region, actions) == (THIRD, ["update"])
    # Only what Terraform itself remembers for a deletion; the snapshot's name is known once the order to build is gone.
    assert set(changed) == {"skip_final_snapshot"}


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
    life = new_life(tmp_path, settings(**instances))
    with pytest.raises(SettingsError, match=problem):
        life.plan()
    assert not (tmp_path / "cdktf.out").exists()
