"""What stands in the way of a destruction, and what `make destroy` does about it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tests.support.fake_aws import FakeAws, denied
from tests.support.plans import FakeTerraform, saved, targeting
from tools.account import Account
from tools.console import Reporter
from tools.destruction import empty, of_plan, of_state, require_free, shared
from tools.destruction.configuration import configuration, prevented
from tools.emulator import Emulator
from tools.errors import ToolError
from tools.saved_plan import SavedPlan

REGION = "eu-west-1"
INSTANCE = {"arn": f"arn:aws:rds:{REGION}:123456789012:db:main", "identifier": "main", "deletion_protection": True}
BUCKET = {"arn": "arn:aws:s3:::logs", "region": REGION, "bucket": "logs", "id": "logs", "force_destroy": False}
VAULT = {"arn": f"arn:aws:backup:{REGION}:123456789012:backup-vault:main", "name": "main", "force_destroy": False}
VERSIONS = ("s3", "list_object_versions")
POINTS = ("backup", "list_recovery_points_by_backup_vault")
DESCRIBED = ("backup", "describe_backup_vault")
HELD = {VERSIONS: {"Versions": [{}], "DeleteMarkers": [{}]}, POINTS: {"RecoveryPoints": [{"RecoveryPointArn": "p"}]}}


def plan_of(**destroyed: dict[str, Any]) -> dict[str, Any]:
    return {
        "resource_changes": [
            {
                "address": f"{kind}.main",
                "type": kind,
                "mode": "managed",
                "change": {"actions": ["delete"], "before": before, "after": None},
            }
            for kind, before in destroyed.items()
        ]
    }


def state_of(**attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "resources": [
            {"mode": "managed", "type": kind, "name": "main", "instances": [{"attributes": each}]}
            for kind, each in attributes.items()
        ]
    }


ALL = plan_of(aws_db_instance=INSTANCE, aws_s3_bucket=BUCKET, aws_backup_vault=VAULT)


def refusal(plan: dict[str, Any], aws: FakeAws, stack: dict[str, Any] | None = None) -> ToolError:
    with pytest.raises(ToolError, match="nothing was changed") as refused:
        require_free(plan, clients=aws, stack=stack)
    return refused.value


def test_rejects_with_all_that_is_in_the_way_and_with_each_way_on() -> None:
    error = refusal(ALL, FakeAws(HELD))
    refused, advice = error.message, str(error.advice)
    assert f"aws_db_instance.main: main in {REGION}, protected from deletion" in refused
    assert f"aws_s3_bucket.main: logs in {REGION}, holds 2 objects, older versions and delete markers" in refused
    assert f"aws_backup_vault.main: main in {REGION}, holds 1 recovery points" in refused
    for way in ("database.deletion_protection", "aws rds modify-db-instance", "storage.force", "backup.force"):
        assert way in advice


def test_what_is_empty_or_meant_to_be_emptied_is_not_in_the_way() -> None:
    require_free(plan_of(aws_s3_bucket=BUCKET, aws_backup_vault=VAULT), clients=FakeAws())
    meant = {"force_destroy": True}
    require_free(plan_of(aws_s3_bucket=BUCKET | meant, aws_backup_vault=VAULT | meant), clients=FakeAws(HELD))


def test_what_is_gone_already_is_not_in_the_way() -> None:
    gone = {VERSIONS: denied("List", "NoSuchBucket"), POINTS: denied("List", "ResourceNotFoundException")}
    require_free(plan_of(aws_s3_bucket=BUCKET, aws_backup_vault=VAULT), clients=FakeAws(gone))


def test_a_plan_that_destroys_none_of_it_asks_aws_nothing() -> None:
    aws = FakeAws(HELD)
    require_free(plan_of(aws_sqs_queue={"arn": "x"}), clients=aws)
    assert aws.asked == []


def test_a_bucket_that_is_fuller_than_one_answer_is_not_counted_to_its_end() -> None:
    full = FakeAws({VERSIONS: {"Versions": [{}] * 1000, "IsTruncated": True}})
    assert "holds 1000 or more" in refusal(plan_of(aws_s3_bucket=BUCKET), full).message


@pytest.mark.parametrize("operation", [VERSIONS, POINTS])
def test_rejects_what_cannot_be_read(operation: tuple[str, str]) -> None:
    plan = plan_of(aws_s3_bucket=BUCKET, aws_backup_vault=VAULT)
    assert "cannot be read" in refusal(plan, FakeAws({operation: denied("List")})).message


def test_rejects_a_vault_that_is_locked_for_good_even_if_it_is_meant_to_be_emptied() -> None:
    now = datetime.now(UTC)
    points = {"RecoveryPoints": [{"CalculatedLifecycle": {"DeleteAt": now + timedelta(days=days)}} for days in (3, 9)]}
    aws = FakeAws({POINTS: points, DESCRIBED: {"LockDate": now - timedelta(days=1)}})
    policy = {"backup_vault_name": "main"}
    plan = plan_of(aws_backup_vault=VAULT | {"force_destroy": True}, aws_backup_vault_policy=policy)
    refused = refusal(plan, aws)
    assert str((now + timedelta(days=9)).date()) in refused.message
    assert "terraform state rm aws_backup_vault.main aws_backup_vault_policy.main" in str(refused.advice)


def test_rejects_what_the_stack_forbids_to_destroy() -> None:
    stack = {"resource": {"aws_db_instance": {"main": {"lifecycle": {"prevent_destroy": True}}, "other": {}}}}
    assert prevented(stack) == {"aws_db_instance.main"}
    plan = plan_of(aws_db_instance=INSTANCE | {"deletion_protection": False})
    assert "database.prevent_destroy" in str(refusal(plan, FakeAws(), stack).advice)
    require_free(plan, clients=FakeAws())


def test_what_protects_others_stays_and_so_does_a_lock_for_good() -> None:
    lock = {"backup_vault_name": "main", "backup_vault_arn": VAULT["arn"], "changeable_for_days": 3}
    going = of_state(
        state_of(
            aws_ebs_encryption_by_default={"id": "x"},
            aws_ebs_default_kms_key={"key_arn": f"arn:aws:kms:{REGION}:123456789012:key/1"},
            aws_s3_account_public_access_block={"id": "x"},
            aws_iam_account_password_policy={"id": "x"},
            aws_backup_vault=VAULT,
            aws_backup_vault_lock_configuration=lock,
        )
    )
    protecting = {
        "aws_ebs_encryption_by_default",
        "aws_s3_account_public_access_block",
        "aws_iam_account_password_policy",
    }
    for days, stay in ((1, protecting), (-1, protecting | {"aws_backup_vault_lock_configuration"})):
        aws = FakeAws({DESCRIBED: {"LockDate": datetime.now(UTC) + timedelta(days=days)}})
        assert {one.kind for one in shared(going, aws)} == stay


def test_the_configuration_of_a_destruction_has_providers_a_backend_and_what_is_kept() -> None:
    stack = {"terraform": {"backend": {"s3": {}}}, "provider": {"aws": [{"alias": REGION}]}, "resource": {"a": {}}}
    made = configuration(stack, kept=["aws_kms_key.data"])
    assert made == {
        "terraform": stack["terraform"],
        "provider": stack["provider"],
        "removed": [{"from": "aws_kms_key.data", "lifecycle": {"destroy": False}}],
    }
    assert "removed" not in configuration(stack, kept=[])


def test_data_sources_do_not_go() -> None:
    state = state_of(aws_s3_bucket=BUCKET)
    assert [one.address for one in of_state(state)] == ["aws_s3_bucket.main"]
    state["resources"][0]["mode"] = "data"
    assert of_state(state) == []
    assert of_plan({}) == []


def applying(happens: Callable[[], object]) -> FakeTerraform:
    """A Terraform during whose apply something happens."""
    terraform = FakeTerraform()

    def apply(_plan: Path) -> int:
        happens()
        return 1

    terraform.apply = apply  # type: ignore[method-assign]
    return terraform


@pytest.fixture
def owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An account with a platform in which nothing is in the way; what was done in it is noted."""
    known = SimpleNamespace(aws=FakeAws(), plan=plan_of(aws_sqs_queue={"arn": "x"}), done=[], told=io.StringIO())
    account = Account(
        settings=tmp_path / "settings.yaml",
        build=tmp_path,
        out=tmp_path,
        environ={"APPROVE": "yes", "PREFLIGHT": "no"},
        reporter=Reporter(Console(file=known.told, width=300)),
    )

    target = targeting(
        account.paths,
        bucket="state",
        clients=known.aws,
        state=lambda _: state_of(aws_sqs_queue={"arn": "x"}),
        terraform=lambda _: applying(lambda: known.done.append("destroyed")),
        workspace=lambda _: SimpleNamespace(configuration=dict),
    )

    def plan(_: object, *, kept: list[str]) -> SavedPlan:
        known.done.append(("planned", sorted(kept)))
        return saved(tmp_path / "destruction", known.plan)

    monkeypatch.setattr("tools.takedown.plan_destruction", plan)
    monkeypatch.setattr(account, "_target", lambda: target)
    known.account, known.target = account, target
    return known


def test_an_account_is_neither_asked_nor_touched_where_something_is_in_the_way(
    owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.plan = ALL
    owner.aws.answers.update(HELD)
    monkeypatch.setattr(owner.account, "_approve", lambda *_: owner.done.append("asked"))
    with pytest.raises(ToolError, match="nothing was changed"):
        owner.account.destroy()
    assert owner.done == [("planned", [])]


def test_what_is_kept_is_forgotten_by_the_plan_and_named_before_the_question(owner: Any) -> None:
    key = {"arn": f"arn:aws:kms:{REGION}:123456789012:key/1", "key_id": "1", "deletion_window_in_days": 7}
    database = INSTANCE | {"kms_key_id": key["arn"], "final_snapshot_identifier": "last", "deletion_protection": False}
    owner.target.state = lambda _: state_of(
        aws_kms_key=key, aws_db_instance=database, aws_iam_account_password_policy={"id": "x"}
    )
    owner.account.destroy()
    assert owner.done == [("planned", ["aws_iam_account_password_policy.main", "aws_kms_key.main"]), "destroyed"]
    told = owner.told.getvalue()
    assert f"1 in {REGION} (1): final snapshot last" in told
    assert "the password policy of IAM users stays" in told
    assert f"aws kms schedule-key-deletion --region {REGION} --key-id 1 --pending-window-in-days 7" in told


def test_a_key_that_something_has_come_under_in_the_meantime_is_told_with_the_way_back(
    owner: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    key = {"arn": f"arn:aws:kms:{REGION}:123456789012:key/1", "key_id": "1"}
    owner.target.state = lambda _: state_of(aws_kms_key=key)
    owner.plan = plan_of(aws_kms_key=key)
    came = {"Volumes": [{"VolumeId": "vol-1", "KmsKeyId": key["arn"]}]}
    owner.target.terraform = lambda _: applying(lambda: owner.aws.answers.update({("ec2", "describe_volumes"): came}))
    owner.account.destroy()
    warned = capsys.readouterr().err
    assert "volume vol-1" in warned
    assert f"aws kms cancel-key-deletion --region {REGION} --key-id 1" in warned


def test_a_second_look_that_fails_is_a_warning_since_all_is_destroyed(
    owner: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    key = {"arn": f"arn:aws:kms:{REGION}:123456789012:key/1", "key_id": "1"}
    owner.target.state = lambda _: state_of(aws_kms_key=key)
    owner.plan = plan_of(aws_kms_key=key)
    owner.target.terraform = lambda _: applying(
        lambda: owner.aws.answers.update({("ec2", "describe_volumes"): denied("DescribeVolumes")})
    )
    owner.account.destroy()
    warned = capsys.readouterr().err
    assert "all is destroyed" in warned
    assert f"ec2 in {REGION}" in warned


def test_nothing_is_planned_where_nothing_is_deployed(owner: Any) -> None:
    owner.target.state = lambda _: None
    owner.account.destroy()
    assert owner.done == []


@pytest.mark.parametrize(("actions", "plans"), [(["delete"], 2), (["delete", "create"], 1)])
def test_a_deploy_keeps_the_keys_of_a_region_that_leaves_and_not_one_that_is_replaced(
    owner: Any, actions: list[str], plans: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = {"arn": f"arn:aws:kms:{REGION}:123456789012:key/1", "key_id": "1"}
    plan = plan_of(aws_kms_key=key)
    plan["resource_changes"][0]["change"]["actions"] = actions
    owner.aws.answers[("ec2", "describe_volumes")] = {"Volumes": [{"VolumeId": "vol-1", "KmsKeyId": key["arn"]}]}

    def make(stack: str, *, kept: list[str] | None = None) -> SavedPlan:
        if stack == "platform":
            owner.done.append(kept)
        return saved(tmp_path / stack, plan if stack == "platform" else {})

    owner.target.save_plan = make
    monkeypatch.setattr("tools.planning.check", lambda *_, **__: None)
    monkeypatch.setattr("tools.planning.guard", lambda *_, **__: None)
    owner.account.plan()
    assert owner.done == [None, ["aws_kms_key.main"]][:plans]


@pytest.mark.emulator
def test_emptying_lets_the_emulator_delete_buckets_and_vaults_that_a_state_names(tmp_path: Path) -> None:
    with Emulator.start(directory=tmp_path) as emulator:
        s3, backup, dynamodb = (emulator.client(name, REGION) for name in ("s3", "backup", "dynamodb"))
        s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket="logs", VersioningConfiguration={"Status": "Enabled"})
        for _ in range(2):
            s3.put_object(Bucket="logs", Key="x", Body=b"1")
        s3.delete_object(Bucket="logs", Key="x")
        backup.create_backup_vault(BackupVaultName="main")
        table = dynamodb.create_table(
            TableName="sessions",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )["TableDescription"]["TableArn"]
        role = "arn:aws:iam::123456789012:role/backup"
        backup.start_backup_job(BackupVaultName="main", ResourceArn=table, IamRoleArn=role)
        backup.put_backup_vault_lock_configuration(BackupVaultName="main", MinRetentionDays=7)
        state = state_of(aws_s3_bucket=BUCKET, aws_backup_vault=VAULT)
        plan = plan_of(aws_s3_bucket=BUCKET, aws_backup_vault=VAULT)
        with pytest.raises(ToolError, match="holds 3 objects"):
            require_free(plan, clients=emulator.client)
        assert empty(state, emulator.client) == ["bucket logs", "vault main"]
        require_free(plan, clients=emulator.client)
        s3.delete_bucket(Bucket="logs")
        backup.delete_backup_vault(BackupVaultName="main")
        # Once they are gone there is nothing to empty, and that is no fault.
        assert empty(state, emulator.client) == []
