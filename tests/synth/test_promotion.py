"""What becomes of the databases when the settings name another writer: the same resources, hardly changed."""

from pathlib import Path
from typing import Any

import pytest

from modules.settings import SettingsError, load_settings
from tests.support.region_sets import SWITCHED, TAKEN_OVER, THREE, settings_of, write_settings
from tests.support.synthesized import Stack, platform

EAST, WEST, SOUTH = THREE
REBUILT = {
    "instances": {
        WEST: {"role": "writer"},
        # The former writer comes last: none replicates it any more.
        SOUTH: {"of": WEST},
        EAST: {"role": "replica", "of": WEST, "rebuild": "true", "deletion_protection": "false"},
    }
}
#: What AWS takes of a new instance alone; another value of one would replace the instance.
FIXED = ("db_name", "engine", "identifier", "kms_key_id", "storage_encrypted", "username")


def instances(stack: Stack) -> dict[str, dict[str, Any]]:
    return {block.region: block.body for block in stack.resources("aws_db_instance")}


def faults(folder: Path, **settings: Any) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(write_settings(folder, settings_of(*THREE, **settings)), {})
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("settings", [{"database": SWITCHED}, TAKEN_OVER], ids=["explicit", "primary"])
def test_a_switch_of_the_writer_changes_the_promoted_instance_alone(settings: dict[str, Any]) -> None:
    before, after = platform(*THREE), platform(*THREE, **settings)
    addresses = [{block.address for block in stack.resources("aws_db_instance")} for stack in (before, after)]
    assert addresses[0] == addresses[1]
    old, new = instances(before), instances(after)
    assert (old[EAST], old[SOUTH]) == (new[EAST], new[SOUTH])
    assert "replicate_source_db" in old[WEST]
    assert "replicate_source_db" not in new[WEST]


def test_a_promoted_instance_is_what_its_source_was_but_for_what_is_of_its_region() -> None:
    old, new = instances(platform(*THREE))[EAST], instances(platform(*THREE, database=SWITCHED))[WEST]
    assert old.keys() == new.keys()
    for key, value in old.items():
        if EAST not in str(value):
            assert new[key] == value
    # The replica says these of itself already, or has them from its source.
    replica = instances(platform(*THREE))[WEST]
    assert all(new[key] in {replica.get(key), old[key]} for key in FIXED)


def test_no_password_is_written_by_a_promotion() -> None:
    versions = {one["password_wo_version"] for one in instances(platform(*THREE)).values()}
    versions |= {one["password_wo_version"] for one in instances(platform(*THREE, database=SWITCHED)).values()}
    assert versions == {1}


def test_a_switch_leaves_all_that_holds_data_as_it_is() -> None:
    before, after = platform(*THREE), platform(*THREE, database=SWITCHED)
    for kind in ("aws_dynamodb_table", "aws_s3_bucket", "aws_kms_key", "aws_secretsmanager_secret"):
        assert after.json["resource"][kind] == before.json["resource"][kind]
    backups = "aws_db_instance_automated_backups_replication"
    old, new = (stack.json["resource"][backups] for stack in (before, after))
    assert old.items() < new.items()


def changed(before: Stack, after: Stack) -> dict[str, list[str]]:
    """Attributes that differ, by address; of an address that only one of the two has, which one."""
    old, new = ({block.address: block.body for block in stack.all_resources()} for stack in (before, after))
    found = {address: ["added"] for address in new.keys() - old.keys()}
    found |= {address: ["removed"] for address in old.keys() - new.keys()}
    for address in old.keys() & new.keys():
        one, other = old[address], new[address]
        if names := sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name)):
            found[address] = names
    return found


def test_what_a_switch_changes_in_the_whole_platform_is_this_list() -> None:
    assert changed(platform(*THREE), platform(*THREE, database=SWITCHED)) == {
        "aws_cloudwatch_dashboard.oversight_dashboard_5888ED06": ["dashboard_body"],
        # A replica tells its lag every minute, a writer does not.
        "aws_cloudwatch_metric_alarm.us-west-2_watching_database_silent_89C11DAF": ["evaluation_periods"],
        # But for the two about its final snapshot, Terraform reads them in an instance that is made, or ignores them.
        "aws_db_instance.us-west-2_database_instance_F683C744": [
            *("allocated_storage", "db_name", "engine_lifecycle_support", "final_snapshot_identifier", "password_wo"),
            *("replicate_source_db", "skip_final_snapshot", "username"),
        ],
        "aws_db_instance_automated_backups_replication.us-west-2_database-backups-us-east-1_35641657": ["added"],
        # The rule that the failover, or the keeper, has made.
        "aws_network_acl.us-east-1_network_database-acl_596D7E77": ["ingress"],
        # Write-only, and its version stays: nothing is written.
        "aws_secretsmanager_secret_version.us-east-1_application-secret_value_01D5D659": ["secret_string_wo"],
        "aws_secretsmanager_secret_version.us-east-1_database-credentials_value_37CD705D": ["secret_string_wo"],
    }


def test_what_the_primary_region_takes_along_afterwards_is_this_list_and_holds_no_data() -> None:
    alarms = "aws_cloudwatch_metric_alarm"
    found = changed(platform(*THREE, database=SWITCHED), platform(*THREE, **TAKEN_OVER))
    assert {address: names for address, names in found.items() if not address.startswith(f"{alarms}.")} == {
        "aws_cloudwatch_dashboard.oversight_dashboard_5888ED06": ["dashboard_body"],
        "aws_iam_account_password_policy.account_password-policy_0681F18D": ["provider"],
        "aws_route53_record.entry_records_apex-primary_18428570": ["alias", "health_check_id"],
        "aws_s3_account_public_access_block.account_s3-public-access-block_710BFC23": ["provider"],
        "aws_s3_bucket_replication_configuration.ap-south-1_data-replication_0192F4CE": ["depends_on", "rule"],
        "aws_s3_bucket_replication_configuration.us-east-1_data-replication_A61DC6FD": ["depends_on", "rule"],
        "aws_s3_bucket_replication_configuration.us-west-2_data-replication_45FBAF29": ["depends_on", "rule"],
    }
    # Alarms on replication follow its rules: four begin, and four end.
    about = {address: names for address, names in found.items() if address.startswith(f"{alarms}.")}
    assert all("_watching_storage_" in address for address in about)
    assert sorted(map(str, about.values())) == ["['added']"] * 4 + ["['dimensions']"] * 4 + ["['removed']"] * 4


@pytest.mark.slow
def test_only_the_named_region_is_rebuilt() -> None:
    stack = platform(*THREE, database=REBUILT)
    for region, body in instances(stack).items():
        triggers = body["lifecycle"].get("replace_triggered_by", [])
        assert bool(triggers) is (region == EAST)
    (trigger,) = instances(stack)[EAST]["lifecycle"]["replace_triggered_by"]
    kind, name = trigger.split(".")
    assert stack.json["resource"][kind][name]["triggers_replace"] == WEST
    others = [body for key, body in stack.json["resource"][kind].items() if key != name]
    assert len(others) == 2
    assert not [body for body in others if "triggers_replace" in body]


@pytest.mark.slow
def test_an_instance_that_stands_alone_is_replaced_by_nothing() -> None:
    for settings in ({}, {"database": SWITCHED}, {"database": REBUILT}, TAKEN_OVER):
        for body in instances(platform(*THREE, **settings)).values():
            if "replicate_source_db" not in body:
                assert "replace_triggered_by" not in body["lifecycle"]


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        ({WEST: {"role": "writer"}}, f"database.instances.{WEST}: a second writer beside {EAST}"),
        ({EAST: {"role": "detached"}}, "database.instances: no region is the writer"),
        ({SOUTH: {"of": WEST}}, f"database.instances.{SOUTH}: a replica of {WEST}, which is a replica itself"),
        ({SOUTH: {"of": SOUTH}}, f"database.instances.{SOUTH}: a replica of itself"),
        ({EAST: {"of": WEST}}, f"database.instances.{EAST}: a replica of {WEST}, which replicates it in turn"),
        ({SOUTH: {"of": "eu-west-1"}}, f"database.instances.{SOUTH}: a replica of eu-west-1, which is not one of"),
        ({"eu-west-1": {"role": "detached"}}, "database.instances.eu-west-1: not one of the regions"),
        (
            {EAST: {"role": "writer", "rebuild": "true"}},
            f"database.instances.{EAST}.rebuild: a writer instance",
        ),
        ({EAST: {"role": "writer", "of": WEST}}, f"database.instances.{EAST}.of: a writer instance is never made"),
        ({SOUTH: {"rebuild": "true"}}, f"database.instances.{SOUTH}.rebuild: its deletion protection is on"),
        ({SOUTH: {"role": "standby"}}, f"database.instances.{SOUTH}.role: not one of the choices"),
        ({SOUTH: {"source": EAST}}, f"database.instances.{SOUTH}.source: unknown key"),
        ({SOUTH: {"fenced": "false"}}, f"database.instances.{SOUTH}.fenced: the instance is not detached"),
        ({SOUTH: {"backups_in": SOUTH}}, f"database.instances.{SOUTH}.backups_in: the backups lie there anyway"),
    ],
)
def test_rejects_contradictions(tmp_path: Path, stated: dict[str, Any], fault: str) -> None:
    assert any(one.startswith(fault) for one in faults(tmp_path, database={"instances": stated}))


def test_rejects_rebuilding_what_terraform_may_not_destroy(tmp_path: Path) -> None:
    found = faults(tmp_path, database=REBUILT | {"prevent_destroy": "true"})
    assert [one.partition(",")[0] for one in found] == [
        f"database.instances.{EAST}.rebuild: database.prevent_destroy forbids it"
    ]


def test_rejects_a_primary_region_that_moves_while_the_instances_are_left_out(tmp_path: Path) -> None:
    found = faults(tmp_path, primary_region=WEST, home_region=EAST)
    assert [one.partition(":")[0] for one in found] == [f"database.instances.{EAST}", f"database.instances.{SOUTH}"]
    assert "role: detached" in found[0]
    assert f"of: {EAST}" in found[1]
