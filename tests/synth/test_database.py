import re
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from modules.settings import SettingsError, load_settings
from modules.settings.addressing import DATABASE, PRIVATE, tier_block
from tests.support.otherwise import TWO_OTHERWISE
from tests.support.region_sets import FIVE, ONE, THREE, TWO, settings_of, write_settings
from tests.support.synthesized import Block, Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
#: All that differs from PostgreSQL's and RDS's own: TLS only, SCRAM, logins and waits are logged and statements not.
PARAMETERS = {
    "log_connections": "1",
    "log_disconnections": "1",
    "log_lock_waits": "1",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "password_encryption": "scram-sha-256",
    "rds.force_ssl": "1",
    "ssl_min_protocol_version": "TLSv1.2",
}


def instances(stack: Stack) -> dict[str, Block]:
    found = stack.resources("aws_db_instance")
    assert len({block.region for block in found}) == len(found)
    return {block.region: block for block in found}


def access(stack: Stack, region: str) -> Block:
    (group,) = instances(stack)[region].body["vpc_security_group_ids"]
    return stack.at(group)


@SETS
def test_every_region_has_one_instance_and_all_but_the_primary_replicate_the_primary(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    found = instances(stack)
    assert sorted(found) == sorted(regions)
    assert "replicate_source_db" not in found[regions[0]].body
    for region in regions[1:]:
        # From another region a source is named by its ARN.
        source = found[region].body["replicate_source_db"]
        assert source.endswith(".arn}")
        assert stack.at(source).address == found[regions[0]].address


@SETS
def test_every_instance_is_encrypted_with_the_data_key_of_its_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region, block in instances(stack).items():
        assert block.body["storage_encrypted"] is True
        assert block.body["performance_insights_enabled"] is True
        for key in ("kms_key_id", "performance_insights_kms_key_id"):
            assert stack.at(block.body[key]).name_tag == f"PROD-kms-test-data-{region}"


@SETS
def test_every_instance_stands_in_the_isolated_subnets_and_is_not_public(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region, block in instances(stack).items():
        assert block.body["publicly_accessible"] is False
        subnets = [stack.at(one) for one in stack.at(block.body["db_subnet_group_name"]).body["subnet_ids"]]
        assert len(subnets) >= 2
        assert {(one.region, one.body["tags"]["Tier"]) for one in subnets} == {(region, "database")}


@SETS
def test_every_instance_can_take_over_at_once(regions: tuple[str, ...]) -> None:
    for block in instances(platform(*regions)).values():
        body = block.body
        assert body["multi_az"] is True
        assert (body["backup_retention_period"], body["backup_window"]) == (14, "02:00-03:00")
        assert body["delete_automated_backups"] is False
        assert body["copy_tags_to_snapshot"] is True
        assert body["deletion_protection"] is True
        assert body["iam_database_authentication_enabled"] is True
        assert body["auto_minor_version_upgrade"] is True
        assert body["maintenance_window"] == "sun:04:00-sun:05:00"
        assert body["max_allocated_storage"] == 1000
        assert body["ca_cert_identifier"] == "rds-ca-rsa2048-g1"


@SETS
def test_what_stands_alone_leaves_a_final_snapshot_and_a_replica_none(regions: tuple[str, ...]) -> None:
    for region, block in instances(platform(*regions)).items():
        if "replicate_source_db" in block.body:
            assert block.body["skip_final_snapshot"] is True
            assert "final_snapshot_identifier" not in block.body
        else:
            assert block.body["skip_final_snapshot"] is False
            # Another name for each instance in turn, in characters that RDS takes.
            assert re.fullmatch(
                rf"prod-rds-test-final-{region}-\$\{{substr\(terraform_data\.\S+\.id, 0, 8\)\}}",
                block.body["final_snapshot_identifier"],
            )


@SETS
def test_every_instance_has_these_parameters_and_no_others(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region, block in instances(stack).items():
        group = stack.at(block.body["parameter_group_name"])
        assert (group.region, group.body["family"]) == (region, "postgres17")
        found = [(one["name"], one["value"], one.get("apply_method", "immediate")) for one in group.body["parameter"]]
        assert sorted(found) == [(name, value, "immediate") for name, value in PARAMETERS.items()]


@pytest.mark.slow
def test_tls_1_3_can_be_the_least() -> None:
    (group,) = platform(*ONE, database={"minimum_tls_version": "TLSv1.3"}).resources("aws_db_parameter_group")
    found = {one["name"]: one["value"] for one in group.body["parameter"]}
    assert found == PARAMETERS | {"ssl_min_protocol_version": "TLSv1.3"}


@SETS
def test_logs_go_to_encrypted_groups_that_are_there_first(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region, block in instances(stack).items():
        for kind in block.body["enabled_cloudwatch_logs_exports"]:
            name = f"/aws/rds/instance/{block.body['identifier']}/{kind}"
            (group,) = [one for one in stack.resources("aws_cloudwatch_log_group", region) if one.body["name"] == name]
            assert group.address in block.body["depends_on"]
            assert group.body["retention_in_days"] == 365
            assert stack.at(group.body["kms_key_id"]).name_tag == f"PROD-kms-test-logs-{region}"
        assert block.body["enabled_cloudwatch_logs_exports"] == ["postgresql", "upgrade"]


@SETS
def test_the_operating_system_is_watched_by_a_role_for_this_instance_alone(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region, block in instances(stack).items():
        assert block.body["monitoring_interval"] == 60
        role = stack.at(block.body["monitoring_role_arn"])
        (statement,) = stack.at(role.body["assume_role_policy"]).body["statement"]
        assert statement["principals"][0]["identifiers"] == ["monitoring.rds.amazonaws.com"]
        (source,) = [one["values"] for one in statement["condition"] if one["variable"] == "aws:SourceArn"]
        assert re.fullmatch(rf"arn:aws:rds:{region}:\S+:db:{block.body['identifier']}", source[0])


@SETS
def test_postgresql_is_let_in_from_named_groups_here_and_from_two_tiers_of_other_regions(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    blocks = {vpc.region: vpc.body["cidr_block"] for vpc in stack.resources("aws_vpc")}
    for region in regions:
        group = access(stack, region)
        rules = [
            one
            for one in stack.resources("aws_vpc_security_group_ingress_rule", region)
            if stack.at(one.body["security_group_id"]).address == group.address
        ]
        assert {(one.body["ip_protocol"], one.body["from_port"], one.body["to_port"]) for one in rules} == {
            ("tcp", 5432, 5432)
        }
        named = {
            stack.at(one.body["referenced_security_group_id"]).name_tag for one in rules if "cidr_ipv4" not in one.body
        }
        assert named == {f"PROD-sg-test-database-clients-{region}", f"PROD-sg-test-rotation-{region}"}
        expected = {
            str(tier_block(IPv4Network(block), tier))
            for other, block in blocks.items()
            if other != region
            for tier in (PRIVATE, DATABASE)
        }
        assert {one.body["cidr_ipv4"] for one in rules if "cidr_ipv4" in one.body} == expected
        assert not {"ingress", "egress"} & group.body.keys()


@SETS
def test_nothing_is_let_out_of_the_database_and_clients_reach_every_database(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    blocks = {vpc.region: vpc.body["cidr_block"] for vpc in stack.resources("aws_vpc")}
    for region in regions:
        group = access(stack, region)
        out = stack.resources("aws_vpc_security_group_egress_rule", region)
        assert not [one for one in out if stack.at(one.body["security_group_id"]).address == group.address]
        clients = [
            one
            for one in out
            if stack.at(one.body["security_group_id"]).name_tag.startswith("PROD-sg-test-database-clients")
        ]
        assert {(one.body["from_port"], one.body["to_port"]) for one in clients} == {(5432, 5432)}
        (here,) = [one for one in clients if "cidr_ipv4" not in one.body]
        assert stack.at(here.body["referenced_security_group_id"]).address == group.address
        expected = {str(tier_block(IPv4Network(block), DATABASE)) for other, block in blocks.items() if other != region}
        assert {one.body["cidr_ipv4"] for one in clients if "cidr_ipv4" in one.body} == expected


@SETS
def test_backups_of_the_writer_are_replicated_to_another_region_with_its_key(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    found = stack.resources("aws_db_instance_automated_backups_replication")
    assert len(found) == (len(regions) > 1)
    for one in found:
        assert one.region in regions[1:]
        assert stack.at(one.body["source_db_instance_arn"]).region == regions[0]
        assert stack.at(one.body["kms_key_id"]).name_tag == f"PROD-kms-test-data-{one.region}"
        assert one.body["retention_period"] == 14


@pytest.mark.slow
def test_backups_go_where_the_settings_say() -> None:
    stack = platform(*THREE, database={"instances": {"us-east-1": {"backups_in": "ap-south-1"}}})
    (found,) = stack.resources("aws_db_instance_automated_backups_replication")
    assert found.region == "ap-south-1"
    (default,) = platform(*THREE).resources("aws_db_instance_automated_backups_replication")
    assert default.region == "us-west-2"


def test_backups_need_go_nowhere() -> None:
    stack = platform(*TWO, **TWO_OTHERWISE)
    assert not stack.resources("aws_db_instance_automated_backups_replication")


@SETS
def test_no_promotion_replaces_an_instance_for_what_it_had_from_its_source(regions: tuple[str, ...]) -> None:
    for block in instances(platform(*regions)).values():
        assert block.body["lifecycle"]["ignore_changes"] == ["db_name", "engine_lifecycle_support", "username"]


@SETS
def test_no_instance_falls_into_paid_support_and_changes_wait_for_the_window(regions: tuple[str, ...]) -> None:
    found = instances(platform(*regions))
    # Replicas have it from their source.
    assert {region: block.body.get("engine_lifecycle_support") for region, block in found.items()} == {
        region: None if "replicate_source_db" in found[region].body else "open-source-rds-extended-support-disabled"
        for region in regions
    }
    assert {block.body["apply_immediately"] for block in found.values()} == {False}


@SETS
def test_aws_installs_minor_versions_unless_the_settings_name_one(regions: tuple[str, ...]) -> None:
    assert {block.body["auto_minor_version_upgrade"] for block in instances(platform(*regions)).values()} == {True}


@pytest.mark.slow
def test_an_instance_can_have_a_version_of_its_own_while_others_follow() -> None:
    home, other, third = THREE
    database = {"version": "17.5", "instances": {other: {"version": "17.6"}}, "apply_immediately": "true"}
    found = instances(platform(*THREE, database=database))
    assert {region: block.body["engine_version"] for region, block in found.items()} == {
        home: "17.5",
        other: "17.6",
        third: "17.5",
    }
    assert {block.body["auto_minor_version_upgrade"] for block in found.values()} == {False}
    assert {block.body["apply_immediately"] for block in found.values()} == {True}
    upgraded = {"instances": {other: {"role": "detached", "version": "16"}}, "extended_support": "true"}
    stack = platform(*THREE, database=upgraded)
    found = instances(stack)
    families = {region: stack.at(block.body["parameter_group_name"]).body["family"] for region, block in found.items()}
    assert families == {home: "postgres17", other: "postgres16", third: "postgres17"}
    assert found[home].body["engine_lifecycle_support"] == "open-source-rds-extended-support"


@pytest.mark.slow
def test_settings_reach_every_instance() -> None:
    database = {
        "version": "16.8",
        "instance_class": "db.r7g.xlarge",
        "storage_gb": "500",
        "storage_limit_gb": "2000",
        "storage_type": "io2",
        "iops": "8000",
        "multi_az": "false",
        "prevent_destroy": "true",
        "monitoring_interval_seconds": "15",
        "insights_days": "731",
        "log_retention_days": "30",
        "minimum_tls_version": "TLSv1.3",
    }
    stack = platform(*TWO, database=database)
    for block in instances(stack).values():
        body = block.body
        assert (body["engine_version"], body["instance_class"]) == ("16.8", "db.r7g.xlarge")
        assert (body["storage_type"], body["iops"], body["max_allocated_storage"]) == ("io2", 8000, 2000)
        assert body.get("allocated_storage", 500) == 500
        assert (body["multi_az"], body["lifecycle"]["prevent_destroy"]) == (False, True)
        assert (body["monitoring_interval"], body["performance_insights_retention_period"]) == (15, 731)
        group = stack.at(body["parameter_group_name"]).body
        assert group["family"] == "postgres16"
        assert {"name": "ssl_min_protocol_version", "value": "TLSv1.3"} in group["parameter"]


@pytest.mark.parametrize(
    ("database", "fault"),
    [
        ({"version": "12"}, "database.version: not a version of PostgreSQL"),
        ({"instance_class": "db.t2.micro"}, "database.instance_class: not an instance class for PostgreSQL"),
        ({"instance_class": "db.m7g.medium"}, "database.instance_class: a size that the class does not come in"),
        ({"instance_class": "db.t4g.8xlarge"}, "database.instance_class: a size that the class does not come in"),
        ({"storage_gb": "10"}, "database.storage_gb: not allowed"),
        ({"storage_gb": "1000"}, "database.storage_limit_gb: less than a tenth above storage_gb"),
        ({"storage_type": "io2"}, "database.storage_type: io2 needs iops"),
        ({"iops": "12000"}, "database.iops: gp3 below 400 GiB"),
        ({"iops": "5000", "storage_gb": "400"}, "database.iops: not what gp3 has"),
        ({"backup_window": "02:00-02:15"}, "database.backup_window: not a window of every day"),
        ({"maintenance_window": "04:00-05:00"}, "database.maintenance_window: not a window of every week"),
        ({"backup_window": "03:30-04:30"}, "database.backup_window: overlaps the maintenance window"),
        (
            {"version": "17.6", "instances": {THREE[1]: {"version": "17.5"}}},
            f"database.instances.{THREE[1]}.version: {THREE[1]} replicates {THREE[0]}, and 17.5 cannot follow 17.6",
        ),
        (
            {"instances": {THREE[1]: {"version": "18"}}},
            f"database.instances.{THREE[1]}.version: {THREE[1]} replicates {THREE[0]}, and 18 cannot follow 17",
        ),
        (
            {"instances": {THREE[0]: {"version": "17.6"}}, "version": "17.5"},
            f"database.instances.{THREE[0]}.version: {THREE[1]} replicates {THREE[0]}, and 17.5 cannot follow 17.6",
        ),
        (
            {"instances": {THREE[0]: {"backups_in": "nowhere"}}},
            f"database.instances.{THREE[0]}.backups_in: unknown AWS region",
        ),
        ({"insights_days": "30"}, "database.insights_days: not a retention of Performance Insights"),
        ({"monitoring_interval_seconds": "0"}, "database.monitoring_interval_seconds: not one of the choices"),
        ({"backup_retention_days": "0"}, "database.backup_retention_days: not allowed"),
    ],
)
def test_rejects_what_rds_cannot_do(tmp_path: Path, database: dict[str, Any], fault: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(write_settings(tmp_path, settings_of(*THREE, database=database)), {})
    assert any(str(one).startswith(fault) for one in caught.value.faults), str(caught.value)
