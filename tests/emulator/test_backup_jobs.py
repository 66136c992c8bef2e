from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "eu-central-1"
ROLE = "arn:aws:iam::123456789012:role/backup"
SOURCE_KEY, VAULT_KEY = (f"arn:aws:kms:{REGION}:123456789012:key/{name}" for name in ("source", "vault"))


def make_vault(emulator: Emulator) -> str:
    name = f"jobs-{uuid4().hex[:8]}"
    emulator.client("backup", REGION).create_backup_vault(BackupVaultName=name, EncryptionKeyArn=VAULT_KEY)
    return name


def make_database(emulator: Emulator) -> str:
    created = emulator.client("rds", REGION).create_db_instance(
        DBInstanceIdentifier=f"jobs-{uuid4().hex[:8]}",
        DBInstanceClass="db.m7g.large",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="root",
        MasterUserPassword=uuid4().hex,
        StorageEncrypted=True,
        KmsKeyId=SOURCE_KEY,
    )
    return str(created["DBInstance"]["DBInstanceArn"])


def make_table(emulator: Emulator) -> str:
    created = emulator.client("dynamodb", REGION).create_table(
        TableName=f"jobs-{uuid4().hex[:8]}",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return str(created["TableDescription"]["TableArn"])


def back_up(emulator: Emulator, vault: str, arn: str, **more: object) -> dict[str, Any]:
    started: dict[str, Any] = emulator.client("backup", REGION).start_backup_job(
        BackupVaultName=vault, ResourceArn=arn, IamRoleArn=ROLE, **more
    )
    return started


def points(emulator: Emulator, vault: str) -> list[dict[str, Any]]:
    listed = emulator.client("backup", REGION).list_recovery_points_by_backup_vault(BackupVaultName=vault)
    return list(listed["RecoveryPoints"])


@pytest.mark.parametrize(
    ("make", "kind", "key"),
    [(make_database, "RDS", SOURCE_KEY), (make_table, "DynamoDB", VAULT_KEY)],
    ids=["database", "table"],
)
def test_a_job_leaves_a_recovery_point_under_the_key_of_its_source_or_its_vault(
    emulator: Emulator, make: Any, kind: str, key: str
) -> None:
    vault, arn = make_vault(emulator), make(emulator)
    assert points(emulator, vault) == []
    job = back_up(emulator, vault, arn, Lifecycle={"DeleteAfterDays": 35})
    backup = emulator.client("backup", REGION)
    assert backup.describe_backup_job(BackupJobId=job["BackupJobId"])["State"] == "COMPLETED"
    (point,) = points(emulator, vault)
    assert (point["RecoveryPointArn"], point["ResourceArn"]) == (job["RecoveryPointArn"], arn)
    assert (point["ResourceType"], point["EncryptionKeyArn"]) == (kind, key)
    assert (point["CalculatedLifecycle"]["DeleteAt"] - point["CreationDate"]).days == 35
    described = backup.describe_recovery_point(BackupVaultName=vault, RecoveryPointArn=point["RecoveryPointArn"])
    assert described["EncryptionKeyArn"] == key
    assert backup.describe_backup_vault(BackupVaultName=vault)["NumberOfRecoveryPoints"] == 1


def test_a_vault_goes_once_it_is_empty_and_a_locked_one_is_not_emptied(emulator: Emulator) -> None:
    vault, backup = make_vault(emulator), emulator.client("backup", REGION)
    point = {
        "BackupVaultName": vault,
        "RecoveryPointArn": back_up(emulator, vault, make_table(emulator))["RecoveryPointArn"],
    }
    backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=7)
    with pytest.raises(ClientError, match="InvalidRequestException"):
        backup.delete_recovery_point(**point)
    backup.delete_backup_vault_lock_configuration(BackupVaultName=vault)
    with pytest.raises(ClientError, match="InvalidRequestException"):
        backup.delete_backup_vault(BackupVaultName=vault)
    backup.delete_recovery_point(**point)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.describe_recovery_point(**point)
    backup.delete_backup_vault(BackupVaultName=vault)


def test_rejects_what_there_is_not(emulator: Emulator) -> None:
    vault, backup = make_vault(emulator), emulator.client("backup", REGION)
    for name, arn in (("missing", make_table(emulator)), (vault, "arn:aws:s3:::bucket")):
        with pytest.raises(ClientError, match=r"ResourceNotFoundException|InvalidParameterValueException"):
            back_up(emulator, name, arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.list_recovery_points_by_backup_vault(BackupVaultName="missing")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.describe_backup_job(BackupJobId=str(uuid4()))
