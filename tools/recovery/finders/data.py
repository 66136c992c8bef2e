"""What keeps data: buckets, databases, tables, secrets and backups."""

from collections.abc import Callable, Iterator, Mapping

from tools.recovery.look import Found, Look

Finder = Callable[[Look], Iterator[Found]]
#: States that end by themselves; RDS refuses changes until then.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
_BUSY = frozenset(
    {
        "backing-up",
        "configuring-enhanced-monitoring",
        "configuring-iam-database-auth",
        "configuring-log-exports",
        "creating",
        "maintenance",
        "modifying",
        "rebooting",
        "renaming",
        "resetting-master-credentials",
        "starting",
        "upgrading",
    }
)


def _bucket(look: Look) -> Iterator[Found]:
    # The name may be a stranger's: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    name = look.text("bucket")
    try:
        answer = look.one("s3", "head_bucket", Bucket=name, ExpectedBucketOwner=look.account_id)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"403", "301"}:
            return
        raise
    if answer is not None:
        yield Found(name, {"bucket": name, "arn": f"arn:aws:s3:::{name}"})


def _instance(look: Look) -> Iterator[Found]:
    name = look.text("identifier")
    for one in look.pages("rds", "describe_db_instances", "DBInstances"):
        if one["DBInstanceIdentifier"] == name and one["DBInstanceStatus"] != "deleting":
            status = one["DBInstanceStatus"]
            known = {"identifier": name, "arn": one["DBInstanceArn"]}
            yield Found(name, known, status if status in _BUSY else "")


def _subnet_group(look: Look) -> Iterator[Found]:
    for one in look.pages("rds", "describe_db_subnet_groups", "DBSubnetGroups"):
        if one["DBSubnetGroupName"] == look.text("name"):
            yield Found(one["DBSubnetGroupName"], {"name": one["DBSubnetGroupName"]})


def _parameter_group(look: Look) -> Iterator[Found]:
    for one in look.pages("rds", "describe_db_parameter_groups", "DBParameterGroups"):
        if one["DBParameterGroupName"] == look.text("name"):
            yield Found(one["DBParameterGroupName"], {"name": one["DBParameterGroupName"]})


def _event_subscription(look: Look) -> Iterator[Found]:
    for one in look.pages("rds", "describe_event_subscriptions", "EventSubscriptionsList"):
        if one["CustSubscriptionId"] == look.text("name"):
            yield Found(one["CustSubscriptionId"])


def _replicated_backups(look: Look) -> Iterator[Found]:
    source = look.text("source_db_instance_arn")
    for one in look.pages("rds", "describe_db_instance_automated_backups", "DBInstanceAutomatedBackups"):
        # Those of a database that is gone, or of a replication that has ended, are retained.
        status = one.get("Status", "")
        if one.get("DBInstanceArn") == source and status not in {"retained", "deleting"}:
            yield Found(one["DBInstanceAutomatedBackupsArn"], status=status if status == "pending" else "")


def _table(look: Look) -> Iterator[Found]:
    name = look.text("name")
    if answer := look.one("dynamodb", "describe_table", TableName=name):
        table = answer["Table"]
        status = table["TableStatus"].lower()
        if status != "deleting":
            yield Found(name, {"name": name, "arn": table["TableArn"]}, "" if status == "active" else status)


def _secret(look: Look) -> Iterator[Found]:
    answer = look.one("secretsmanager", "describe_secret", SecretId=look.text("name"))
    if answer and not answer.get("DeletedDate"):
        yield Found(answer["ARN"], {"arn": answer["ARN"]})


def _rotation(look: Look) -> Iterator[Found]:
    answer = look.one("secretsmanager", "describe_secret", SecretId=look.text("secret_id"))
    if answer and answer.get("RotationEnabled"):
        yield Found(answer["ARN"])


def _vault(look: Look) -> Iterator[Found]:
    for one in look.pages("backup", "list_backup_vaults", "BackupVaultList"):
        if one["BackupVaultName"] == look.text("name"):
            yield Found(one["BackupVaultName"], {"name": one["BackupVaultName"], "arn": one["BackupVaultArn"]})


def _plan(look: Look) -> Iterator[Found]:
    for one in look.pages("backup", "list_backup_plans", "BackupPlansList"):
        if one["BackupPlanName"] == look.text("name") and not one.get("DeletionDate"):
            yield Found(one["BackupPlanId"], {"arn": one["BackupPlanArn"]})


def _selection(look: Look) -> Iterator[Found]:
    plan = look.text("plan_id")
    for one in look.pages("backup", "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan):
        if one["SelectionName"] == look.text("name"):
            yield Found(f"{plan}|{one['SelectionId']}", {"id": one["SelectionId"]})


def _testing_plan(look: Look) -> Iterator[Found]:
    for one in look.pages("backup", "list_restore_testing_plans", "RestoreTestingPlans"):
        if one["RestoreTestingPlanName"] == look.text("name"):
            name = one["RestoreTestingPlanName"]
            yield Found(name, {"name": name, "arn": one["RestoreTestingPlanArn"]})


def _testing_selection(look: Look) -> Iterator[Found]:
    plan, name = look.text("restore_testing_plan_name"), look.text("name")
    listed = look.pages(
        "backup", "list_restore_testing_selections", "RestoreTestingSelections", RestoreTestingPlanName=plan
    )
    if any(one["RestoreTestingSelectionName"] == name for one in listed):
        yield Found(f"{name}:{plan}")


FINDERS: Mapping[str, Finder] = {
    "aws_backup_plan": _plan,
    "aws_backup_restore_testing_plan": _testing_plan,
    "aws_backup_restore_testing_selection": _testing_selection,
    "aws_backup_selection": _selection,
    "aws_backup_vault": _vault,
    "aws_db_event_subscription": _event_subscription,
    "aws_db_instance": _instance,
    "aws_db_instance_automated_backups_replication": _replicated_backups,
    "aws_db_parameter_group": _parameter_group,
    "aws_db_subnet_group": _subnet_group,
    "aws_dynamodb_table": _table,
    "aws_s3_bucket": _bucket,
    "aws_secretsmanager_secret": _secret,
    "aws_secretsmanager_secret_rotation": _rotation,
}
#: The IAM actions that this takes.
ACTIONS = (
    "backup:ListBackupPlans",
    "backup:ListBackupSelections",
    "backup:ListBackupVaults",
    "backup:ListRestoreTestingPlans",
    "backup:ListRestoreTestingSelections",
    "dynamodb:DescribeTable",
    "rds:DescribeDBInstanceAutomatedBackups",
    "rds:DescribeDBInstances",
    "rds:DescribeDBParameterGroups",
    "rds:DescribeDBSubnetGroups",
    "rds:DescribeEventSubscriptions",
    "s3:ListBucket",
    "secretsmanager:DescribeSecret",
)
