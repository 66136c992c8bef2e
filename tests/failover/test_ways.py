"""The way back where it is not the simple one: two ways, another primary region, a region that is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.failover.aws import HOME, REGIONS, SOUTH, WEST, arn
from tests.failover.people import People, new_people, walk
from tests.support.region_sets import settings_of, write_settings
from tools.errors import ToolError


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    people = new_people(tmp_path, monkeypatch)
    people.fail_over()
    return people


def leave_west_too(people: People) -> str:
    """Once ap-south-1 replicates it, the new writer is lost as well, and returns."""
    walk(people, to=f"rebuild {HOME}")
    people.aws.go_dark(WEST)
    people.aws.pass_time(60)
    people.keep()
    reason = "the lag in memory is that of another region"
    text = people.type("fail_over", REGION=SOUTH, DRIVER="here", FORCE_REASON=reason)
    people.aws.come_back(WEST)
    people.keep()
    return text


def test_of_two_ways_the_later_one_is_first_and_the_writer_is_where_it_is_now(people: People) -> None:
    text = leave_west_too(people)
    # They were united before: home's are the primary secrets, and no secret becomes two.
    assert f"is: the secrets in {HOME} have its address, and those in all other regions follow them" in text
    with pytest.raises(ToolError, match=f"the writer has left {WEST} too, and is in {SOUTH}") as refused:
        people.type("failback", REGION=HOME, STEP="secrets")
    assert f"make failback REGION={WEST}" in str(refused.value.advice)
    assert f"the way back to {WEST}" in people.type("failback")
    assert walk(people, to="release") == ["settings", *[f"rebuild {HOME}"] * 3, *[f"rebuild {WEST}"] * 3]
    assert people.aws.hosts() == {region: {f"main-{SOUTH}"} for region in REGIONS}
    people.type("failback", STEP="release")
    # That of the first failover, whose successor is no writer any more: nothing is left but to let home back.
    text = people.type("failback")
    assert f"the way back to {HOME}" in text
    assert f"done  settings             Terraform knows the writer in {SOUTH}" in text
    assert walk(people) == ["release"]
    assert {here["instance"]["source"] for here in people.aws.regions.values()} == {None, arn(SOUTH)}


def test_the_primary_region_may_move_on_the_way_and_the_instances_stay_stated(people: People) -> None:
    walk(people, to=f"rebuild {SOUTH}")
    people.change(primary_region=WEST, home_region=HOME)
    rebuild = [f"rebuild {SOUTH}"] * 3 + [f"rebuild {HOME}"] * 3
    assert walk(people) == [*rebuild, "release"]
    text = people.type("failback")
    assert "nothing to come back from" in text
    assert "database.instances stays" in text
    assert "may say less" not in text
    # Home keeps the secrets, and rotates.
    assert {one["rotation"] for one in people.aws.regions[HOME]["secrets"].values()} == {f"rotation-{HOME}"}


def go_on_without_home(people: People) -> None:
    """It stays dark, and is taken out."""
    content = {
        **settings_of(WEST, SOUTH, lost_regions=[HOME], name_region=HOME),
        "database": {"instances": {SOUTH: {"role": "replica", "of": HOME}}},
    }
    write_settings(people.file.parent, content)


def test_while_a_region_is_lost_the_others_are_rebuilt_and_its_return_is_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = new_people(tmp_path, monkeypatch)
    people.lose_home()
    people.type("fail_over", REGION=WEST, DRIVER="here")
    go_on_without_home(people)
    assert walk(people, to="back") == ["settings", *[f"rebuild {SOUTH}"] * 3]
    text = people.type("failback")
    assert f"next  back                 {HOME} is one of `lost_regions`" in text
    assert f"make region-lost REGION={HOME} BACK=1" in text
    people.aws.come_back(HOME)
    people.keep()
    # It answers, and nobody has taken it in again.
    with pytest.raises(ToolError, match="not release yet") as refused:
        people.type("failback", STEP="release")
    assert f"make region-lost REGION={HOME} BACK=1" in str(refused.value.advice)
    again = {HOME: {"role": "detached"}, SOUTH: {"role": "replica", "of": WEST}}
    content = settings_of(WEST, HOME, SOUTH, home_region=WEST, name_region=HOME, database={"instances": again})
    write_settings(people.file.parent, content)
    assert walk(people) == ["secrets", *[f"rebuild {HOME}"] * 3, "release"]
    assert people.aws.held(HOME) == 0


def test_without_a_way_a_lost_region_is_asked_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = new_people(tmp_path, monkeypatch)
    people.lose_home()
    people.type("fail_over", REGION=WEST, DRIVER="here")
    go_on_without_home(people)
    walk(people, to="back")
    people.type("failback", STEP="release", FORCE_REASON="DNS is to use it when it returns")
    assert f"{HOME} is lost: docs/region-lost.md#back" in people.type("failback")


def test_secrets_go_to_the_new_home_where_the_writer_went_to_another_region(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = new_people(tmp_path, monkeypatch)
    people.lose_home()
    people.type("fail_over", REGION=SOUTH, DRIVER="here")
    stated = {WEST: {"role": "replica", "of": HOME}}
    more = {"home_region": WEST, "name_region": HOME, "lost_regions": [HOME], "database": {"instances": stated}}
    write_settings(people.file.parent, settings_of(SOUTH, WEST, **more))
    people.type("failback", STEP="secrets")
    for region, rotation in ((WEST, f"rotation-{WEST}"), (SOUTH, None)):
        for secret in people.aws.regions[region]["secrets"].values():
            assert (secret["primary"], secret["rotation"]) == (WEST, rotation)
            assert secret["value"]["host"].startswith(f"main-{SOUTH}")
    assert walk(people, to="back") == ["settings", *[f"rebuild {WEST}"] * 3]
