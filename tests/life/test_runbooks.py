"""The pages of docs/runbooks, run command by command on a platform of one region; test_failover runs the others."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.lives import SMALL, Applied
from tests.support.runbooks import PAGES, Walk

pytestmark = pytest.mark.emulator
World = Callable[[Applied, Walk, ExitStack], None]


def rotation_failed(life: Applied, walk: Walk, ending: ExitStack) -> None:
    """The function says why it failed, as its code would."""
    walk.facts |= {"SECRET": f"PROD-secret-test-application-{SMALL}"}
    logs, group = life.client("logs", SMALL), {"logGroupName": f"PROD-logs-test-rotation-{SMALL}"}
    stream = {**group, "logStreamName": "runbook"}
    logs.create_log_stream(**stream)
    ending.callback(logs.delete_log_stream, **stream)
    said = {"level": "ERROR", "message": "step failed", "step": "setSecret", "reason": "server is a replica"}
    logs.put_log_events(**stream, logEvents=[{"timestamp": int(time.time() * 1000), "message": json.dumps(said)}])


def state_lock_stuck(life: Applied, walk: Walk, _ending: ExitStack) -> None:
    """A lock as Terraform leaves it in the bucket and the table; the folder is the one of `make local-plan`."""
    bucket, path = life.target.bucket, "platform/terraform.tfstate"
    walk.facts["BUCKET"] = bucket
    info = {
        "ID": "5ec0ffee-0000-4000-8000-000000000001",
        "Operation": "OperationTypePlan",
        "Info": "",
        "Who": "me@laptop",
        "Version": "1.11.4",
        "Created": "2026-11-30T02:00:00Z",
        "Path": f"{bucket}/{path}",
    }
    body = json.dumps(info, separators=(",", ":"))
    life.client("s3", SMALL).put_object(Bucket=bucket, Key=f"{path}.tflock", Body=body.encode())
    item = {"LockID": {"S": f"{bucket}/{path}"}, "Info": {"S": body}}
    life.client("dynamodb", SMALL).put_item(TableName=life.target.location.lock_table, Item=item)
    workspace = life.target.workspace("platform")
    if not workspace.prepared:
        workspace.prepare()
    life.target.terraform("platform").init(life.target.backend_arguments())
    (walk.folder / "build/aws").mkdir(parents=True)
    (walk.folder / "build/aws/platform").symlink_to(workspace.directory)
    walk.environ = life.target.environment


def key_scheduled_for_deletion(life: Applied, _walk: Walk, _ending: ExitStack) -> None:
    """Somebody has scheduled the deletion of the key of the functions."""
    kms = life.client("kms", SMALL)
    key = kms.describe_key(KeyId=f"alias/PROD-kms-test-functions-{SMALL}")["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


def certificate_near_its_end(life: Applied, walk: Walk, ending: ExitStack) -> None:
    """The platform's certificate, and one that was imported, whose successor lies in the folder."""
    acm = life.client("acm", SMALL)
    (own,) = [
        one["CertificateArn"]
        for one in acm.list_certificates()["CertificateSummaryList"]
        if one["DomainName"] == "example.com" and one["Type"] == "AMAZON_ISSUED"
    ]
    certificate, key = self_signed("imported.example.com")
    imported = acm.import_certificate(Certificate=certificate, PrivateKey=key)["CertificateArn"]
    ending.callback(acm.delete_certificate, CertificateArn=imported)
    (walk.folder / "certificate.pem").write_bytes(certificate)
    (walk.folder / "key.pem").write_bytes(key)
    walk.facts |= {"DOMAIN": "example.com", "CERTIFICATE": own, "IMPORTED": imported}


def self_signed(name: str) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(tz=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private


def quota_reached(_life: Applied, walk: Walk, _ending: ExitStack) -> None:
    """Nothing has to be done: the page asks."""
    walk.facts |= {"SERVICE": "ec2", "QUOTA": "L-1216C47A", "MORE": "64"}


def bad_rollout(life: Applied, walk: Walk, ending: ExitStack) -> None:
    """A rollout is running when it is to be ended."""
    autoscaling = life.client("autoscaling", SMALL)
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    name = {"AutoScalingGroupName": group["AutoScalingGroupName"]}
    walk.before["cancel-instance-refresh"] = lambda: autoscaling.start_instance_refresh(**name)
    ending.callback(wait_for_refresh, autoscaling, name)


def wait_for_refresh(autoscaling: Any, name: dict[str, str]) -> None:
    end = time.monotonic() + 60
    while autoscaling.describe_instance_refreshes(**name)["InstanceRefreshes"][0]["Status"] in {
        "Pending",
        "InProgress",
    }:
        assert time.monotonic() < end
        time.sleep(1)


def account_compromised(life: Applied, walk: Walk, ending: ExitStack) -> None:
    """A user with a key and a password, a role, and an instance of the group."""
    iam, ec2 = life.client("iam", SMALL), life.client("ec2", SMALL)
    trust = {
        "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    }
    iam.create_user(UserName="mallory")
    key = iam.create_access_key(UserName="mallory")["AccessKey"]["AccessKeyId"]
    iam.create_login_profile(UserName="mallory", Password="not-for-long-1!")  # noqa: S106 - of nobody
    iam.create_role(RoleName="taken-over", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", **trust}))
    (group,) = life.client("autoscaling", SMALL).describe_auto_scaling_groups()["AutoScalingGroups"]
    before = {one["SnapshotId"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]}
    walk.facts |= {"WHO": "mallory", "ROLE": "taken-over", "INSTANCE": group["Instances"][0]["InstanceId"]}

    def clear() -> None:
        iam.delete_access_key(UserName="mallory", AccessKeyId=key)
        with suppress(iam.exceptions.NoSuchEntityException):
            iam.delete_login_profile(UserName="mallory")
        with suppress(iam.exceptions.NoSuchEntityException):
            iam.delete_user_policy(UserName="mallory", PolicyName="Compromised")
        iam.delete_user(UserName="mallory")
        with suppress(iam.exceptions.NoSuchEntityException):
            iam.delete_role_policy(RoleName="taken-over", PolicyName="AWSRevokeOlderSessions")
        iam.delete_role(RoleName="taken-over")
        for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]:
            if one["SnapshotId"] not in before:
                ec2.delete_snapshot(SnapshotId=one["SnapshotId"])

    ending.callback(clear)


def restore(life: Applied, walk: Walk, ending: ExitStack) -> None:
    """An item in the table, deleted objects and an overwritten one in the bucket, a backup in a vault of its own."""
    s3, bucket = life.client("s3", SMALL), f"prod-s3-test-data-{life.target.account_id}-{SMALL}"
    table = f"PROD-dynamodb-test-sessions-{SMALL}"
    tables, backup = life.client("dynamodb", SMALL), life.client("backup", SMALL)
    schema = tables.describe_table(TableName=table)["Table"]["KeySchema"]
    item = {one["AttributeName"]: {"S": "a session"} for one in schema}
    tables.put_item(TableName=table, Item=item)
    ending.callback(tables.delete_item, TableName=table, Key=item)
    # What is copied back is what is missing.
    walk.before["put-item"] = lambda: tables.delete_item(TableName=table, Key=item)
    for key in ("lost/one", "lost/two"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"mine")
        s3.delete_object(Bucket=bucket, Key=key)
    for body in (b"good", b"spoilt"):
        s3.put_object(Bucket=bucket, Key="file.txt", Body=body)
    ending.callback(empty, s3, bucket)
    backup.create_backup_vault(BackupVaultName="runbook")
    ending.callback(backup.delete_backup_vault, BackupVaultName="runbook")
    (database,) = life.client("rds", SMALL).describe_db_instances()["DBInstances"]
    role = f"arn:aws:iam::{life.target.account_id}:role/PROD-role-test-backup-{SMALL}"
    backup.start_backup_job(BackupVaultName="runbook", ResourceArn=database["DBInstanceArn"], IamRoleArn=role)
    (point,) = backup.list_recovery_points_by_backup_vault(BackupVaultName="runbook")["RecoveryPoints"]
    ending.callback(backup.delete_recovery_point, BackupVaultName="runbook", RecoveryPointArn=point["RecoveryPointArn"])
    walk.facts |= {"BUCKET": bucket, "PREFIX": "lost/", "FILE": "file.txt", "VAULT": "runbook", "RESTORER": role}
    walk.facts["TIME"] = (datetime.now(tz=UTC) - timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")


def empty(s3: Any, bucket: str) -> None:
    found = s3.list_object_versions(Bucket=bucket)
    for one in (*found.get("Versions", ()), *found.get("DeleteMarkers", ())):
        s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])


WORLDS: dict[str, World] = {
    "account-compromised": account_compromised,
    "bad-rollout": bad_rollout,
    "certificate-near-its-end": certificate_near_its_end,
    "key-scheduled-for-deletion": key_scheduled_for_deletion,
    "quota-reached": quota_reached,
    "restore": restore,
    "rotation-failed": rotation_failed,
    "state-lock-stuck": state_lock_stuck,
}


@contextmanager
def walking(life: Applied, name: str, folder: Path) -> Iterator[Walk]:
    """Somebody at a page, in the world that the page is for; at the end it is as it was."""
    facts = {"PROD": "PROD", "SUFFIX": "test", **dict.fromkeys(("REGION", "HOME", "WRITER"), SMALL)}
    walk = Walk(page=PAGES[name], facts=facts, environ=life.target.environment, folder=folder)
    with ExitStack() as ending:
        WORLDS[name](life, walk, ending)
        yield walk


@pytest.mark.parametrize("name", WORLDS)
def test_what_the_page_says_is_run_and_shows_what_it_says(deployed: Applied, name: str, tmp_path: Path) -> None:
    with walking(deployed, name, tmp_path) as walk:
        walk.to_the_end()
