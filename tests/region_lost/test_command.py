"""A region is taken out of the states, and in again: in this order, and in no other."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from tests.region_lost.account import EAST, LOCK, WEST, Desk, bucket
from tests.region_lost.test_surgery import NAME, SECRET, SOUTH, STATE, TABLE, configured, resource
from tools.errors import ToolError
from tools.paths import BACKEND, PLATFORM, STACKS
from tools.region_lost import RegionLost, command
from tools.state_elsewhere import go_elsewhere, go_home
from tools.state_place import NOTE, require_place

ASIDE = f"{PLATFORM}/lost-{EAST}.tfstate"
WITHOUT: dict[str, Any] = {"name_region": EAST, "lost_regions": [EAST]}
AGAIN: dict[str, Any] = {
    "primary_region": WEST,
    "home_region": WEST,
    "name_region": EAST,
    "database": {"instances": {EAST: {"role": "detached"}}},
}
DATABASE = resource("aws_db_instance", f"{EAST}_database_instance_00000001", EAST, identifier="main", arn="x")
WRITER_ARN = f"arn:aws:rds:{WEST}:1:db:main"
WRITER = resource(
    "aws_db_instance",
    f"{WEST}_database_instance_00000002",
    WEST,
    identifier="main",
    arn=WRITER_ARN,
)
LOCKS = resource("aws_dynamodb_table", f"{EAST}_lock-table_34343434", EAST, name="lock")
BUCKET = resource("aws_s3_bucket", f"{EAST}_state_56565656", EAST)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(tmp_path)
    monkeypatch.setattr(command, "push", made.push)
    streaming = [
        {**each, "instances": [{**one, "attributes": {**one["attributes"], "stream_enabled": True}}]}
        if each["name"].startswith(f"{EAST}_sessions")
        else each
        for each in STATE["resources"]
        for one in each["instances"]
    ]
    made.aws.put(WEST, PLATFORM, {**STATE, "resources": [*streaming, DATABASE, WRITER]})
    made.aws.put(WEST, BACKEND, {**STATE, "resources": [LOCKS, BUCKET]})
    made.aws.secrets[WEST, NAME] = {"VersionIdsToStages": {"v1": ["AWSCURRENT"]}}
    made.aws.tables[WEST, TABLE] = {"Replicas": []}
    made.aws.instances[WEST] = {}
    synthesized(made, PLATFORM, configured())
    synthesized(made, BACKEND, {"resource": {}})
    return made


def synthesized(desk: Desk, stack: str, content: dict[str, Any]) -> None:
    file = desk.folder / "out" / "stacks" / stack / "cdk.tf.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))


def run(desk: Desk, *regions: str, dark: tuple[str, ...] = (), settings: dict[str, Any], **environ: str) -> None:
    target = desk.target(*regions, dark=dark, **settings)
    lost = RegionLost(
        target.settings, environ={"REGION": EAST, **environ}, reporter=desk.reporter, approve=desk.approve
    )
    lost.require_settings()
    lost.run(target)


def leave(desk: Desk, *, dark: tuple[str, ...] = (EAST,), **environ: str) -> None:
    run(desk, WEST, dark=dark, settings=WITHOUT, **environ)


def back(desk: Desk, **more: Any) -> None:
    run(desk, EAST, WEST, settings=AGAIN | more, BACK="1")


def refused(call: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(ToolError) as caught:
        call(*arguments, **more)
    return f"{caught.value.message} -> {caught.value.advice}"


def aliases(content: Any) -> set[str]:
    return {each["provider"].rpartition(".")[2] for each in content["resources"] if each["mode"] == "managed"}


def test_settings_that_have_the_region_are_refused_with_the_edit(desk: Desk) -> None:
    told = refused(run, desk, EAST, WEST, "ap-south-1", settings={})
    for line in (
        "`regions: [us-west-2, ap-south-1]`",
        "`lost_regions: [us-east-1]`",
        "`primary_region: us-west-2`",
        "`home_region: us-west-2`",
        "`name_region: us-east-1`",
        "`database.instances.ap-south-1: {role: replica, of: us-east-1}`",
    ):
        assert line in told
    moved = {"database": {"instances": {EAST: {"role": "detached"}, WEST: {"role": "writer"}}}}
    assert f"no `database.instances.{EAST}`" in refused(run, desk, EAST, WEST, settings=moved)
    elsewhere = {"state": {"replica_region": "ap-south-1"}}
    told = refused(run, desk, EAST, WEST, "ap-south-1", settings=elsewhere)
    assert "`home_region: ap-south-1`" in told
    assert "another `state.replica_region`, or none" in told
    assert "which region?" in refused(run, desk, WEST, settings=WITHOUT, REGION="")
    assert "eu-west-1 is not a region" in refused(run, desk, EAST, WEST, settings={}, REGION="eu-west-1")
    assert "us-east-1 is the only region" in refused(run, desk, EAST, settings={})
    told = refused(run, desk, WEST, settings=WITHOUT, BACK="1")
    assert "`regions: [us-east-1, us-west-2]`" in told
    assert f"{{{EAST}: {{role: detached}}}}" in told


def test_a_region_that_others_do_not_hang_on_goes_with_an_edit_that_the_settings_take(desk: Desk) -> None:
    told = refused(run, desk, EAST, WEST, SOUTH, settings={}, REGION=SOUTH)
    west = "database.instances.us-west-2: {role: replica, of: us-east-1}"
    assert f"write `regions: [us-east-1, us-west-2]`; `lost_regions: [ap-south-1]`; `{west}`; then" in told
    desk.target(EAST, WEST, lost_regions=[SOUTH], database={"instances": {WEST: {"role": "replica", "of": EAST}}})
    stated = {"database": {"instances": {WEST: {"of": EAST}}}}
    assert west not in refused(run, desk, EAST, WEST, SOUTH, settings=stated, REGION=SOUTH)
    # The primary region is lost, and the home region, which replicated it, has the writer now.
    moved = {"home_region": EAST, "database": {"instances": {EAST: {"of": WEST}, SOUTH: {"of": WEST}}}}
    told = refused(run, desk, WEST, EAST, SOUTH, settings=moved, REGION=WEST)
    assert "`primary_region: us-east-1`; no `role` and no `of` in `database.instances.us-east-1`; then" in told


def test_each_missing_step_is_named_and_nothing_is_changed(desk: Desk) -> None:
    objects = dict(desk.aws.objects)
    assert "us-east-1 answers" in refused(leave, desk, dark=())
    desk.aws.instances[WEST] = {"ReadReplicaSourceDBInstanceIdentifier": "main"}
    assert "make failover REGION=us-west-2" in refused(leave, desk)
    desk.aws.instances[WEST] = {}
    desk.aws.secrets[WEST, NAME]["PrimaryRegion"] = EAST
    assert f"the secret {NAME} in us-west-2 is a replica of us-east-1" in refused(leave, desk)
    desk.aws.secrets[WEST, NAME] = {"VersionIdsToStages": {"v2": []}}
    assert "lacks versions that the state has: v1" in refused(leave, desk)
    desk.aws.secrets[WEST, NAME] = {"VersionIdsToStages": {"v1": []}}
    desk.aws.tables[WEST, TABLE] = {"Replicas": [{"RegionName": EAST}]}
    told = refused(leave, desk)
    assert f"aws dynamodb update-table --region us-west-2 --table-name {TABLE}" in told
    assert '\'[{"Delete": {"RegionName": "us-east-1"}}]\'' in told
    # AWS does it by a call in the dark region.
    assert "If AWS refuses, or never ends: docs/region-lost.md#3-take-the-replica" in told
    assert desk.aws.objects == objects
    desk.aws.tables[WEST, TABLE] = {"Replicas": []}
    del desk.aws.objects[bucket(WEST), f"{BACKEND}/terraform.tfstate"]
    assert "there is no state of state-backend" in refused(leave, desk)


def test_a_writer_that_went_to_a_third_region_is_found(desk: Desk) -> None:
    """The state and the secrets go to the region of the state's replica, and the writer stays where it is."""
    other = resource(
        "aws_db_instance", f"{SOUTH}_database", SOUTH, identifier="main", arn=WRITER_ARN.replace(WEST, SOUTH)
    )
    desk.aws.put(WEST, PLATFORM, {**desk.aws.state(WEST), "resources": [*desk.aws.state(WEST)["resources"], other]})
    desk.aws.instances = {WEST: {"ReadReplicaSourceDBInstanceIdentifier": "main"}, SOUTH: {}}
    told = refused(
        run, desk, WEST, SOUTH, dark=(EAST,), settings=WITHOUT | {"database": {"instances": {SOUTH: {"of": EAST}}}}
    )
    assert "`primary_region: ap-south-1`" in told
    assert "`database.instances.us-west-2: {role: replica, of: us-east-1}`" in told
    moved = WITHOUT | {
        "primary_region": SOUTH,
        "home_region": WEST,
        "database": {"instances": {WEST: {"role": "replica", "of": EAST}}},
    }
    desk.aws.secrets[WEST, NAME]["PrimaryRegion"] = SOUTH
    told = refused(run, desk, WEST, SOUTH, dark=(EAST,), settings=moved)
    assert f"the secret {NAME} in us-west-2 is a replica of ap-south-1 -> " in told
    assert "`make failback STEP=secrets`" in told
    del desk.aws.secrets[WEST, NAME]["PrimaryRegion"]
    run(desk, WEST, SOUTH, dark=(EAST,), settings=moved)
    assert aliases(desk.aws.state(WEST)) == {WEST, SOUTH}


def test_a_region_is_taken_out(desk: Desk) -> None:
    desk.aws.objects[bucket(WEST), f"{PLATFORM}/terraform.tfstate.tflock"] = LOCK
    before = desk.aws.state(WEST)
    leave(desk)
    after = desk.aws.state(WEST)
    assert aliases(after) == {WEST}
    assert after["serial"] > before["serial"]
    assert json.loads(desk.aws.objects[bucket(WEST), f"{PLATFORM}/before-{EAST}-7.tfstate"]) == before
    assert aliases(json.loads(desk.aws.objects[bucket(WEST), ASIDE])) == {EAST}
    assert aliases(desk.aws.state(WEST, BACKEND)) == set()
    assert any("becomes aws_secretsmanager_secret.us-west-2" in line for line in desk.asked)
    assert f"{PLATFORM}/terraform.tfstate.tflock" not in desk.aws.keys(WEST)
    # The state has another home from now on, and older settings are stopped by the note.
    assert NOTE in desk.aws.keys(WEST)
    with pytest.raises(ToolError) as caught:
        require_place(desk.target(EAST, WEST))
    assert "home_region: us-west-2, lost_regions: [us-east-1]" in str(caught.value.advice)
    assert require_place(desk.target(WEST, **WITHOUT)) == []
    leave(desk)
    assert "nothing of us-east-1 is in the state" in desk.told
    assert desk.aws.state(WEST) == after


def test_old_settings_never_bring_back_a_state_without_the_region(desk: Desk) -> None:
    leave(desk)
    objects = dict(desk.aws.objects)
    for call in (go_home, go_elsewhere):
        told = refused(call, desk.target(EAST, WEST), reporter=desk.reporter, approve=desk.approve)
        assert "us-east-1 was taken out of it" in told
        assert "`make region-lost REGION=us-east-1 BACK=1`" in told
    told = refused(require_place, desk.target(EAST, WEST))
    assert "BACK=1" in told
    assert "state-home" not in told
    assert desk.aws.objects == objects


def kill_at(monkeypatch: pytest.MonkeyPatch, desk: Desk, number: int) -> None:
    """Have the command killed before its write of this number."""
    writes = itertools.count(1)

    def killed(write: Any) -> Any:
        def do(*arguments: Any) -> None:
            if next(writes) == number:
                raise KeyboardInterrupt
            write(*arguments)

        return do

    monkeypatch.setattr(command, "push", killed(desk.push))
    monkeypatch.setattr(command, "put", killed(command.put))


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6, 7])
def test_killed_anywhere_it_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    whole = Desk(desk.folder)
    whole.aws.objects = dict(desk.aws.objects)
    whole.aws.secrets, whole.aws.tables, whole.aws.instances = (
        desk.aws.secrets,
        desk.aws.tables,
        desk.aws.instances,
    )
    monkeypatch.setattr(command, "push", whole.push)
    leave(whole)
    with monkeypatch.context() as context:
        kill_at(context, desk, at)
        if at <= 6:
            with pytest.raises(KeyboardInterrupt):
                leave(desk)
        else:
            leave(desk)
    monkeypatch.setattr(command, "push", desk.push)
    leave(desk)
    note = (bucket(WEST), NOTE)
    assert {**desk.aws.objects, note: b""} == {**whole.aws.objects, note: b""}


def test_a_region_that_answers_is_taken_out_if_somebody_says_so(desk: Desk) -> None:
    for stack in STACKS:
        desk.aws.put(EAST, stack, desk.aws.state(WEST, stack))
    leave(desk, dark=(), FORCE="1")
    assert aliases(desk.aws.state(WEST)) == {WEST}


def test_it_returns_once_its_originals_are_dealt_with(desk: Desk) -> None:
    assert "nothing of us-east-1 is set aside" in refused(back, desk)
    before = desk.aws.state(WEST)
    leave(desk)
    synthesized(desk, BACKEND, {"resource": {"aws_s3_bucket": {BUCKET["name"]: {"provider": f"aws.{EAST}"}}}})
    desk.aws.replicating.add(bucket(EAST))
    assert f"aws s3api delete-bucket-replication --region us-east-1 --bucket {bucket(EAST)}" in refused(back, desk)
    desk.aws.replicating.clear()
    desk.aws.secrets[EAST, NAME] = {"VersionIdsToStages": {}}
    told = refused(back, desk)
    assert f"replicate-secret-to-regions --region us-west-2 --secret-id {NAME} --force-overwrite" in told
    # The ARN, as Terraform has it: for an alias the provider would delete the replica and make it again.
    key = "--region us-east-1 --key-id alias/PROD-kms-test-secrets-us-east-1 --query KeyMetadata.Arn --output text"
    assert f"Region=us-east-1,KmsKeyId=$(aws kms describe-key {key})" in told
    desk.aws.secrets[EAST, NAME] = {"PrimaryRegion": WEST}
    desk.aws.tables[EAST, TABLE] = {}
    assert f"aws dynamodb delete-table --region us-east-1 --table-name {TABLE}" in refused(back, desk)
    del desk.aws.tables[EAST, TABLE]
    replica = {"database": {"instances": {EAST: {"of": WEST}}}}
    assert f"`database.instances: {{{EAST}: {{role: detached}}}}`" in refused(back, desk, **replica)

    back(desk)
    after = desk.aws.state(WEST)
    assert aliases(after) == {EAST, WEST}
    assert {each["name"] for each in after["resources"]} >= {
        each["name"] for each in before["resources"] if each["type"] in {"aws_vpc", "aws_iam_role", "aws_db_instance"}
    }
    assert ASIDE not in desk.aws.keys(WEST)
    # A plan never destroys a part of the state backend.
    assert [each["name"] for each in desk.aws.state(WEST, BACKEND)["resources"]] == [BUCKET["name"]]
    assert f"delete them by hand: aws_dynamodb_table.{LOCKS['name']}" in desk.told
    assert SECRET not in json.dumps(after)
    back(desk)
    assert desk.aws.state(WEST) == after


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6])
def test_a_return_that_is_killed_anywhere_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    desk.aws.secrets[EAST, NAME] = {"PrimaryRegion": WEST}
    leave(desk)
    synthesized(desk, BACKEND, {"resource": {"aws_s3_bucket": {BUCKET["name"]: {"provider": f"aws.{EAST}"}}}})
    start = dict(desk.aws.objects)
    back(desk)
    whole, keys = {stack: desk.aws.state(WEST, stack)["resources"] for stack in STACKS}, desk.aws.keys(WEST)
    desk.aws.objects = start
    with monkeypatch.context() as context:
        kill_at(context, desk, at)
        if at <= 5:
            with pytest.raises(KeyboardInterrupt):
                back(desk)
        else:
            back(desk)
    back(desk)
    assert {stack: desk.aws.state(WEST, stack)["resources"] for stack in STACKS} == whole
    assert {key for key in desk.aws.keys(WEST) if "before-" not in key} == {key for key in keys if "before-" not in key}
