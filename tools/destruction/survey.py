"""What in a region is encrypted with which key: read from AWS, and nothing is changed.

Read is what services keep by themselves, whoever it belongs to: AWS has no list of all that a key encrypts.
Objects of buckets of others are not read, nor messages in queues and topics; docs/keys.md says so.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tools.destruction.going import Clients, Going

Found = Iterator[tuple[str | None, str]]
"""Keys, as the service names them, each with what it encrypts in words."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One region, seen by who destroys.

    Parameters
    ----------
    region : str
        The region.
    clients : callable
        Makes a boto3 client of a service and a region.
    going : sequence of Going
        What goes. What is encrypted and goes as well is not listed.
    """

    region: str
    clients: Clients
    going: Sequence[Going]

    def pages(self, service: str, operation: str, result: str, **arguments: object) -> Iterator[Any]:
        """Yield every element of `result` in the answers of an operation, page by page."""
        pages = self.clients(service, self.region).get_paginator(operation).paginate(**arguments)
        return (element for page in pages for element in page.get(result, ()))

    def goes(self, kind: str, attribute: str) -> set[str]:
        """Return what names the resources of a type that go; other regions' do no harm, as names tell regions."""
        return {str(one.attributes.get(attribute)) for one in self.going if one.kind == kind}


def databases(place: Place) -> Found:
    """RDS: snapshots and retained backups, which outlive their instance, and instances of others."""
    for each in place.pages("rds", "describe_db_snapshots", "DBSnapshots"):
        yield each.get("KmsKeyId"), f"database snapshot {each['DBSnapshotIdentifier']}"
    for each in place.pages("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots"):
        yield each.get("KmsKeyId"), f"database cluster snapshot {each['DBClusterSnapshotIdentifier']}"
    for each in place.pages("rds", "describe_db_instance_automated_backups", "DBInstanceAutomatedBackups"):
        yield each.get("KmsKeyId"), f"automated backups of {each['DBInstanceIdentifier']}"
    going = place.goes("aws_db_instance", "identifier")
    for each in place.pages("rds", "describe_db_instances", "DBInstances"):
        if each["DBInstanceIdentifier"] not in going:
            for name in ("KmsKeyId", "PerformanceInsightsKMSKeyId"):
                yield each.get(name), f"database {each['DBInstanceIdentifier']}"
    for each in place.pages("rds", "describe_db_clusters", "DBClusters"):
        yield each.get("KmsKeyId"), f"database cluster {each['DBClusterIdentifier']}"


def volumes(place: Place) -> Found:
    """EBS: whatever took the account's default key, and that default where it is not the platform's to take back."""
    groups = place.goes("aws_autoscaling_group", "name")
    reservations = place.pages("ec2", "describe_instances", "Reservations")
    launched = {
        instance["InstanceId"]
        for reservation in reservations
        for instance in reservation["Instances"]
        for tag in instance.get("Tags", ())
        if tag["Key"] == "aws:autoscaling:groupName" and tag["Value"] in groups
    }
    for each in place.pages("ec2", "describe_volumes", "Volumes"):
        attached = each.get("Attachments", ())
        if not any(one.get("DeleteOnTermination") and one.get("InstanceId") in launched for one in attached):
            yield each.get("KmsKeyId"), f"volume {each['VolumeId']}"
    # An AMI of one's own stands on such snapshots.
    for each in place.pages("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"]):
        yield each.get("KmsKeyId"), f"volume snapshot {each['SnapshotId']}"
    if place.region not in {one.region for one in place.going if one.kind == "aws_ebs_default_kms_key"}:
        default = place.clients("ec2", place.region).get_ebs_default_kms_key_id()
        yield default.get("KmsKeyId"), "volumes to come: it is the default key of EBS"


def recovery_points(place: Place) -> Found:
    """AWS Backup: recovery points, also in vaults of others, and those vaults."""
    going = place.goes("aws_backup_vault", "name")
    for vault in place.pages("backup", "list_backup_vaults", "BackupVaultList"):
        name = vault["BackupVaultName"]
        if name in going:
            continue
        yield vault.get("EncryptionKeyArn"), f"backup vault {name}"
        listed = place.pages("backup", "list_recovery_points_by_backup_vault", "RecoveryPoints", BackupVaultName=name)
        for each in listed:
            yield each.get("EncryptionKeyArn"), f"recovery point {each['RecoveryPointArn']}"


def tables(place: Place) -> Found:
    """DynamoDB: tables of others, and backups, which outlive their table."""
    client = place.clients("dynamodb", place.region)
    going = place.goes("aws_dynamodb_table", "name")
    for name in place.pages("dynamodb", "list_tables", "TableNames"):
        if name not in going:
            described = client.describe_table(TableName=name)["Table"].get("SSEDescription", {})
            yield described.get("KMSMasterKeyArn"), f"table {name}"
    for each in place.pages("dynamodb", "list_backups", "BackupSummaries"):
        described = client.describe_backup(BackupArn=each["BackupArn"])["BackupDescription"]
        encryption = described.get("SourceTableFeatureDetails", {}).get("SSEDescription", {})
        yield encryption.get("KMSMasterKeyArn"), f"table backup {each['BackupName']}"


def logs(place: Place) -> Found:
    """CloudWatch Logs: groups of others, and those that destruction leaves where they are."""
    going = {
        str(one.attributes.get("name"))
        for one in place.going
        if one.kind == "aws_cloudwatch_log_group" and not one.attributes.get("skip_destroy")
    }
    for each in place.pages("logs", "describe_log_groups", "logGroups"):
        if each["logGroupName"] not in going:
            yield each.get("kmsKeyId"), f"log group {each['logGroupName']}"


def secrets(place: Place) -> Found:
    """Secrets Manager: secrets of others, and those that wait for their deletion and can be brought back."""
    going = place.goes("aws_secretsmanager_secret", "name")
    for each in place.pages("secretsmanager", "list_secrets", "SecretList", IncludePlannedDeletion=True):
        if each["Name"] not in going:
            yield each.get("KmsKeyId"), f"secret {each['Name']}"


def functions(place: Place) -> Found:
    """Lambda: functions of others, which cannot start without their environment."""
    going = place.goes("aws_lambda_function", "function_name")
    for each in place.pages("lambda", "list_functions", "Functions"):
        if each["FunctionName"] not in going:
            yield each.get("KMSKeyArn"), f"function {each['FunctionName']}"


#: The IAM actions that all of this takes, on whatever the account holds.
ACTIONS = (
    "backup:ListBackupVaults",
    "backup:ListRecoveryPointsByBackupVault",
    "dynamodb:DescribeBackup",
    "dynamodb:DescribeTable",
    "dynamodb:ListBackups",
    "dynamodb:ListTables",
    "ec2:DescribeInstances",
    "ec2:DescribeSnapshots",
    "ec2:DescribeVolumes",
    "ec2:GetEbsDefaultKmsKeyId",
    "lambda:ListFunctions",
    "logs:DescribeLogGroups",
    "rds:DescribeDBClusterSnapshots",
    "rds:DescribeDBClusters",
    "rds:DescribeDBInstanceAutomatedBackups",
    "rds:DescribeDBInstances",
    "rds:DescribeDBSnapshots",
    "secretsmanager:ListSecrets",
)
READERS: dict[str, Callable[[Place], Found]] = {
    "rds": databases,
    "ec2": volumes,
    "backup": recovery_points,
    "dynamodb": tables,
    "logs": logs,
    "secretsmanager": secrets,
    "lambda": functions,
}
