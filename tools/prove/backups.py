"""A backup of the table of sessions is taken, copied to another region, and restored under another name."""

import json
import secrets
from typing import Any

from tools.prove.context import Context
from tools.prove.step import Unproven
from tools.restore import RestoreDrill, drill_parts, of_before
from tools.restore.part import MARK, Place
from tools.restore.report import SAME

_RESTORES = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores"


def backup(context: Context) -> str:
    """A backup job and a copy job end as `COMPLETED`."""
    client = context.client("backup", context.home)
    job = client.start_backup_job(
        BackupVaultName=_vault(context, context.home)["name"],
        ResourceArn=_table(context),
        IamRoleArn=_role(context),
    )["BackupJobId"]
    ended = context.until(
        lambda: _ended(client.describe_backup_job(BackupJobId=job)), what=f"backup job {job}", minutes=60
    )
    there = context.others[0]
    copy = client.start_copy_job(
        RecoveryPointArn=ended["RecoveryPointArn"],
        SourceBackupVaultName=_vault(context, context.home)["name"],
        DestinationBackupVaultArn=_vault(context, there)["arn"],
        IamRoleArn=_role(context),
    )["CopyJobId"]
    context.until(
        lambda: _ended(client.describe_copy_job(CopyJobId=copy)["CopyJob"]), what=f"copy job {copy}", minutes=60
    )
    return f"a backup in {context.home} and its copy in {there}, both COMPLETED"


def restore(context: Context) -> str:
    """The newest backup of the table comes back as a table of another name.

    The platform's own role may not restore, so a role is made for it, and goes at the end. See
    https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-dynamodb.html
    """
    client, vault = context.client("backup", context.home), _vault(context, context.home)["name"]
    points = client.list_recovery_points_by_backup_vault(BackupVaultName=vault, ByResourceArn=_table(context))
    point = max(points["RecoveryPoints"], key=lambda one: one["CreationDate"], default=None)
    if point is None:
        raise Unproven(f"the vault {vault} holds no backup of the table")
    name, dynamodb = f"prove-{context.mark}", context.client("dynamodb", context.home)
    told = client.get_recovery_point_restore_metadata(
        BackupVaultName=vault, RecoveryPointArn=point["RecoveryPointArn"]
    )["RestoreMetadata"]
    role = _restoring_role(context, name)
    job = client.start_restore_job(
        RecoveryPointArn=point["RecoveryPointArn"],
        Metadata={**told, "targetTableName": name, "encryptionType": "Default"},
        IamRoleArn=role,
        ResourceType="DynamoDB",
    )["RestoreJobId"]
    context.later(f"table {name}", lambda: dynamodb.delete_table(TableName=name))
    context.until(lambda: _ended(client.describe_restore_job(RestoreJobId=job)), what=f"restore job {job}", minutes=60)
    return f"the table is back as {name}: {dynamodb.describe_table(TableName=name)['Table']['TableStatus']}"


def drill(context: Context) -> str:
    """Database, sessions and objects come back as `make restore-drill` brings them back, and go again."""
    place = Place(
        settings=context.settings,
        account_id=context.target.account_id,
        clients=context.client,
        mark=secrets.token_hex(MARK // 2),
        on_emulator=context.on_emulator,
        sleep=context.sleep,
        clock=context.clock,
        say=context.account.reporter.say,
    )
    tried = RestoreDrill(parts=drill_parts(place), say=place.say)
    tried.clear(of_before(tried.parts))
    outcomes = tried.run()
    faults = [line for each in outcomes if each.verdict != SAME for line in each.lines()]
    if faults or tried.left:
        raise Unproven("\n".join([*faults, *(f"left behind: {name}" for name in tried.left)]))
    return "; ".join(f"{each.part} in {each.restored.seconds:.0f} s" for each in outcomes if each.restored)


def _restoring_role(context: Context, name: str) -> str:
    iam = context.client("iam", context.home)
    trust = {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    context.later(f"role {name}", lambda: iam.delete_role(RoleName=name))
    iam.attach_role_policy(RoleName=name, PolicyArn=_RESTORES)
    context.later(f"policy of role {name}", lambda: iam.detach_role_policy(RoleName=name, PolicyArn=_RESTORES))
    context.sleep(15)  # until every part of IAM knows the role
    return str(role)


def _ended(job: Any) -> Any:  # noqa: ANN401 - an answer of boto3
    state = job.get("State") or job.get("Status")
    if state in {"FAILED", "ABORTED", "EXPIRED", "PARTIAL"}:
        raise Unproven(f"the job ended as {state}: {job.get('StatusMessage', 'without a reason')}")
    return job if state == "COMPLETED" else None


def _vault(context: Context, region: str) -> Any:  # noqa: ANN401 - attributes of the state
    return context.one("aws_backup_vault", region)


def _table(context: Context) -> str:
    return str(context.one("aws_dynamodb_table", context.home, holding="sessions")["arn"])


def _role(context: Context) -> str:
    return str(context.found("aws_backup_selection", context.home)[0]["iam_role_arn"])
