"""What a retired region leaves behind, and what keeps it from going."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modules.settings import Settings, load_settings
from tests.support.fake_aws import FakeAws
from tests.support.region_sets import settings_of, write_settings
from tools.destruction import require_free, staying_of_plan
from tools.destruction.retired import copies_that_go
from tools.destruction.uncopied import uncopied
from tools.errors import ToolError

EAST, WEST, SOUTH = "us-east-1", "us-west-2", "ap-south-1"
KEY = f"arn:aws:kms:{SOUTH}:123456789012:key/"
VERSIONS, OBJECTS = ("s3", "list_object_versions"), ("s3", "list_objects_v2")


def change(kind: str, id_: str, /, **before: Any) -> dict[str, Any]:
    what = {"actions": ["delete"], "before": before, "after": None}
    return {"address": f"{kind}.{id_}", "type": kind, "mode": "managed", "change": what}


def key(purpose: str) -> dict[str, Any]:
    return change("aws_kms_key", purpose, key_id=purpose, arn=f"{KEY}{purpose}")


def encryption(bucket: str, purpose: str) -> dict[str, Any]:
    default = [{"kms_master_key_id": f"{KEY}{purpose}"}]
    rule = [{"apply_server_side_encryption_by_default": default}]
    return change("aws_s3_bucket_server_side_encryption_configuration", bucket, bucket=bucket, rule=rule)


def bucket(name: str, region: str = SOUTH, **more: Any) -> dict[str, Any]:
    return change("aws_s3_bucket", name, bucket=name, id=name, arn=f"arn:aws:s3:::{name}", region=region, **more)


def replicas(*regions: str) -> list[dict[str, Any]]:
    return [{"region": region, "kms_key_id": f"{KEY}secrets"} for region in regions]


LEAVES = [
    bucket("data", force_destroy=True),
    change("aws_s3_bucket_policy", "data", bucket="data"),
    encryption("data", "storage"),
    bucket("logs", force_destroy=True),
    change(
        "aws_backup_vault",
        "main",
        name="main",
        arn=f"arn:aws:backup:{SOUTH}:123456789012:backup-vault:main",
        force_destroy=True,
    ),
    change("aws_backup_vault_policy", "main", backup_vault_name="main"),
    *(key(purpose) for purpose in ("storage", "secrets", "backup")),
]
SECRET = {
    "address": "aws_secretsmanager_secret.main",
    "type": "aws_secretsmanager_secret",
    "mode": "managed",
    "change": {
        "actions": ["update"],
        "before": {"name": "main", "replica": replicas(WEST, SOUTH)},
        "after": {"name": "main", "replica": replicas(WEST)},
    },
}


def settings(folder: Path, objects: str, backups: str) -> Settings:
    leaving = {SOUTH: {"objects": objects, "backups": backups}}
    content = settings_of(EAST, WEST, retired_regions=[SOUTH], leaving=leaving)
    return load_settings(write_settings(folder, content), {})


def aws(**more: Any) -> FakeAws:
    vault = {"BackupVaultName": "main", "EncryptionKeyArn": f"{KEY}backup"}
    secret = {"Name": "main", "KmsKeyId": f"{KEY}secrets"}
    return FakeAws(
        {
            ("backup", "list_backup_vaults"): {"BackupVaultList": [vault]},
            ("secretsmanager", "list_secrets"): {"SecretList": [secret]},
            **more,
        }
    )


def staying(folder: Path, objects: str, backups: str, *more: dict[str, Any]) -> set[str]:
    plan = {"resource_changes": [*LEAVES, SECRET, *more]}
    return {*staying_of_plan(plan, settings(folder, objects, backups), aws()).addresses}


def test_what_is_given_up_goes_with_its_keys(tmp_path: Path) -> None:
    assert staying(tmp_path, "delete", "delete") == set()


def test_buckets_that_are_kept_stay_with_what_was_set_for_them_and_their_keys(tmp_path: Path) -> None:
    encrypted = "aws_s3_bucket_server_side_encryption_configuration.data"
    assert staying(tmp_path, "keep", "delete") == {
        *("aws_s3_bucket.data", "aws_s3_bucket_policy.data", encrypted, "aws_s3_bucket.logs", "aws_kms_key.storage")
    }


def test_a_vault_that_is_kept_stays_with_its_policy_and_its_key(tmp_path: Path) -> None:
    assert staying(tmp_path, "delete", "keep") == {
        *("aws_backup_vault.main", "aws_backup_vault_policy.main", "aws_kms_key.backup")
    }


def test_what_is_in_other_regions_is_not_kept_by_that(tmp_path: Path) -> None:
    assert "aws_s3_bucket.other" not in staying(tmp_path, "keep", "keep", bucket("other", WEST))


def test_a_replica_that_leaves_a_secret_needs_its_key_no_more_and_one_that_stays_does(tmp_path: Path) -> None:
    assert [one.region for one in copies_that_go({"resource_changes": [SECRET]})] == [SOUTH]
    kept = staying_of_plan({"resource_changes": LEAVES}, settings(tmp_path, "delete", "delete"), aws())
    assert [one.key.address for one in kept.keys] == ["aws_kms_key.secrets"]


def test_a_replica_of_a_table_leaves_a_backup_that_its_key_encrypts(tmp_path: Path) -> None:
    replica = {"region_name": SOUTH, "kms_key_arn": f"{KEY}data", "point_in_time_recovery": True}
    what = {"actions": ["update"], "before": {"name": "t", "replica": [replica]}, "after": {"name": "t", "replica": []}}
    table = {"address": "aws_dynamodb_table.t", "type": "aws_dynamodb_table", "mode": "managed", "change": what}
    assert "aws_kms_key.data" in staying(tmp_path, "delete", "delete", key("data"), table)


def replicating(*missing: str) -> tuple[dict[str, Any], FakeAws]:
    """A plan that destroys a bucket which is replicated, and an AWS in which its destination lacks these objects."""
    rule = [{"destination": [{"bucket": "arn:aws:s3:::primary"}]}]
    replication = change("aws_s3_bucket_replication_configuration", "data", bucket="data", rule=rule)
    found = [
        {"address": f"aws_s3_bucket.{name}", "mode": "managed", "type": "aws_s3_bucket", "values": values}
        for name, values in (
            ("primary", {"bucket": "primary", "region": EAST}),
            ("data", {"bucket": "data", "region": SOUTH, "force_destroy": True}),
        )
    ]
    plan = {
        "resource_changes": [bucket("data", force_destroy=True), replication],
        "prior_state": {"values": {"root_module": {"resources": found}}},
    }

    def listed(Bucket: str) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        return {"Contents": [{"Key": name} for name in ("a", *(missing if Bucket == "data" else ()))]}

    return plan, FakeAws({OBJECTS: listed})


def test_objects_that_the_primary_region_lacks_keep_a_bucket_from_going() -> None:
    plan, there = replicating("application/order", "x")
    (found,) = uncopied(plan, there)
    assert (found.bucket, found.destination, found.keys) == ("data", "primary", ["application/order", "x"])
    with pytest.raises(ToolError, match="holds 2 objects that primary has not, such as application/order") as caught:
        require_free(plan, clients=there, retired=[SOUTH])
    assert "aws s3 sync s3://data s3://primary" in str(caught.value.advice)
    # A destruction of everything takes the copies too.
    require_free(plan, clients=there)


def test_a_bucket_whose_objects_are_all_copied_goes() -> None:
    plan, there = replicating()
    require_free(plan, clients=there, retired=[SOUTH])


def test_what_nobody_gave_up_is_told_with_the_setting_that_does() -> None:
    plan = {"resource_changes": [bucket("logs", force_destroy=False)]}
    with pytest.raises(ToolError, match="logs in ap-south-1, holds 1 objects") as caught:
        require_free(plan, clients=FakeAws({VERSIONS: {"Versions": [{}]}}), retired=[SOUTH])
    assert "leaving: {REGION: {objects: delete" in str(caught.value.advice)
    assert "storage.force_destroy" not in str(caught.value.advice)
