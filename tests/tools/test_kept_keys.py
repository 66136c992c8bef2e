"""Keys that outlive a destruction, because something stays that they encrypt."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_aws import FakeAws, denied
from tools.destruction import Going, keep, still_in_use
from tools.errors import ToolError

REGION, OTHER = "eu-west-1", "eu-central-1"
ACCOUNT = "123456789012"
ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
KEY = Going(
    address="aws_kms_key.data",
    kind="aws_kms_key",
    attributes={"arn": ARN, "key_id": "1", "deletion_window_in_days": 30, "tags": {"Name": "PROD-kms-data"}},
)
ALIAS = Going(
    address="aws_kms_alias.data", kind="aws_kms_alias", attributes={"name": "alias/data", "target_key_id": "1"}
)


def going(kind: str, **attributes: Any) -> Going:
    return Going(address=f"{kind}.main", kind=kind, attributes=attributes)


def uses(aws: FakeAws, *more: Going) -> list[str]:
    kept = keep([KEY, ALIAS, *more], aws)
    assert {one.key.address for one in kept} <= {KEY.address}
    return [use for one in kept for use in one.uses]


FOREIGN = {
    "database snapshot before": ("rds", "describe_db_snapshots", "DBSnapshots", {"DBSnapshotIdentifier": "before"}),
    "database cluster snapshot x": (
        "rds",
        "describe_db_cluster_snapshots",
        "DBClusterSnapshots",
        {"DBClusterSnapshotIdentifier": "x"},
    ),
    "automated backups of x": (
        "rds",
        "describe_db_instance_automated_backups",
        "DBInstanceAutomatedBackups",
        {"DBInstanceIdentifier": "x"},
    ),
    "database x": ("rds", "describe_db_instances", "DBInstances", {"DBInstanceIdentifier": "x"}),
    "database cluster x": ("rds", "describe_db_clusters", "DBClusters", {"DBClusterIdentifier": "x"}),
    "volume vol-1": ("ec2", "describe_volumes", "Volumes", {"VolumeId": "vol-1"}),
    "volume snapshot snap-1": ("ec2", "describe_snapshots", "Snapshots", {"SnapshotId": "snap-1"}),
    "secret x": ("secretsmanager", "list_secrets", "SecretList", {"Name": "x"}),
}


@pytest.mark.parametrize("use", FOREIGN)
@pytest.mark.parametrize("named", [ARN, "1", "alias/data", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/data"])
def test_a_key_is_kept_for_what_is_not_the_platforms_however_the_service_names_it(use: str, named: str) -> None:
    service, operation, result, found = FOREIGN[use]
    assert uses(FakeAws({(service, operation): {result: [found | {"KmsKeyId": named}]}})) == [use]


def test_a_key_is_kept_for_log_groups_functions_tables_and_recovery_points_of_others() -> None:
    aws = FakeAws(
        {
            ("logs", "describe_log_groups"): {"logGroups": [{"logGroupName": "/x", "kmsKeyId": ARN}]},
            ("lambda", "list_functions"): {"Functions": [{"FunctionName": "x", "KMSKeyArn": ARN}]},
            ("dynamodb", "list_tables"): {"TableNames": ["x"]},
            ("dynamodb", "describe_table"): {"Table": {"SSEDescription": {"KMSMasterKeyArn": ARN}}},
            ("dynamodb", "list_backups"): {"BackupSummaries": [{"BackupArn": "b", "BackupName": "b"}]},
            ("dynamodb", "describe_backup"): {
                "BackupDescription": {"SourceTableFeatureDetails": {"SSEDescription": {"KMSMasterKeyArn": ARN}}}
            },
            ("backup", "list_backup_vaults"): {"BackupVaultList": [{"BackupVaultName": "x", "EncryptionKeyArn": ARN}]},
            ("backup", "list_recovery_points_by_backup_vault"): {
                "RecoveryPoints": [{"RecoveryPointArn": "p", "EncryptionKeyArn": ARN}]
            },
            ("ec2", "get_ebs_default_kms_key_id"): {"KmsKeyId": ARN},
        }
    )
    assert uses(aws) == [
        "backup vault x",
        "function x",
        "log group /x",
        "recovery point p",
        "table backup b",
        "table x",
        "volumes to come: it is the default key of EBS",
    ]
    taken = [
        going("aws_cloudwatch_log_group", name="/x"),
        going("aws_lambda_function", function_name="x"),
        going("aws_dynamodb_table", name="x"),
        going("aws_backup_vault", name="x"),
        going("aws_ebs_default_kms_key", key_arn=ARN),
    ]
    # Backups of a table outlive it, and nothing else of these.
    assert uses(aws, *taken) == ["table backup b"]


def test_a_log_group_that_terraform_leaves_where_it_is_needs_its_key() -> None:
    aws = FakeAws({("logs", "describe_log_groups"): {"logGroups": [{"logGroupName": "/x", "kmsKeyId": ARN}]}})
    assert uses(aws, going("aws_cloudwatch_log_group", name="/x", skip_destroy=True)) == ["log group /x"]


@pytest.mark.parametrize(("ends", "kept"), [(True, []), (False, ["volume vol-1"])])
def test_volumes_that_end_with_instances_of_the_platforms_groups_need_no_key(*, ends: bool, kept: list[str]) -> None:
    attachment = {"InstanceId": "i-1", "DeleteOnTermination": ends}
    tags = [{"Key": "aws:autoscaling:groupName", "Value": "web"}]
    aws = FakeAws(
        {
            ("ec2", "describe_volumes"): {
                "Volumes": [{"VolumeId": "vol-1", "KmsKeyId": ARN, "Attachments": [attachment]}]
            },
            ("ec2", "describe_instances"): {"Reservations": [{"Instances": [{"InstanceId": "i-1", "Tags": tags}]}]},
        }
    )
    assert uses(aws, going("aws_autoscaling_group", name="web")) == kept
    assert uses(aws) == ["volume vol-1"]


def test_what_the_destruction_leaves_itself_needs_its_key() -> None:
    alone = {"identifier": "main", "kms_key_id": ARN, "final_snapshot_identifier": "last"}
    backups = {"backup_retention_period": 35, "delete_automated_backups": False}
    none = {"skip_final_snapshot": True, "delete_automated_backups": True}
    assert uses(FakeAws(), going("aws_db_instance", **alone, **backups)) == [
        "automated backups of main",
        "final snapshot last",
    ]
    assert uses(FakeAws(), going("aws_db_instance", **alone | none)) == []
    copied = going(
        "aws_db_instance_automated_backups_replication",
        kms_key_id=ARN,
        source_db_instance_arn="arn:aws:rds:x:1:db:main",
    )
    assert uses(FakeAws(), copied) == ["automated backups of main"]


def test_a_table_with_point_in_time_recovery_leaves_a_system_backup_in_each_region() -> None:
    recovery, encryption = [{"enabled": True}], [{"kms_key_arn": ARN}]
    saved = ["system backup of table main, for 35 days"]
    table = {"name": "main", "server_side_encryption": encryption}
    assert uses(FakeAws(), going("aws_dynamodb_table", **table, point_in_time_recovery=recovery)) == saved
    assert uses(FakeAws(), going("aws_dynamodb_table", **table, point_in_time_recovery=[{"enabled": False}])) == []
    replica = [{"kms_key_arn": ARN, "point_in_time_recovery": True}]
    assert uses(FakeAws(), going("aws_dynamodb_table", name="main", replica=replica)) == saved


@pytest.mark.parametrize(("days", "kept"), [(30, 0), (7, 0), (0, 0), (31, 1)])
def test_a_secret_that_can_be_brought_back_longer_than_its_key_keeps_it(days: int, kept: int) -> None:
    assert (
        len(uses(FakeAws(), going("aws_secretsmanager_secret", kms_key_id=ARN, recovery_window_in_days=days))) == kept
    )


def test_only_regions_of_keys_are_read_and_none_where_no_key_goes() -> None:
    aws = FakeAws()
    assert keep([going("aws_sqs_queue", arn=f"arn:aws:sqs:{OTHER}:{ACCOUNT}:x")], aws) == []
    assert aws.asked == []
    keep([KEY], aws)
    assert {region for region, _, _ in aws.asked} == {REGION}


def test_rejects_where_it_cannot_be_told_what_a_key_encrypts_and_names_every_service() -> None:
    aws = FakeAws(
        {("rds", "describe_db_snapshots"): denied("Describe"), ("logs", "describe_log_groups"): denied("Logs")}
    )
    with pytest.raises(ToolError, match="cannot be told") as refused:
        keep([KEY], aws)
    assert f"rds in {REGION}" in refused.value.message
    assert f"logs in {REGION}" in refused.value.message


def test_the_lines_that_delete_a_key_later_and_bring_one_back() -> None:
    snapshots = [{"SnapshotId": f"snap-{number}", "KmsKeyId": ARN} for number in range(7)]
    (kept,) = still_in_use([KEY], FakeAws({("ec2", "describe_snapshots"): {"Snapshots": snapshots}}))
    assert kept.text.startswith(f"PROD-kms-data in {REGION} (1): volume snapshot snap-0; ")
    assert kept.text.endswith("snap-4; and 2 more")
    flags = f"--region {REGION} --key-id 1"
    assert kept.command == f"aws kms schedule-key-deletion {flags} --pending-window-in-days 30"
    assert kept.rescue == [f"aws kms cancel-key-deletion {flags}", f"aws kms enable-key {flags}"]
