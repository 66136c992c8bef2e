"""The way back, walked as `make failback` says, in every order and killed at every change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modules.areas.failover.runtime.keeper import keep
from tests.failover.aws import HOME, REGIONS, SECRETS, SOUTH, WEST, Killed, arn, key_arn
from tests.failover.people import People, new_people
from tools.errors import ToolError
from tools.failback.way import Mark

#: More than any command changes.
MOST_CHANGES = 40
WRITER = f"main-{WEST}"


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    people = new_people(tmp_path, monkeypatch)
    people.fail_over()
    return people


def current(people: People) -> Mark:
    return next(mark for mark in people.marks() if not mark.done)


def walk(people: People, *, to: str = "") -> list[str]:
    """Do what is next until there is nothing; the names of what was done."""
    done: list[str] = []
    while people.marks() and len(done) < 20:
        mark = current(people)
        if mark.name == to:
            break
        done.append(mark.name)
        if mark.edit is not None:
            people.edit(instances=mark.edit)
            people.deploy()
        elif "STEP=" in mark.to_do:
            people.type("failback", STEP=mark.to_do.rpartition("=")[2])
        else:
            people.deploy()
    return done


def test_the_way_back_leads_to_the_settings_as_they_were(people: People) -> None:
    rebuild = [f"rebuild {SOUTH}"] * 3 + [f"rebuild {HOME}"] * 3
    assert walk(people) == ["secrets", "settings", *rebuild, "release"]
    assert people.aws.held(HOME) == 0
    assert not people.aws.fenced(HOME)
    text = people.type("failback")
    assert "nothing to come back from" in text
    assert f"make failover REGION={HOME} PLANNED=1" in text

    # The writer goes home in the same way.
    people.type("fail_over", REGION=HOME, PLANNED="1", DRIVER="here")
    rebuild = [f"rebuild {SOUTH}"] * 3 + [f"rebuild {WEST}"] * 3
    assert walk(people) == ["settings", *rebuild, "release"]
    assert "database.instances may say less" in people.type("failback")
    people.edit(instances={})
    people.deploy()
    assert all(here["protected"] and not people.aws.fenced(region) for region, here in people.aws.regions.items())
    assert people.aws.hosts() == {region: {f"main-{HOME}"} for region in REGIONS}


def test_where_one_is_and_what_comes_next(people: People) -> None:
    text = people.type("failback")
    assert f"the way back to {HOME}" in text
    assert "done  back" in text
    assert f"next  secrets              database stands alone in {SOUTH}, {WEST}" in text
    assert "then  settings" in text
    assert "next: make failback STEP=secrets" in text
    walk(people, to="settings")
    text = people.type("failback")
    assert (
        f"write database.instances: {{{SOUTH}: {{role: replica, of: {HOME}}}, {HOME}: {{role: detached}}, "
        f"{WEST}: {{role: writer}}}} and make deploy"
    ) in text
    people.edit(instances=current(people).edit)
    # Written and not deployed.
    assert current(people).to_do == "make deploy"


def test_a_region_that_is_dark_is_waited_for(people: People) -> None:
    people.aws.go_dark(SOUTH)
    text = people.type("failback")
    assert f"next  back                 rds in {SOUTH} does not answer" in text
    for step in ("secrets", "compare", "objects", "release"):
        with pytest.raises(ToolError, match=f"not {step} yet"):
            people.type("failback", STEP=step)


@pytest.mark.parametrize(
    ("done", "step", "first"),
    [
        ("secrets", "release", "first: make failback STEP=secrets"),
        ("settings", "release", "first: write database.instances"),
        (f"rebuild {HOME}", "release", "first: write database.instances"),
    ],
)
def test_the_wrong_order_is_refused_with_the_right_one(people: People, done: str, step: str, first: str) -> None:
    walk(people, to=done)
    before = people.aws.picture()
    with pytest.raises(ToolError, match=f"not {step} yet") as refused:
        people.type("failback", STEP=step)
    assert first in str(refused.value.advice)
    assert people.aws.picture() == before


def test_an_old_writer_that_is_open_is_fenced_first(people: People) -> None:
    people.aws.regions[HOME]["acl"] = [one for one in people.aws.regions[HOME]["acl"] if one["RuleNumber"] != 1]
    with pytest.raises(ToolError, match="takes writes") as refused:
        people.type("failback", STEP="secrets")
    assert f"wait for the keeper in {HOME}" in str(refused.value.advice)
    people.keep()
    people.type("failback", STEP="secrets")


def test_a_region_may_be_let_back_against_the_order_with_a_reason(people: People) -> None:
    assert f"{HOME} is back" in people.type("failback", STEP="release", FORCE_REASON="a drill")
    with pytest.raises(ToolError, match="no region is held"):
        people.type("failback", STEP="release")


@pytest.mark.parametrize(
    ("environ", "message"),
    [({"STEP": "everything"}, "STEP is everything"), ({"REGION": "eu-west-1"}, "eu-west-1 is not a region")],
)
def test_a_wrong_command_is_refused(people: People, environ: dict[str, str], message: str) -> None:
    with pytest.raises(ToolError, match=message):
        people.type("failback", **environ)


def test_a_failover_that_is_under_way_is_ended_first(people: People) -> None:
    (item,) = [one for one in people.aws.regions[WEST]["table"].values() if "run" in one]
    item["body"] = {"S": json.dumps({**json.loads(item["body"]["S"]), "state": "running"})}
    with pytest.raises(ToolError, match="is under way"):
        people.type("failback")


# The secrets


def everybody_has_the_right_value(people: People) -> None:
    """No region is without a secret at any moment, and none gets the old address again."""
    seen: dict[str, set[str]] = {}

    def look() -> None:
        for region, here in people.aws.regions.items():
            for name in SECRETS:
                value = here["secrets"][name]["value"]
                assert value, f"{region} has no {name}"
                key = f"{region} {name}"
                host = value["host"].split(".")[0]
                assert host == WRITER or WRITER not in seen.setdefault(key, set()), f"{key} went back to {host}"
                seen[key] = seen.get(key, set()) | {host}

    people.aws.look = look


def united(people: People) -> dict[str, Any]:
    return {region: here["secrets"] for region, here in people.aws.regions.items()}


def test_secrets_are_one_with_the_new_address_and_rotate_at_home(people: People) -> None:
    assert people.aws.hosts()[HOME] == {f"main-{HOME}"}
    everybody_has_the_right_value(people)
    text = people.type("failback", STEP="secrets")
    assert people.aws.hosts() == {region: {WRITER} for region in REGIONS}
    for region in REGIONS:
        for name in SECRETS:
            secret = people.aws.regions[region]["secrets"][name]
            assert secret["primary"] == HOME
            assert secret["rotation"] == (f"rotation-{HOME}" if region == HOME else None)
            # As Terraform's: for another one the provider would delete the replica and make it again.
            assert region == HOME or secret["key"] == key_arn(region, f"alias/secrets-{region}")
    assert f"the secrets are those of {HOME}" in text
    # The keeper there does not end that rotation, although its database still stands alone.
    people.keep()
    assert people.aws.regions[HOME]["secrets"]["database"]["rotation"] == f"rotation-{HOME}"
    before = len(people.aws.calls)
    people.type("failback", STEP="secrets")
    assert not [call for call in people.aws.calls[before:] if not call[2].startswith(("describe_", "get_", "scan"))]


def test_third_regions_stop_first_and_the_writer_is_overwritten_last(people: People) -> None:
    before = len(people.aws.calls)
    people.type("failback", STEP="secrets")
    made = [call[1:] for call in people.aws.calls[before:] if call[0] == "secretsmanager"]
    changes = [one for one in made if not one[1].startswith(("describe_", "get_"))]
    once = [
        (WEST, "cancel_rotate_secret"),
        (SOUTH, "stop_replication_to_replica"),
        (HOME, "put_secret_value"),
        (HOME, "replicate_secret_to_regions"),
        (HOME, "replicate_secret_to_regions"),
        (HOME, "rotate_secret"),
    ]
    assert changes == once * 2


def test_replicas_that_terraform_could_not_make_are_removed_and_nothing_that_stands(people: People) -> None:
    for name in SECRETS:
        people.aws.regions[HOME]["secrets"][name]["failed"] = [WEST, SOUTH]
    everybody_has_the_right_value(people)
    people.type("failback", STEP="secrets")
    assert people.aws.hosts() == {region: {WRITER} for region in REGIONS}


def test_a_rotation_that_is_under_way_is_waited_for(people: People) -> None:
    people.aws.regions[WEST]["secrets"]["database"]["pending"] = True
    before = united(people)
    with pytest.raises(ToolError, match="a rotation is under way in us-west-2"):
        people.type("failback", STEP="secrets")
    assert united(people) == before


def test_home_that_follows_the_writer_is_made_primary_again(people: People) -> None:
    """After the writer went from a second region to a third one, the secrets of home were spread to as well."""
    for name in SECRETS:
        people.aws.regions[HOME]["secrets"][name] |= {"primary": WEST, "value": {"host": f"{WRITER}.rds"}}
    everybody_has_the_right_value(people)
    people.type("failback", STEP="secrets")
    assert {secret["primary"] for here in people.aws.regions.values() for secret in here["secrets"].values()} == {HOME}


@pytest.mark.parametrize("failed", [False, True])
@pytest.mark.parametrize("when", ["die_before", "die_after"])
def test_a_reunion_that_is_killed_at_a_change_goes_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
    failed: bool,  # noqa: FBT001
) -> None:
    def prepared() -> People:
        people = new_people(tmp_path, monkeypatch)
        people.fail_over()
        if failed:
            for name in SECRETS:
                people.aws.regions[HOME]["secrets"][name]["failed"] = [WEST]
        everybody_has_the_right_value(people)
        return people

    people = prepared()
    people.type("failback", STEP="secrets")
    wanted, ended = united(people), 0
    for number in range(1, MOST_CHANGES):
        people = prepared()
        people.aws._changes = 0
        setattr(people.aws, when, number)
        try:
            people.type("failback", STEP="secrets")
        except Killed:
            ended += 1
            # Keepers go on meanwhile.
            people.keep()
            people.type("failback", STEP="secrets")
        assert united(people) == wanted, number
    assert 10 < ended < MOST_CHANGES - 1


# What the old writer had


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
    assert f"--db-instance-identifier main-{WEST}-compare" in text
    assert "aws rds delete-db-snapshot" in text
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


# What S3 could not copy


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


@pytest.mark.parametrize("when", ["die_before", "die_after"])
def test_a_job_that_was_begun_by_somebody_who_was_killed_is_not_begun_again(people: People, when: str) -> None:
    people.aws.regions[WEST]["failed_objects"] = 7
    people.aws._changes = 0
    setattr(people.aws, when, 1)
    with pytest.raises(Killed):
        people.type("failback", STEP="objects", BATCH_ROLE="arn:aws:iam::123456789012:role/batch")
    people.type("failback", STEP="objects", BATCH_ROLE="arn:aws:iam::123456789012:role/batch")
    assert len(people.aws.regions[WEST]["jobs"]) == 1


# The release


@pytest.mark.parametrize("when", ["die_before", "die_after"])
def test_a_release_that_is_killed_at_a_change_goes_on(people: People, when: str) -> None:
    walk(people, to="release")
    people.aws._changes = 0
    setattr(people.aws, when, 1)
    with pytest.raises(Killed):
        people.type("failback", STEP="release")
    keep(WEST, people.aws.world())
    assert people.aws.held(HOME) == 1
    people.type("failback", STEP="release")
    people.keep()
    assert people.aws.held(HOME) == 0


def test_a_region_is_not_released_while_another_replica_follows_the_old_writer(people: People) -> None:
    walk(people, to=f"rebuild {SOUTH}")
    assert people.aws.regions[SOUTH]["instance"]["source"] == arn(HOME)
    with pytest.raises(ToolError, match=f"{SOUTH} replicates {HOME}"):
        people.type("failback", STEP="release")
