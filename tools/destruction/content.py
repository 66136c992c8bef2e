"""What buckets and vaults hold; AWS deletes neither before it is empty."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from tools.destruction.going import Clients, of_state

#: The most that S3 lists, and deletes, at once.
A_PAGE = 1000
#: The IAM actions that looking takes.
ACTIONS = ("backup:ListRecoveryPointsByBackupVault", "s3:ListBucketVersions")


def versions(client: Any, bucket: str) -> list[dict[str, Any]]:  # noqa: ANN401 - boto3 makes client classes at run time
    """List versions and delete markers of a bucket, `A_PAGE` at most; a bucket that is gone holds none.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    try:
        page = client.list_object_versions(Bucket=bucket, MaxKeys=A_PAGE)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            return []
        raise
    return [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]


def recovery_points(client: Any, vault: str) -> list[dict[str, Any]]:  # noqa: ANN401 - as above
    """List the recovery points of a vault; one that is gone holds none.

    See https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - as above

    pages = client.get_paginator("list_recovery_points_by_backup_vault").paginate(BackupVaultName=vault)
    try:
        return [each for page in pages for each in page.get("RecoveryPoints", ())]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return []
        raise


def empty(state: Mapping[str, Any], clients: Clients) -> list[str]:
    """Empty the buckets and vaults that a state holds, locks of vaults included, and name those that held something.

    Meant for the emulator alone.
    """
    emptied, client = [], cache(clients)
    for one in of_state(state):
        if one.kind == "aws_s3_bucket":
            emptied += _empty_bucket(client("s3", one.region), str(one.attributes["bucket"]))
        if one.kind == "aws_backup_vault":
            emptied += _empty_vault(client("backup", one.region), str(one.attributes["name"]))
    return emptied


def _empty_bucket(client: Any, bucket: str) -> list[str]:  # noqa: ANN401 - as above
    held = False
    while listed := versions(client, bucket):
        objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in listed]
        client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        held = True
    return [f"bucket {bucket}"] if held else []


def _empty_vault(client: Any, vault: str) -> list[str]:  # noqa: ANN401 - as above
    points = recovery_points(client, vault)
    if points:
        client.delete_backup_vault_lock_configuration(BackupVaultName=vault)
    for each in points:
        client.delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=each["RecoveryPointArn"])
    return [f"vault {vault}"] if points else []
