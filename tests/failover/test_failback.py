"""The way back, walked as `make failback` says, and in the wrong order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from modules.areas.failover.runtime.keeper import keep
from tests.failover.aws import HOME, REGIONS, SOUTH, WEST, Killed, arn
from tests.failover.people import People, current, new_people, walk
from tools.errors import ToolError


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    people = new_people(tmp_path, monkeypatch)
    people.fail_over()
    return people


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


def test_what_is_not_protected_is_rebuilt_in_one_deploy(people: People) -> None:
    people.type("failback", STEP="secrets")
    people.edit(deletion_protection="false", instances=current(people).edit)
    people.deploy()
    assert walk(people) == [f"rebuild {SOUTH}", f"rebuild {HOME}", "release"]


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
    text = people.type("failback", STEP="release", FORCE_REASON="a drill")
    assert f"{HOME} is back" in text
    assert f"note: database stands alone in {SOUTH}, {WEST}; Terraform will not say so" in text
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


def test_an_edit_may_be_pasted_and_says_which_keys_go(people: People) -> None:
    walk(people, to=f"rebuild {SOUTH}")
    text = people.type("failback")
    assert "`rebuild` and `deletion_protection` only where it has them" in text
    block = "      database:\n" + text.partition("      database:\n")[2].partition("      `rebuild`")[0]
    instances = yaml.safe_load(block)["database"]["instances"]
    assert instances == {
        SOUTH: {"role": "replica", "of": HOME, "deletion_protection": False},
        HOME: {"role": "detached"},
        WEST: {"role": "writer"},
    }


def test_a_region_is_not_released_while_another_replica_follows_the_old_writer(people: People) -> None:
    walk(people, to=f"rebuild {SOUTH}")
    assert people.aws.regions[SOUTH]["instance"]["source"] == arn(HOME)
    with pytest.raises(ToolError, match=f"{SOUTH} replicates {HOME}"):
        people.type("failback", STEP="release")
