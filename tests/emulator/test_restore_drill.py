"""Restores from the backups of a platform, compared with what they are of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.restore_drill import Standing, make_standing, recovery
from tools.emulator import Emulator
from tools.errors import ToolError
from tools.restore import drill_parts
from tools.restore.database import Database
from tools.restore.objects import FOLDER, Objects
from tools.restore.sessions import Sessions

pytestmark = pytest.mark.emulator
NO_BACKUPS = "has no point-in-time recovery"


@pytest.fixture(scope="module")
def standing(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Standing:
    return make_standing(emulator, tmp_path_factory.mktemp("drill"), suffix="drill")


def test_all_of_it_comes_back_and_nothing_is_left(standing: Standing) -> None:
    text = standing.drill()
    parts = standing.report()
    assert {name: part["verdict"] for name, part in parts.items()} == dict.fromkeys(
        ("objects", "sessions", "database"), "restored, the same"
    )
    assert "2 versions of objects that were there" in parts["objects"]["compared"]
    assert parts["objects"]["left_out"] == ["2 versions have no copy in us-west-2: the emulator copies no objects"]
    assert {"encryption, with the same key", "billing", "5 of 5 other sessions"} <= {*parts["sessions"]["compared"]}
    assert {"security groups", "not public", "parameter group"} <= {*parts["database"]["compared"]}
    assert parts["database"]["left_out"] == ["rows: the emulator keeps none"]
    assert "not compared: rows: the emulator keeps none" in text
    assert standing.restored() == []
    assert standing.client("dynamodb").scan(TableName=standing.table)["Count"] == 5
    markdown = (standing.target.paths.reports / "restore-drill.md").read_text()
    assert "| database | restored, the same |" in markdown


@pytest.fixture
def broken(standing: Standing) -> Iterator[Standing]:
    recovery(standing, enabled=False)
    yield standing
    recovery(standing, enabled=True)


def test_a_part_without_backups_is_told_and_stops_no_other(broken: Standing) -> None:
    with pytest.raises(ToolError, match="sessions"):
        broken.drill(PARTS="sessions,objects")
    parts = broken.report()
    assert NO_BACKUPS in parts["sessions"]["fault"]
    assert parts["objects"]["verdict"] == "restored, the same"
    assert broken.restored() == []
    assert broken.client("dynamodb").scan(TableName=broken.table)["Count"] == 5


def test_a_database_without_backups_is_refused_as_rds_does(standing: Standing) -> None:
    rds = standing.client("rds")
    rds.modify_db_instance(DBInstanceIdentifier=standing.instance, BackupRetentionPeriod=0, ApplyImmediately=True)
    with pytest.raises(ToolError, match="database"):
        standing.drill(PARTS="database")
    assert "PointInTimeRestoreNotEnabled" in standing.report()["database"]["fault"]
    rds.modify_db_instance(DBInstanceIdentifier=standing.instance, BackupRetentionPeriod=7, ApplyImmediately=True)


def test_what_is_restored_with_the_defaults_of_rds_is_not_the_same(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tools.restore import database  # noqa: PLC0415

    def careless(source: Any, name: str, *, mark: str) -> dict[str, Any]:
        kept = ("SourceDBInstanceIdentifier", "TargetDBInstanceIdentifier", "UseLatestRestorableTime")
        return {key: value for key, value in request(source, name, mark=mark).items() if key in kept}

    request = database.request
    monkeypatch.setattr(database, "request", careless)
    with pytest.raises(ToolError, match="not the same"):
        standing.drill(PARTS="database")
    told = " ".join(standing.report()["database"]["differences"])
    assert "security groups" in told
    assert "parameter group" in told
    assert "login by IAM" in told


def test_sessions_that_do_not_come_back_are_told(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(self: Sessions, _: str, name: str, __: Any) -> None:
        for session in ("s1", f"restore-drill-{self.place.mark}-0"):
            self.dynamodb.delete_item(TableName=name, Key={"session_id": {"S": session}})

    monkeypatch.setattr(Sessions, "_compare_tables", lose)
    with pytest.raises(ToolError, match="not the same"):
        standing.drill(PARTS="sessions")
    (first, second) = standing.report()["sessions"]["differences"]
    assert "it is not as it was written" in first
    assert "1 of 5 other sessions" in second


def test_objects_that_come_back_otherwise_are_told(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Objects, "_copy", lambda self, version: self._put(f"{self._folder()}{version.key}", b"other"))
    with pytest.raises(ToolError, match="not the same"):
        standing.drill(PARTS="objects")
    told = " ".join(standing.report()["objects"]["differences"])
    assert "version 1 of a deleted object, byte for byte" in told
    assert "application/file: a version came back otherwise" in told


def test_a_table_without_recovery_cannot_be_restored(broken: Standing) -> None:
    with pytest.raises(ClientError, match="PointInTimeRecoveryUnavailable"):
        broken.client("dynamodb").restore_table_to_point_in_time(
            SourceTableName=broken.table, TargetTableName="other", UseLatestRestorableTime=True
        )


def test_a_part_that_there_is_not_is_refused(standing: Standing) -> None:
    with pytest.raises(ToolError, match="PARTS names tapes"):
        standing.drill(PARTS="tapes")


@pytest.mark.parametrize("status", ["failed", "incompatible-network", "storage-full"])
def test_a_copy_that_rds_gives_up_is_not_waited_for(
    standing: Standing, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    def waits(_: float) -> None:
        raise AssertionError("it waits")

    found = Database._instance
    of_copies = {"DBInstanceStatus": status}
    monkeypatch.setattr(
        Database, "_instance", lambda self, name: {**found(self, name), **(of_copies if "drill-us-" in name else {})}
    )
    (part,) = drill_parts(standing.place(sleep=waits), "database")
    with pytest.raises(ToolError, match=f"is {status}"):
        part.restore()
    part.remove(part.own()[0])


def test_sessions_are_the_same_although_the_table_is_not(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sessions, "_compare_tables", lambda *_: _[-1].equal("billing", "a", "b"))
    with pytest.raises(ToolError, match="not the same"):
        standing.drill(PARTS="sessions")
    assert "3 sessions that were written before, byte for byte" in standing.report()["sessions"]["compared"]


def test_tags_of_objects_are_not_copied(standing: Standing) -> None:
    """They would need permissions that the page does not give."""
    s3 = standing.client("s3")
    s3.put_object_tagging(
        Bucket=standing.bucket, Key="application/file", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
    )
    standing.drill(PARTS="objects", KEEP="yes")
    copies = s3.list_objects_v2(Bucket=standing.bucket, Prefix=FOLDER)["Contents"]
    tags = [s3.get_object_tagging(Bucket=standing.bucket, Key=one["Key"])["TagSet"] for one in copies]
    assert tags
    assert not any(tags)
    standing.drill(PARTS="objects")
