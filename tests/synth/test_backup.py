import re
from pathlib import Path
from typing import Any

import pytest

from modules.settings import SettingsError, load_settings
from modules.settings.companions import companion
from tests.support.otherwise import ANYWHERE, OTHERWISE
from tests.support.region_sets import FIVE, ONE, SMALL_SETS, TAKEN_OVER, THREE, TWO, settings_of, write_settings
from tests.support.synthesized import Block, Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
SEVERAL = pytest.mark.parametrize("regions", [TWO, THREE, FIVE], ids=len)


def only(stack: Stack, kind: str, region: str) -> Block:
    (found,) = stack.resources(kind, region)
    return found


def rules(stack: Stack, region: str) -> dict[str, dict[str, Any]]:
    return {rule["rule_name"]: rule for rule in only(stack, "aws_backup_plan", region).body["rule"]}


def role_statements(stack: Stack, role: str) -> dict[str, dict[str, Any]]:
    (policy,) = [one for one in stack.resources("aws_iam_role_policy") if stack.at(one.body["role"]).address == role]
    return {one["sid"]: one for one in stack.at(policy.body["policy"]).body["statement"]}


@SETS
def test_every_region_has_a_vault_with_a_key_of_its_own_and_a_lock(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        vault = only(stack, "aws_backup_vault", region)
        assert stack.at(vault.body["kms_key_arn"]).name_tag == f"PROD-kms-test-backup-{region}"
        assert vault.body["force_destroy"] is False
        lock = only(stack, "aws_backup_vault_lock_configuration", region).body
        assert stack.at(lock["backup_vault_name"]).address == vault.address
        assert (lock["min_retention_days"], lock["max_retention_days"]) == (35, 365)
        assert "changeable_for_days" not in lock


@pytest.mark.slow
def test_lock_is_a_setting() -> None:
    kind = "aws_backup_vault_lock_configuration"
    assert platform(*ONE, backup={"vault_lock": "none"}).resources(kind) == []
    (lock,) = platform(*ONE, backup={"vault_lock": "compliance"}).resources(kind)
    assert lock.body["changeable_for_days"] == 3


@SMALL_SETS
def test_every_backup_is_kept_for_as_long_as_the_lock_allows(regions: tuple[str, ...]) -> None:
    stack = platform(*regions, **ANYWHERE)
    for region in regions:
        lock = only(stack, "aws_backup_vault_lock_configuration", region).body
        kept = [rule["lifecycle"]["delete_after"] for rule in rules(stack, region).values()]
        assert (lock["min_retention_days"], lock["max_retention_days"]) == (min(kept), max(kept)) == (365, 400)


@SETS
def test_nobody_outside_the_account_gets_to_a_vault_and_only_aws_backup_deletes(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        policy = only(stack, "aws_backup_vault_policy", region)
        outside, early = stack.at(policy.body["policy"]).body["statement"]
        assert {outside["effect"], early["effect"]} == {"Deny"}
        conditions = {one["variable"]: one for one in outside["condition"]}
        assert conditions["aws:PrincipalAccount"]["test"] == "StringNotEquals"
        assert "backup:DeleteRecoveryPoint" in early["actions"]
        (condition,) = early["condition"]
        assert (condition["test"], condition["variable"]) == ("ArnNotLike", "aws:PrincipalArn")
        *plans, linked = condition["values"]
        # Copies are deleted at their end in the role of the plan that made them.
        origins = [one for one in regions if one == region or copied_to(stack, one) == region]
        assert sorted(one.rpartition("/")[2] for one in plans) == sorted(
            f"PROD-role-test-backup-{origin}" for origin in origins
        )
        assert ":role/aws-service-role/backup.amazonaws.com/" in linked


def copied_to(stack: Stack, region: str) -> str | None:
    """The region that the copies of a region's backups go to."""
    found = copies(rules(stack, region)["daily"])
    return stack.at(found[0]["destination_vault_arn"]).region if found else None


@SETS
def test_every_plan_backs_up_daily_and_weekly_into_the_vault_of_its_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        found = rules(stack, region)
        assert {name: rule["lifecycle"]["delete_after"] for name, rule in found.items()} == {"daily": 35, "weekly": 365}
        vault = only(stack, "aws_backup_vault", region).address
        assert {stack.at(rule["target_vault_name"]).address for rule in found.values()} == {vault}


@SMALL_SETS
def test_only_weekly_backups_of_what_allows_it_move_to_cold_storage_and_stay_long_enough(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    for region in regions:
        found = rules(stack, region)
        assert "cold_storage_after" not in found["daily"]["lifecycle"]
        for lifecycle in (found["weekly"]["lifecycle"], *(one["lifecycle"] for one in copies(found["weekly"]))):
            assert lifecycle["opt_in_to_archive_for_supported_resources"] is True
            assert lifecycle["delete_after"] >= lifecycle["cold_storage_after"] + 90
    warm = platform(*regions, **ANYWHERE)
    assert not [rule for region in regions for rule in rules(warm, region).values() if "cold" in str(rule["lifecycle"])]


def copies(rule: dict[str, Any]) -> list[dict[str, Any]]:
    return list(rule.get("copy_action", []))


@SEVERAL
def test_every_backup_is_copied_to_the_vault_of_another_region_and_kept_as_long(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        for rule in rules(stack, region).values():
            (copy,) = copies(rule)
            vault = stack.at(copy["destination_vault_arn"])
            assert vault.region == (companion(regions[0], regions) if region == regions[0] else regions[0])
            assert copy["lifecycle"] == rule["lifecycle"]


def test_one_region_has_nowhere_to_copy_to() -> None:
    assert not [rule for rule in rules(platform(*ONE), ONE[0]).values() if copies(rule)]


@pytest.mark.slow
def test_copies_of_the_home_region_go_where_the_settings_say_and_stay_when_the_primary_moves() -> None:
    home, other, chosen = THREE
    assert (TAKEN_OVER["primary_region"], TAKEN_OVER["home_region"]) == (other, home)
    for more in ({}, TAKEN_OVER):
        stack = platform(*THREE, backup={"copy_region": chosen}, **more)
        regions = {
            region: stack.at(copies(rules(stack, region)["daily"])[0]["destination_vault_arn"]).region
            for region in THREE
        }
        assert regions == {home: chosen, other: home, chosen: home}


@SETS
def test_only_what_bears_the_tag_of_the_plan_is_backed_up(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        selection, plan = only(stack, "aws_backup_selection", region), only(stack, "aws_backup_plan", region)
        assert stack.at(selection.body["plan_id"]).address == plan.address
        (condition,) = selection.body["condition"]
        assert condition == {"string_equals": [{"key": "aws:ResourceTag/Backup", "value": plan.body["name"]}]}
        assert all(f":{region}:" in one for one in selection.body["resources"])
        assert [one.split(":")[2] for one in selection.body["resources"]] == ["rds", "dynamodb"]


@SETS
def test_role_snapshots_only_databases_of_the_plan_and_copies_only_into_its_vault(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        selection = only(stack, "aws_backup_selection", region)
        found = role_statements(stack, stack.at(selection.body["iam_role_arn"]).address)
        (condition,) = found["SnapshotTaggedDatabases"]["condition"]
        assert condition["values"] == [only(stack, "aws_backup_plan", region).body["name"]]
        snapshots = found["ManageSnapshots"]["resources"]
        assert all(one.endswith(":snapshot:awsbackup:*") for one in snapshots)
        assert len(snapshots) == min(len(regions), 2)
        into = {stack.at(one).region for one in found.get("CopyIntoVault", {}).get("resources", [])}
        assert into == (
            {companion(regions[0], regions) if region == regions[0] else regions[0]} if len(regions) > 1 else set()
        )


@SETS
def test_role_may_tag_what_it_makes_and_have_aws_use_the_keys_of_databases_and_vaults(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        selection = only(stack, "aws_backup_selection", region)
        found = role_statements(stack, stack.at(selection.body["iam_role_arn"]).address)
        copied = copied_to(stack, region)
        assert [one.split(":")[3] for one in found["TagRecoveryPoints"]["resources"]] == [
            region,
            *([copied] if copied else []),
        ]
        expected = {f"PROD-kms-test-data-{region}", f"PROD-kms-test-backup-{region}"}
        expected |= {f"PROD-kms-test-backup-{copied}"} if copied else set()
        for sid, action in (("DescribeKeys", "kms:DescribeKey"), ("GrantKeysToAwsServices", "kms:CreateGrant")):
            assert found[sid]["actions"] == [action]
            assert {stack.at(one).name_tag for one in found[sid]["resources"]} == expected
        (condition,) = found["GrantKeysToAwsServices"]["condition"]
        assert (condition["variable"], condition["values"]) == ("kms:GrantIsForAWSResource", ["true"])


@SETS
def test_backups_begin_when_no_window_of_the_database_is_open_or_near(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        schedules = {name: rule["schedule"] for name, rule in rules(stack, region).items()}
        assert schedules == {"daily": "cron(0 6 * * ? *)", "weekly": "cron(0 8 ? * 1 *)"}
        assert {rule["start_window"] for rule in rules(stack, region).values()} == {60}


def test_time_of_backups_is_a_setting() -> None:
    schedules = {name: rule["schedule"] for name, rule in rules(platform(*ONE, **OTHERWISE), ONE[0]).items()}
    # Two hours after half past ten on Sunday it is Monday.
    assert schedules == {"daily": "cron(30 22 * * ? *)", "weekly": "cron(30 0 ? * 2 *)"}


@pytest.mark.parametrize(
    ("database", "backup", "fault"),
    [
        (
            {"backup_window": "07:00-08:00"},
            {},
            r"database\.backup_window: AWS Backup fails the daily and weekly backups",
        ),
        ({"backup_window": "05:00-06:00"}, {}, r"database\.backup_window: AWS Backup fails the daily backups"),
        ({"backup_window": "09:30-10:30"}, {}, r"database\.backup_window: AWS Backup fails the weekly backups"),
        (
            {"maintenance_window": "wed:07:30-wed:08:30"},
            {},
            r"database\.maintenance_window: AWS Backup fails the daily",
        ),
        (
            {"maintenance_window": "sun:09:00-sun:10:00"},
            {},
            r"database\.maintenance_window: AWS Backup fails the weekly",
        ),
        ({}, {"start": "03:00"}, r"backup\.start: AWS Backup fails the daily backups"),
        ({}, {"start": "00:30"}, r"backup\.start: AWS Backup fails the daily and weekly backups"),
        ({}, {"start": "24:00"}, r"backup\.start: not a time of day"),
    ],
)
def test_rejects_backups_that_begin_when_the_database_takes_none(
    tmp_path: Path, database: dict[str, str], backup: dict[str, str], fault: str
) -> None:
    with pytest.raises(SettingsError, match=fault):
        load_settings(write_settings(tmp_path, settings_of(*TWO, database=database, backup=backup)), {})


@SMALL_SETS
def test_restores_are_tested_if_the_settings_say_so_under_names_of_their_own(regions: tuple[str, ...]) -> None:
    kinds = ("aws_backup_restore_testing_plan", "aws_backup_restore_testing_selection")
    assert not [one for kind in kinds for one in platform(*regions).resources(kind)]
    stack = platform(*regions, **ANYWHERE)
    for region in regions:
        plan = only(stack, kinds[0], region)
        assert re.fullmatch(r"\w{1,50}", plan.body["name"])
        (selection,) = plan.body["recovery_point_selection"]
        assert stack.at(selection["include_vaults"][0]).region == region
        selections = stack.resources(kinds[1], region)
        assert {one.body["protected_resource_type"] for one in selections} == {"RDS", "DynamoDB"}
        (role,) = {stack.at(one.body["iam_role_arn"]).address for one in selections}
        found = role_statements(stack, role)
        keys = {stack.at(one).name_tag for one in found["GrantKeysToAwsServices"]["resources"]}
        assert keys == {f"PROD-kms-test-{purpose}-{region}" for purpose in ("backup", "data")}
        for sid in ("DeleteRestoredDatabases", "RestoreAndDeleteTables"):
            assert all(one.endswith("awsbackup-restore-test-*") for one in found[sid]["resources"])


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"copy_region": "eu-west-1"}, r"backup\.copy_region: not one of the regions"),
        ({"copy_region": "us-west-1"}, r"backup\.copy_region: the backups themselves lie there"),
        ({"weekly_retention_days": "100"}, r"backup\.cold_storage_after_days: weekly backups are deleted after 100"),
        ({"vault_lock": "always"}, r"backup\.vault_lock"),
        ({"daily_retention_days": "0"}, r"backup\.daily_retention_days"),
    ],
)
def test_rejects_backups_that_cannot_be(tmp_path: Path, keys: dict[str, str], fault: str) -> None:
    with pytest.raises(SettingsError, match=fault):
        load_settings(write_settings(tmp_path, settings_of(*TWO, backup=keys)), {})
