"""Two primary secrets become one: no region is without one meanwhile, wherever it is killed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.failover.aws import HOME, REGIONS, SECRETS, SOUTH, WEST, Killed
from tests.failover.aws_secrets import key_arn
from tests.failover.people import People, new_people
from tools.errors import ToolError

#: More than any command changes.
MOST_CHANGES = 40
WRITER = f"main-{WEST}"


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    people = new_people(tmp_path, monkeypatch)
    people.fail_over()
    return people


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


def test_a_replica_that_stands_and_no_longer_follows_is_left_and_the_reason_is_asked_for(people: People) -> None:
    people.type("failback", STEP="secrets")
    people.aws.regions[HOME]["secrets"]["database"]["failed"] = [SOUTH]
    people.aws.regions[HOME]["secrets"]["database"]["rotation"] = None
    with pytest.raises(ToolError, match=f"no replica of {HOME} in {SOUTH}") as refused:
        people.type("failback", STEP="secrets")
    assert f"describe-secret --region {HOME} --secret-id database` says why" in str(refused.value.advice)
    assert people.aws.regions[SOUTH]["secrets"]["database"]["value"]


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
