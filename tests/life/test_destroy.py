"""What `make destroy` refuses, takes, and leaves: on a platform of one region that others have left things in."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from rich.console import Console

from tests.support.lives import Applied, new_life
from tests.support.part import only
from tests.support.region_sets import settings_of
from tools.account import Account
from tools.console import Reporter
from tools.destruction import of_state
from tools.errors import ToolError
from tools.protection import lift
from tools.synth import synthesize

pytestmark = pytest.mark.emulator
REGION = "eu-west-1"
ACCOUNT = "123456789012"
MANUAL = "before-the-migration"
SETTINGS = settings_of(
    REGION,
    network={"nat_gateways": "none", "interface_endpoints": ["secretsmanager"], "availability_zones": 2},
    secrets={"recovery_window_days": 0},
)
#: What keeps data, what protects it, and what the account has one of; with what these need, a third of the platform.
KINDS = (
    "aws_backup_vault",
    "aws_backup_vault_lock_configuration",
    "aws_backup_vault_policy",
    "aws_db_instance",
    "aws_dynamodb_table",
    "aws_ebs_default_kms_key",
    "aws_ebs_encryption_by_default",
    "aws_iam_account_password_policy",
    "aws_kms_alias",
    "aws_lb",
    "aws_s3_account_public_access_block",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """What keeps data in a platform with production's protections, and what others have left there."""
    begun = new_life(tmp_path_factory.mktemp("destroyed"), SETTINGS, backend=False)
    emulator = begun.start()
    try:
        applied = Applied(begun, emulator, begun.target(emulator))
        with pytest.MonkeyPatch.context() as monkeypatch:
            only(monkeypatch, *KINDS)
            apply(applied)
            yield applied
    finally:
        emulator.stop()


@pytest.fixture
def owner(platform: Applied, monkeypatch: pytest.MonkeyPatch) -> tuple[Account, io.StringIO]:
    """Who has the account, and types `make destroy`; and what is told."""
    for name, value in platform.emulator.environment().items():
        monkeypatch.setenv(name, value)
    told = io.StringIO()
    account = Account(
        settings=platform.settings,
        build=platform.build.parent / "aws",
        out=platform.life.paths.out,
        environ=platform.emulator.clean_environment({**platform.life.environ, "APPROVE": "yes"}),
        reporter=Reporter(Console(file=told, width=300)),
    )
    return account, told


def apply(platform: Applied, **more: Any) -> None:
    """Apply this part of the platform, with these settings besides."""
    platform.settings.write_text(yaml.safe_dump(SETTINGS | more))
    synthesize(platform.life.paths, environ=platform.life.environ)
    platform.life.apply(platform.target)


def state(platform: Applied) -> dict[str, Any]:
    found = platform.target.state("platform")
    assert found
    return found


def of_kind(platform: Applied, kind: str) -> list[dict[str, Any]]:
    return [
        one["instances"][0]["attributes"]
        for one in state(platform)["resources"]
        if one["type"] == kind and one["mode"] == "managed"
    ]


def ids(platform: Applied) -> dict[str, str]:
    """The id of each resource that the state holds, by its address."""
    return {one.address: str(one.attributes["id"]) for one in of_state(state(platform))}


def keys(platform: Applied) -> dict[str, str]:
    """The id of each key of the region, by its purpose."""
    found = [one for one in of_kind(platform, "aws_kms_key") if f":{REGION}:" in one["arn"]]
    return {one["tags"]["Name"].split("-")[-4]: one["key_id"] for one in found}


def key_state(platform: Applied, key_id: str) -> str:
    return str(platform.client("kms", REGION).describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"])


def fill(platform: Applied) -> dict[str, str]:
    """Put an object, a backup, a snapshot and a volume of somebody else in place; return what they are called."""
    (database,), (table,), (vault,) = (
        of_kind(platform, kind) for kind in ("aws_db_instance", "aws_dynamodb_table", "aws_backup_vault")
    )
    bucket = f"prod-s3-test-data-{ACCOUNT}-{REGION}"
    platform.client("s3", REGION).put_object(Bucket=bucket, Key="application/order", Body=b"1")
    backup = platform.client("backup", REGION)
    for source in (database, table):
        backup.start_backup_job(
            BackupVaultName=vault["name"], ResourceArn=source["arn"], IamRoleArn=f"arn:aws:iam::{ACCOUNT}:role/backup"
        )
    platform.client("rds", REGION).create_db_snapshot(
        DBInstanceIdentifier=database["identifier"], DBSnapshotIdentifier=MANUAL
    )
    rotate(platform)
    volume = platform.client("ec2", REGION).create_volume(Size=1, AvailabilityZone=f"{REGION}a", Encrypted=True)
    return {"bucket": bucket, "vault": str(vault["name"]), "volume": str(volume["VolumeId"])}


def rotate(platform: Applied) -> None:
    """Put another version into the secret, which moves the labels of those that Terraform wrote."""
    (secret,) = of_kind(platform, "aws_secretsmanager_secret")
    secrets = platform.client("secretsmanager", REGION)
    value = secrets.get_secret_value(SecretId=secret["arn"])["SecretString"]
    secrets.put_secret_value(SecretId=secret["arn"], SecretString=value)


def test_destroy_refuses_with_all_that_is_in_the_way_and_then_takes_all_but_what_is_still_needed(
    platform: Applied, owner: tuple[Account, io.StringIO]
) -> None:
    account, output = owner
    placed, of_purpose, before = fill(platform), keys(platform), ids(platform)
    (database,), (balancer,), (table,) = (
        of_kind(platform, kind) for kind in ("aws_db_instance", "aws_lb", "aws_dynamodb_table")
    )

    with pytest.raises(ToolError, match="nothing was changed") as refused:
        account.destroy()
    for name in (placed["bucket"], placed["vault"], database["identifier"], balancer["arn"], table["name"]):
        assert f"{name} in {REGION}" in refused.value.message
    advice = str(refused.value.advice)
    for setting in ("storage.force_destroy", "backup.force_destroy", "database.deletion_protection"):
        assert setting in advice
    assert ids(platform) == before
    assert {key_state(platform, key_id) for key_id in of_purpose.values()} == {"Enabled"}

    # The ways that the refusal names: by the settings for what is to be emptied, by hand for what is protected.
    meant = {"force_destroy": True}
    apply(platform, storage=meant, backup=meant)
    lift(state(platform), platform.target.clients)
    # Since Terraform has last looked, the labels have moved on.
    rotate(platform)
    account.destroy()
    assert state(platform)["resources"] == []

    told, needed = output.getvalue(), {"data", "volumes"}
    assert placed["volume"] in told
    for purpose, key_id in of_purpose.items():
        assert key_state(platform, key_id) == ("Enabled" if purpose in needed else "PendingDeletion")
        line = f"aws kms schedule-key-deletion --region {REGION} --key-id {key_id}"
        assert (line in told) == (purpose in needed)
    # What was promised to be kept can be read.
    snapshots = platform.client("rds", REGION).describe_db_snapshots()["DBSnapshots"]
    assert {one["DBSnapshotIdentifier"] for one in snapshots} >= {MANUAL, database["final_snapshot_identifier"]}
    for one in snapshots:
        assert platform.client("kms", REGION).generate_data_key(KeyId=one["KmsKeyId"], KeySpec="AES_256")["Plaintext"]
    # What protects others in the account still does, and no longer with a key of the platform's.
    ec2, s3control = platform.client("ec2", REGION), platform.client("s3control", REGION)
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"].rpartition("/")[2] not in of_purpose.values()
    assert all(s3control.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"].values())
    assert platform.client("iam", REGION).get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 14

    # And the platform comes back under the same names, with keys of its own.
    apply(platform)
    assert keys(platform).keys() == of_purpose.keys()
    assert not set(keys(platform).values()) & set(of_purpose.values())
