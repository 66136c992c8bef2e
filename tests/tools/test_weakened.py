"""What takes protection away from what stays."""

from __future__ import annotations

from typing import Any

import pytest

from tools.danger import dangers
from tools.weakened import GUARDS, KEPT, LIFTED

BUCKET = {"id": "b", "arn": "arn:aws:s3:::b", "bucket": "b"}


def change(kind: str, actions: str, *, before: Any = None, after: Any = None, name: str = "main") -> dict[str, Any]:
    what = {"actions": actions.split("/"), "before": before, "after": after}
    return {"address": f"{kind}.{name}", "type": kind, "mode": "managed", "change": what}


def told(*changes: dict[str, Any]) -> list[str]:
    return dangers({"resource_changes": list(changes)}, account_id="123456789012").get("protection", [])


def nested(path: str, value: object) -> dict[str, Any]:
    """Values with one at a path, blocks as lists of one."""
    first, _, rest = path.partition(".")
    return {first: [nested(rest, value)] if rest else value}


@pytest.mark.parametrize(("kind", "path"), sorted(LIFTED))
def test_protection_that_is_lifted_from_what_stands_is_told(kind: str, path: str) -> None:
    value = LIFTED[kind, path]
    on, off = nested(path, not value if isinstance(value, bool) else None), nested(path, value)
    line = f"{path} becomes {value if isinstance(value, str) else str(value).lower()}: {kind}.main"
    assert told(change(kind, "update", before=on, after=off)) == [line]
    # Another one in its place has it off too.
    assert line in told(change(kind, "delete/create", before=on, after=off))
    assert told(change(kind, "update", before=off, after=on)) == []
    assert told(change(kind, "update", before=off, after=off)) == []
    assert told(change(kind, "create", after=off)) == []


def test_no_days_are_not_taken_for_a_switch_that_is_off() -> None:
    assert (
        told(change("aws_db_instance", "update", before={"skip_final_snapshot": 0}, after={"deletion_protection": 0}))
        == []
    )


def test_a_writer_that_becomes_a_replica_has_no_final_snapshots_to_lose() -> None:
    before, after = {"skip_final_snapshot": False}, {"skip_final_snapshot": True, "replicate_source_db": "arn"}
    assert told(change("aws_db_instance", "delete/create", before=before, after=after)) == []


def rules(path: str, days: int | None) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    return {first: [{"id": "old", **nested(rest, days)}] if rest else days}


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind, paths in KEPT.items() for path in paths])
def test_what_is_kept_for_a_shorter_time_is_told(kind: str, path: str) -> None:
    of = " of old" if "." in path else ""
    before, after = rules(path, 30), rules(path, 7)
    line = f"{path}{of} becomes 7 days, before 30 days: {kind}.main"
    assert told(change(kind, "update", before=before, after=after)) == [line]
    assert told(change(kind, "update", before=after, after=before)) == []
    assert told(change(kind, "update", before=after, after=after)) == []
    assert told(change(kind, "create", after=after)) == []


@pytest.mark.parametrize("forever", [0, None])
def test_what_was_kept_for_ever_and_is_not_any_more_is_told(forever: int | None) -> None:
    path = "retention_in_days"
    before = {path: forever, "name": "x"}
    line = f"{path} becomes 7 days, before for ever: aws_cloudwatch_log_group.main"
    assert told(change("aws_cloudwatch_log_group", "update", before=before, after={path: 7})) == [line]
    assert told(change("aws_cloudwatch_log_group", "update", before={path: 7}, after=before)) == []
    # No backups is not backups for ever.
    backups = "backup_retention_period"
    assert told(change("aws_db_instance", "update", before={backups: forever, "name": "x"}, after={backups: 7})) == []


def test_a_rule_that_is_new_deletes_what_was_kept() -> None:
    path = "rule.expiration.days"
    before, after = {"rule": [{"id": "other", "expiration": []}]}, rules(path, 7)
    kind = "aws_s3_bucket_lifecycle_configuration"
    assert told(change(kind, "update", before=before, after=after)) == [
        f"{path} of old becomes 7 days, before for ever: {kind}.main"
    ]


@pytest.mark.parametrize("kind", sorted(GUARDS))
def test_what_protects_or_watches_and_is_destroyed_is_told_unless_what_it_is_of_goes_too(kind: str) -> None:
    guard = GUARDS[kind]
    before = {"name": "b", **nested(guard.of or "id", "b")}
    gone = change(kind, "delete", before=before)
    line = f"is destroyed: {guard.loss}: {kind}.main"
    assert told(gone) == [line]
    assert told(change(kind, "delete/create", before=before, after=before)) == []
    assert told(change(kind, "forget", before=before)) == []
    # The bucket stands for whatever it is of.
    owner = change("aws_s3_bucket", "delete", before=BUCKET)
    assert told(gone, owner) == ([] if guard.of else [line])
    assert told(gone, change("aws_s3_bucket", "delete/create", before=BUCKET, after=BUCKET)) == [line]
    assert told(gone, change("aws_s3_bucket", "delete", before={"id": "another"})) == [line]


def test_of_a_backup_plan_that_goes_its_selection_is_not_told_too() -> None:
    plan = change("aws_backup_plan", "delete", before={"id": "p", "rule": [{"target_vault_name": "v"}]})
    selection = change("aws_backup_selection", "delete", before={"id": "s", "plan_id": "p"})
    assert told(plan, selection) == ["is destroyed: it makes no backups any more: aws_backup_plan.main"]
    vault = change("aws_backup_vault", "delete", before={"id": "v", "name": "v"})
    assert told(plan, selection, vault) == []


def test_of_a_recorder_that_goes_its_status_is_not_told_too() -> None:
    recorder = change("aws_config_configuration_recorder", "delete", before={"id": "default", "name": "default"})
    status = change("aws_config_configuration_recorder_status", "delete", before={"id": "default", "name": "default"})
    assert len(told(recorder, status)) == 1
