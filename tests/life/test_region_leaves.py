"""A region joins and another leaves: nothing that stands is disturbed, and of what has left nothing remains."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from tests.support.databases import SMALL
from tests.support.lives import Applied, new_life
from tests.support.part import only
from tests.support.region_sets import settings_of
from tests.support.summaries import summary_of
from tools.account import Account
from tools.console import Reporter
from tools.destruction import of_state
from tools.errors import ToolError
from tools.paths import PLATFORM
from tools.workspace import CONFIGURATION, Workspace

pytestmark = pytest.mark.emulator
HOME, LEAVING, JOINING = "us-east-1", "ap-south-1", "us-west-2"
ACCOUNT = "123456789012"
#: What spans regions, what keeps data, and what protects it.
KINDS = (
    "aws_backup_plan",
    "aws_backup_vault",
    "aws_backup_vault_lock_configuration",
    "aws_backup_vault_policy",
    "aws_db_instance",
    "aws_db_instance_automated_backups_replication",
    "aws_dynamodb_table",
    "aws_kms_alias",
    "aws_route",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_replication_configuration",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_secretsmanager_secret",
    "aws_vpc_peering_connection_accepter",
    "aws_vpc_peering_connection_options",
)
DATA_GOES = "**Data or addresses go"
KEPT_WHERE_THEY_ARE = {
    "state": {"replica_region": LEAVING},
    "backup": {"copy_region": LEAVING},
    "database": {"instances": {HOME: {"backups_in": LEAVING}}},
}


def without_a_database_in(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    """Leave one instance out: Terraform waits nearly three minutes for each replica, and one shows what there is."""
    prepare = Workspace.prepare

    def prepare_less(workspace: Workspace) -> None:
        prepare(workspace)
        if workspace.stack == PLATFORM:
            document = workspace.configuration()
            databases = document["resource"]["aws_db_instance"]
            document["resource"]["aws_db_instance"] = {
                name: body for name, body in databases.items() if not name.startswith(region)
            }
            (workspace.directory / CONFIGURATION).write_text(json.dumps(document), encoding="utf-8")

    monkeypatch.setattr(Workspace, "prepare", prepare_less)


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Applied]:
    begun = new_life(tmp_path, settings_of(HOME, LEAVING, **SMALL))
    emulator = begun.start()
    try:
        only(monkeypatch, *KINDS)
        without_a_database_in(monkeypatch, JOINING)
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        yield Applied(begun, emulator, begun.target(emulator))
    finally:
        emulator.stop()


class Team:
    """Who has the account, edits the settings and types `make`."""

    def __init__(self, platform: Applied) -> None:
        self.platform, self.told = platform, io.StringIO()

    def account(self, *regions: str, **more: Any) -> Account:
        self.platform.settings.write_text(yaml.safe_dump(settings_of(*regions, **SMALL, **more)))
        environ = self.platform.emulator.clean_environment(
            {**self.platform.life.environ, "APPROVE": "yes", "PREFLIGHT": "no"}
        )
        return Account(
            settings=self.platform.settings,
            build=self.platform.build.parent / "aws",
            out=self.platform.life.paths.out,
            environ=environ,
            reporter=Reporter(Console(file=self.told, width=300)),
            gate=False,
        )

    def deploy(self, *regions: str, bootstrap: bool = False, **more: Any) -> None:
        account = self.account(*regions, **more)
        if bootstrap:
            account.bootstrap()
        account.deploy()

    def summary(self) -> str:
        """What a reviewer would read of the plan that was made last."""
        return summary_of(self.platform.settings, self.platform.build.parent)

    def refused(self, *regions: str, **more: Any) -> ToolError:
        before = self.ids()
        with pytest.raises(ToolError) as caught:
            self.account(*regions, **more).deploy()
        assert self.ids() == before
        return caught.value

    def ids(self, *, without: str = "") -> dict[str, str]:
        """The id of everything that the states hold, by address; but for what belongs to a region."""
        return {
            one.address: str(one.attributes.get("id"))
            for stack in ("platform", "state-backend")
            for one in of_state(self.platform.target.state(stack) or {})
            if not without or without not in one.address
        }


def fill(platform: Applied) -> tuple[str, str]:
    """Write an object that is not in the primary region, and make a backup, in the region that leaves."""
    bucket, vault = f"prod-s3-test-data-{ACCOUNT}-{LEAVING}", f"PROD-backup-test-vault-{LEAVING}"
    platform.client("s3", LEAVING).put_object(Bucket=bucket, Key="application/order", Body=b"1")
    tables = platform.client("dynamodb", LEAVING).list_tables()["TableNames"]
    (table,) = [name for name in tables if "sessions" in name]
    platform.client("backup", LEAVING).start_backup_job(
        BackupVaultName=vault,
        ResourceArn=f"arn:aws:dynamodb:{LEAVING}:{ACCOUNT}:table/{table}",
        IamRoleArn=f"arn:aws:iam::{ACCOUNT}:role/backup",
    )
    return bucket, vault


def test_a_region_joins_another_leaves_and_nothing_else_is_touched(platform: Applied) -> None:
    team = Team(platform)
    team.deploy(HOME, LEAVING)
    stood = team.ids()
    summary = team.summary()
    assert re.search(r"^## Plan: \d+ created$", summary, re.MULTILINE)
    assert all(f"| `{region}` | `database` | " in summary for region in (HOME, LEAVING))
    assert DATA_GOES not in summary

    # The state, the replicated backups and their copies are in the only other region there was.
    refused = team.refused(HOME, LEAVING, JOINING)
    for line in ("state.replica_region", "backup.copy_region", f"database.instances.{HOME}.backups_in"):
        assert f"write `{line}: {LEAVING}` to keep it where it is" in refused.message
    team.deploy(HOME, LEAVING, JOINING, **KEPT_WHERE_THEY_ARE)
    assert stood.items() <= team.ids().items()
    summary = team.summary()
    assert re.search(r"^## Plan: \d+ created, \d+ changed$", summary, re.MULTILINE)
    assert f"| `{JOINING}` | `storage` | " in summary
    assert DATA_GOES not in summary
    bucket, vault = fill(platform)
    primary = bucket.replace(LEAVING, HOME)
    joined = team.ids(without=LEAVING)

    refused = team.refused(HOME, JOINING)
    assert f"resources in {LEAVING}" in refused.message
    assert f"retired_regions: [{LEAVING}]" in str(refused.advice)
    # Nobody has said what becomes of its data; and what protects it is still there.
    refused = team.refused(HOME, JOINING, retired_regions=[LEAVING])
    assert "leaving does not say what becomes of its data" in refused.message
    # It was not deployed with that first: the protection is not lifted, and AWS does not empty what is to go.
    everything = {LEAVING: {"objects": "delete", "backups": "delete"}}
    refused = team.refused(HOME, JOINING, retired_regions=[LEAVING], leaving=everything)
    assert "protected from deletion" in refused.message
    assert f"{bucket} in {LEAVING}, holds 1 objects, older versions and delete markers" in refused.message
    assert f"{vault} in {LEAVING}, holds 1 recovery points" in refused.message
    # The emulator replicates no objects.
    assert f"holds 1 objects that {primary} has not, such as application/order" in refused.message
    platform.client("s3", HOME).put_object(Bucket=primary, Key="application/order", Body=b"1")

    leaving = {LEAVING: {"objects": "delete", "backups": "keep"}}
    team.deploy(HOME, LEAVING, JOINING, bootstrap=True, leaving=leaving, **KEPT_WHERE_THEY_ARE)
    dangers = team.summary().partition("### Cost")[0]
    assert re.search(
        rf"^- `aws_db_instance\.{LEAVING}_\S+`: `deletion_protection becomes false`$", dangers, re.MULTILINE
    )
    assert f"`leaving.{LEAVING}.objects: delete`" in dangers
    team.deploy(HOME, JOINING, bootstrap=True, retired_regions=[LEAVING], leaving=leaving)
    summary = team.summary()
    assert DATA_GOES in summary
    assert "The settings name all of them, with a reason." in summary
    assert re.search(rf"^- `aws_db_instance\.{LEAVING}_\S+` is \*\*destroyed\*\*", summary, re.MULTILINE)
    assert re.search(rf"^\| `{LEAVING}` \| `database` \|  \|  \|  \| \d", summary, re.MULTILINE)
    assert {one: id_ for one, id_ in team.ids(without=LEAVING).items() if one in joined} == joined
    assert team.ids().keys() == team.ids(without=LEAVING).keys()
    nothing_is_left(platform, vault)

    assert team.account(HOME, JOINING).plan() is False


def nothing_is_left(platform: Applied, vault: str) -> None:
    """What of the region there is: the vault that was to be kept, and the keys of what AWS or the settings keep."""
    assert platform.client("rds", LEAVING).describe_db_instances()["DBInstances"] == []
    assert platform.client("dynamodb", LEAVING).list_tables()["TableNames"] == []
    assert platform.client("secretsmanager", LEAVING).list_secrets()["SecretList"] == []
    ec2 = platform.client("ec2", LEAVING)
    assert [one for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]] == []
    states = [one["Status"]["Code"] for one in ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]]
    assert set(states) <= {"deleted"}
    buckets = platform.client("s3", HOME).list_buckets()["Buckets"]
    assert [one["Name"] for one in buckets if one["Name"].endswith(LEAVING)] == []
    backup = platform.client("backup", LEAVING)
    assert [one["BackupVaultName"] for one in backup.list_backup_vaults()["BackupVaultList"]] == [vault]
    assert backup.list_recovery_points_by_backup_vault(BackupVaultName=vault)["RecoveryPoints"]
    kms = platform.client("kms", LEAVING)
    described = [kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"] for one in kms.list_keys()["Keys"]]
    # The emulator's own keys have no name.
    names = [
        {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=one["KeyId"])["Tags"]}.get("Name")
        for one in described
        if one["KeyState"] == "Enabled" and one["KeyManager"] == "CUSTOMER"
    ]
    assert sorted(name for name in names if name) == [
        f"PROD-kms-test-{purpose}-{LEAVING}" for purpose in ("backup", "data")
    ]
