"""What a drill leaves behind, and what its permissions let it do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from modules.settings import Settings
from tests.support.identities import is_refused, make_role
from tests.support.region_sets import settings_of
from tests.support.restore_drill import HOME, OTHER, Standing, make_standing
from tools.emulator import Emulator
from tools.errors import Interrupted, ToolError
from tools.paths import ROOT
from tools.restore import RestoreDrill, drill_parts
from tools.restore.database import Database
from tools.restore.objects import FOLDER, Objects
from tools.restore.sessions import Sessions

pytestmark = pytest.mark.emulator
PARTS = pytest.mark.parametrize("name", ["objects", "sessions", "database"])


@pytest.fixture(scope="module")
def standing(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Standing:
    return make_standing(emulator, tmp_path_factory.mktemp("left"), suffix="left")


def test_what_stays_to_be_looked_at_is_as_closed_as_its_source_and_goes_with_the_next_drill(standing: Standing) -> None:
    standing.drill(PARTS="database", KEEP="yes")
    (name,) = standing.restored()
    (restored,) = standing.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    assert not restored["MultiAZ"]
    assert not restored["DeletionProtection"]
    assert "ReadReplicaSourceDBInstanceIdentifier" not in restored
    assert {tag["Key"] for tag in restored["TagList"]} == {"Name", "Project", "RestoreDrill"}
    assert f"left by an earlier drill, and deleted: {name}" in standing.drill(PARTS="database")
    assert standing.restored() == []


@PARTS
def test_an_interrupted_drill_deletes_what_it_has_restored(
    standing: Standing, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    part = type(drill_parts(standing.place(), name)[0])
    restore = part.restore

    def interrupted(self: Any) -> Any:
        restore(self)
        assert standing.restored()
        raise KeyboardInterrupt

    monkeypatch.setattr(part, "restore", interrupted)
    with pytest.raises(Interrupted, match="interrupted"):
        standing.drill(PARTS=name)
    assert standing.restored() == []


@PARTS
def test_what_a_killed_drill_has_left_goes_first(standing: Standing, name: str) -> None:
    drill = RestoreDrill(parts=drill_parts(standing.place(), name), say=lambda _: None, keep=True)
    drill.run()
    assert standing.restored()
    assert "left by an earlier drill" in standing.drill(PARTS=name)
    assert standing.restored() == []


def test_what_an_interrupted_deletion_has_left_is_told_and_goes_with_the_next_drill(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as twice:
        twice.setattr(Database, "remove", interrupted)
        with pytest.raises(Interrupted) as ended:
            standing.drill(PARTS="database")
    assert "the next drill deletes what is left" in str(ended.value.outlook)
    # Whatever part is tried next.
    (name,) = standing.restored()
    assert f"left by an earlier drill, and deleted: {name}" in standing.drill(PARTS="objects")
    assert standing.restored() == []


@pytest.mark.parametrize("name", ["sessions", "database"])
def test_what_is_left_is_found_where_the_writer_or_home_was(standing: Standing, name: str) -> None:
    standing.drill(PARTS=name, KEEP="yes")
    moved = replace(
        standing.place(),
        settings=Settings.model_validate(settings_of(OTHER, HOME, environment_suffix="left")),
    )
    (part,) = drill_parts(moved, name)
    assert part.left() == standing.restored() != []
    part.remove(part.left()[0])
    assert standing.restored() == []


@pytest.fixture
def left(standing: Standing) -> str:
    """A folder that a drill has left in both regions."""
    for region in (HOME, OTHER):
        bucket = standing.bucket.replace(HOME, region)
        standing.client("s3", region).put_object(Bucket=bucket, Key=f"{FOLDER}0/object", Body=b"left")
    return f"{FOLDER}0/"


def test_objects_that_s3_does_not_delete_are_told(
    standing: Standing, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 answers 200, and names them."""

    class Refusing:
        def __init__(self, region: str) -> None:
            self._s3 = standing.client("s3", region)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._s3, name)

        def delete_objects(self, **_: Any) -> Any:
            return {"Errors": [{"Key": "a", "Code": "AccessDenied"}]}

    (part,) = drill_parts(standing.place(), "objects")
    with monkeypatch.context() as refused:
        refused.setattr(Objects, "_s3", lambda _, region: Refusing(region))
        with pytest.raises(ToolError, match="not deleted, AccessDenied"):
            part.remove(left)
    part.remove(left)
    assert part.left() == []


def test_copies_that_are_under_way_are_waited_for(
    standing: Standing, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that came after the deletion would stay in the other region."""
    naps, head = list[float](), Objects._head
    monkeypatch.setattr(
        Objects,
        "_head",
        lambda *known: {**head(*known), "ReplicationStatus": "PENDING" if len(naps) < 2 else "COMPLETED"},
    )
    (part,) = drill_parts(standing.place(sleep=naps.append), "objects")
    part.remove(left)
    assert naps == [1, 1]
    assert part.left() == []


def test_copies_that_do_not_come_are_not_waited_for_for_ever(
    standing: Standing, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, said = Objects._head, list[str]()
    monkeypatch.setattr(Objects, "_head", lambda *known: {**head(*known), "ReplicationStatus": "PENDING"})
    hours = iter(range(0, 10**6, 3600))
    (part,) = drill_parts(standing.place(sleep=lambda _: None, clock=lambda: next(hours), say=said.append), "objects")
    part.remove(left)
    assert "the next drill deletes" in said[0]
    assert part.left() == []


def test_sessions_of_the_drill_do_not_stay_where_one_cannot_be_written(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = [{"session_id": {"S": "restore-drill-1"}}, {"session_id": {"S": ""}}]
    monkeypatch.setattr(Sessions, "_ours", lambda _: ours)
    with pytest.raises(ToolError, match="sessions"):
        standing.drill(PARTS="sessions")
    assert standing.client("dynamodb").scan(TableName=standing.table)["Count"] == 5


def test_nobody_takes_an_older_drill_for_this_one(
    standing: Standing, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = [standing.target.paths.reports / f"restore-drill.{ending}" for ending in ("json", "md")]
    for each in reports:
        each.parent.mkdir(parents=True, exist_ok=True)
        each.write_text("old")

    def fails(*_: Any) -> None:
        raise ToolError("it does not go")

    with monkeypatch.context() as stays:
        stays.setattr(Objects, "remove", fails)
        with pytest.raises(ToolError, match="it does not go"):
            standing.drill(PARTS="objects")
    assert not any(each.exists() for each in reports)
    (part,) = drill_parts(standing.place(), "objects")
    part.remove(left)


def page_s_policy() -> str:
    """The policy of docs/restore-drill.md, for the names of what stands here."""
    page = (ROOT / "docs" / "restore-drill.md").read_text(encoding="utf-8")
    text = page.split("```json\n")[1].split("```")[0]
    return text.replace("-main-", "-left-")


@pytest.fixture(scope="module")
def permitted(standing: Standing, tmp_path_factory: pytest.TempPathFactory) -> Standing:
    """What stands, for a role with the policy of the page and nothing else."""
    file = tmp_path_factory.mktemp("policy") / "restorer.json"
    file.write_text(page_s_policy())
    acting = make_role(standing.emulator, "restorer", [file])
    return Standing(acting, replace(standing.target, clients=acting.client), standing.key)


def test_the_policy_of_the_page_is_enough(permitted: Standing, standing: Standing) -> None:
    permitted.drill()
    assert {part["verdict"] for part in permitted.report().values()} == {"restored, the same"}
    assert standing.restored() == []


def test_the_policy_of_the_page_lets_nobody_harm_the_original(permitted: Standing) -> None:
    calls = (
        lambda: permitted.client("rds").delete_db_instance(
            DBInstanceIdentifier=permitted.instance, SkipFinalSnapshot=True
        ),
        lambda: permitted.client("dynamodb").delete_table(TableName=permitted.table),
        lambda: permitted.client("s3").put_object(Bucket=permitted.bucket, Key="application/file", Body=b"other"),
        lambda: permitted.client("s3").delete_object(Bucket=permitted.bucket, Key="application/file"),
    )
    for call in calls:
        with pytest.raises(ClientError) as refused:
            call()
        assert is_refused(refused.value.response["Error"]["Code"])
