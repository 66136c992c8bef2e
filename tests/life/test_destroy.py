"""What `make destroy` refuses, takes, and leaves: on a platform of one region that others have left things in."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from rich.console import Console
from support.lives import Applied, new_life
from support.region_sets import settings_of

from tools.account import Account
from tools.console import Screen
from tools.errors import ToolError

pytestmark = pytest.mark.emulator
REGION = "eu-west-1"
ACCOUNT = "123456789012"
SETTINGS = settings_of(
    REGION,
    network={"nat_gateways": "none", "interface_endpoints": ["secretsmanager"], "availability_zones": 2},
    secrets={"recovery_window_days": 0},
)
#: The way that the refusal names.
MEANT = SETTINGS | {
    "backup": {"force_destroy": True},
    "storage": {"force_destroy": True},
    **{area: {"deletion_protection": False} for area in ("database", "entry", "sessions")},
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """A platform with production's protections, in which there are objects, backups, and others' volumes."""
    begun = new_life(tmp_path_factory.mktemp("destroyed"), SETTINGS)
    emulator = begun.start()
    try:
        begun.up()
        yield Applied(begun, emulator, begun.target(emulator))
    finally:
        emulator.stop()


class Owner:
    """Who has the account, and types `make deploy` and `make destroy`."""

    def __init__(self, platform: Applied) -> None:
        self.platform, self.told = platform, io.StringIO()
        base = {**platform.life.environ, "APPROVE": "yes", "TF_CLI_CONFIG_FILE": ""}
        environ = platform.emulator.clean_environment({name: value for name, value in base.items() if value})
        self.account = Account(
            settings=platform.settings,
            build=platform.build.parent / "aws",
            out=platform.life.paths.out,
            environ=environ,
            screen=Screen(Console(file=self.told, width=200)),
        )

    def sets(self, settings: dict[str, Any]) -> None:
        self.platform.settings.write_text(yaml.safe_dump(settings))


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


def keys(platform: Applied) -> dict[str, str]:
    """The id of each key of the platform, by its purpose."""
    return {one["tags"]["Name"].split("-")[-4]: one["key_id"] for one in of_kind(platform, "aws_kms_key")}


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
        DBInstanceIdentifier=database["identifier"], DBSnapshotIdentifier="before-the-migration"
    )
    volume = platform.client("ec2", REGION).create_volume(Size=1, AvailabilityZone=f"{REGION}a", Encrypted=True)
    return {"bucket": bucket, "vault": str(vault["name"]), "volume": str(volume["VolumeId"])}


def test_destroy_refuses_with_all_that_is_in_the_way_takes_the_rest_and_keeps_what_is_still_needed(
    platform: Applied,
) -> None:
    owner, placed, of_purpose = Owner(platform), fill(platform), keys(platform)
    before = json.dumps(state(platform), sort_keys=True)
    with pytest.raises(ToolError, match="nothing was changed") as refused:
        owner.account.destroy()
    (database,), (balancer,), (table,) = (
        of_kind(platform, kind) for kind in ("aws_db_instance", "aws_lb", "aws_dynamodb_table")
    )
    for name in (placed["bucket"], placed["vault"], database["identifier"], balancer["arn"], table["name"]):
        assert f"{name} in {REGION}" in refused.value.message
    advice = str(refused.value.advice)
    for setting in ("storage.force_destroy", "backup.force_destroy", "database.deletion_protection"):
        assert setting in advice
    assert json.dumps(state(platform), sort_keys=True) == before
    assert {key_state(platform, key_id) for key_id in of_purpose.values()} == {"Enabled"}

    owner.sets(MEANT)
    owner.account.deploy()
    owner.account.destroy()
    assert state(platform)["resources"] == []
    told = owner.told.getvalue()
    states = {purpose: key_state(platform, key_id) for purpose, key_id in of_purpose.items()}
    assert {purpose for purpose, each in states.items() if each == "Enabled"} == {"data", "volumes"}
    assert {each for purpose, each in states.items() if purpose not in {"data", "volumes"}} == {"PendingDeletion"}
    for purpose in ("data", "volumes"):
        assert f"aws kms schedule-key-deletion --region {REGION} --key-id {of_purpose[purpose]}" in told
    assert placed["volume"] in told
    snapshots = platform.client("rds", REGION).describe_db_snapshots()["DBSnapshots"]
    assert {one["DBSnapshotIdentifier"] for one in snapshots} == {
        "before-the-migration",
        database["final_snapshot_identifier"],
    }
    # What was promised to be kept can be read.
    kms = platform.client("kms", REGION)
    for one in snapshots:
        assert kms.generate_data_key(KeyId=one["KmsKeyId"], KeySpec="AES_256")["Plaintext"]
    # What protects others in the account is still there.
    ec2, s3control = platform.client("ec2", REGION), platform.client("s3control", REGION)
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"].rpartition("/")[2] != of_purpose["volumes"]
    assert all(s3control.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"].values())
    assert platform.client("iam", REGION).get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 14

    # And the platform comes back, with keys of its own.
    owner.account.deploy()
    assert set(keys(platform)) == set(of_purpose)
    assert not set(keys(platform).values()) & set(of_purpose.values())
