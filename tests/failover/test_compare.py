"""What the old writer had, and the objects that S3 could not copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.failover.aws import HOME, WEST, Killed
from tests.failover.people import People, new_people, walk
from tools.errors import ToolError


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    people = new_people(tmp_path, monkeypatch)
    people.fail_over()
    return people


def compared(people: People) -> dict[str, Any]:
    return {
        region: {"restored": here["restored"], "snapshots": sorted(here["snapshots"])}
        for region, here in people.aws.regions.items()
    }


def test_the_old_writer_is_restored_beside_the_new_one_as_closed_as_it(people: People) -> None:
    text = people.type("failback", STEP="compare")
    (made,) = people.aws.regions[WEST]["restored"].values()
    asked = made["asked"]
    assert made["of"] == HOME
    assert asked["DBInstanceIdentifier"] == f"main-{WEST}-compare"
    assert asked["DBSubnetGroupName"] == f"isolated-{WEST}"
    assert asked["VpcSecurityGroupIds"] == [f"sg-{WEST}"]
    assert asked["DBParameterGroupName"] == f"tls-{WEST}"
    assert asked["PubliclyAccessible"] is False
    assert asked["EnableIAMDatabaseAuthentication"] is True
    assert asked["Tags"] == [{"Key": "Project", "Value": "meridian"}]
    assert f"main-{WEST}-compare.rds:5432" in text
    assert "tools/restore/rows.sql" in text
    assert f"--db-instance-identifier main-{WEST}-compare" in text
    assert f"aws rds delete-db-snapshot --region {WEST}" in text
    assert f"aws rds delete-db-snapshot --region {HOME}" in text
    # It is named as long as it stands.
    assert f"--db-instance-identifier main-{WEST}-compare" in people.type("failback")
    # Again: nothing is made twice.
    before = compared(people)
    assert f"main-{WEST}-compare.rds:5432" in people.type("failback", STEP="compare")
    assert compared(people) == before


def test_a_snapshot_is_copied_with_the_key_of_the_other_region(people: People) -> None:
    asked = []
    copy = people.aws._copy_db_snapshot

    def noting(*arguments: Any, **more: Any) -> None:
        asked.append(more)
        copy(*arguments, **more)

    people.aws._copy_db_snapshot = noting  # type: ignore[method-assign]
    people.type("failback", STEP="compare")
    assert [one["KmsKeyId"] for one in asked] == [f"key-{WEST}"]


def test_after_the_rebuild_its_final_snapshot_is_taken(people: People) -> None:
    walk(people, to="release")
    people.type("failback", STEP="compare")
    (made,) = people.aws.regions[WEST]["restored"].values()
    assert made["of"] == HOME


def test_nothing_left_is_said(people: People) -> None:
    walk(people, to="release")
    people.aws.regions[HOME]["snapshots"].clear()
    with pytest.raises(ToolError, match="nothing is left of the old writer"):
        people.type("failback", STEP="compare")


@pytest.mark.parametrize("when", ["die_before", "die_after"])
def test_a_comparison_that_is_killed_at_a_change_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    ended = 0
    for number in range(1, 8):
        people = new_people(tmp_path, monkeypatch)
        people.fail_over()
        people.aws._changes = 0
        setattr(people.aws, when, number)
        try:
            people.type("failback", STEP="compare")
        except Killed:
            ended += 1
            people.type("failback", STEP="compare")
        assert [len(found["restored"]) for found in compared(people).values()] == [0, 1, 0], number
        assert [len(found["snapshots"]) for found in compared(people).values()] == [1, 1, 0], number
    assert ended == 3


def test_no_job_without_a_failure(people: People) -> None:
    assert "of no object" in people.type("failback", STEP="objects")
    assert not people.aws.regions[WEST]["jobs"]


def test_failed_objects_are_copied_by_one_job_for_each_bucket(people: People) -> None:
    people.aws.regions[WEST]["failed_objects"] = 7
    with pytest.raises(ToolError, match="7 objects of") as refused:
        people.type("failback", STEP="objects")
    assert "BATCH_ROLE=" in str(refused.value.advice)
    role = "arn:aws:iam::123456789012:role/batch"
    assert "copies 7 objects" in people.type("failback", STEP="objects", BATCH_ROLE=role)
    (job,) = people.aws.regions[WEST]["jobs"]
    assert job["asked"]["RoleArn"] == role
    generator = job["asked"]["ManifestGenerator"]["S3JobManifestGenerator"]
    assert generator["SourceBucket"].endswith(f"-data-123456789012-{WEST}")
    assert generator["Filter"] == {"EligibleForReplication": True, "ObjectReplicationStatuses": ["FAILED"]}
    assert "is Active" in people.type("failback", STEP="objects")
    assert len(people.aws.regions[WEST]["jobs"]) == 1
    assert not people.aws.regions[HOME]["jobs"]


@pytest.mark.parametrize(
    "ended",
    [{"Status": "Failed"}, {"Status": "Complete", "ProgressSummary": {"NumberOfTasksFailed": 2}}],
    ids=["failed", "incomplete"],
)
def test_a_job_that_left_something_is_told_and_another_is_begun(people: People, ended: dict[str, Any]) -> None:
    role = {"STEP": "objects", "BATCH_ROLE": "arn:aws:iam::123456789012:role/batch"}
    people.aws.regions[WEST]["failed_objects"] = 7
    people.type("failback", **role)
    people.aws.regions[WEST]["jobs"][0] |= ended
    with pytest.raises(ToolError, match="7 objects of"):
        people.type("failback", STEP="objects")
    assert f"job job-{WEST}-0 is {ended['Status']}" in people.type("failback", **role)
    assert "is Active" in people.type("failback", **role)
    assert len(people.aws.regions[WEST]["jobs"]) == 2


@pytest.mark.parametrize("when", ["die_before", "die_after"])
def test_a_job_that_was_begun_by_somebody_who_was_killed_is_not_begun_again(people: People, when: str) -> None:
    people.aws.regions[WEST]["failed_objects"] = 7
    people.aws._changes = 0
    setattr(people.aws, when, 1)
    with pytest.raises(Killed):
        people.type("failback", STEP="objects", BATCH_ROLE="arn:aws:iam::123456789012:role/batch")
    people.type("failback", STEP="objects", BATCH_ROLE="arn:aws:iam::123456789012:role/batch")
    assert len(people.aws.regions[WEST]["jobs"]) == 1
