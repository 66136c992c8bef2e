"""No plan while a failover is under way, or has left two primary secrets; and a plan everywhere else."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from modules.areas.failover.runtime.advance import advance
from modules.settings import load_settings
from tests.failover.aws import ACCOUNT, HOME, REGIONS, SECRETS, SOUTH, WEST, platform
from tests.failover.people import Client, People, new_people
from tests.support.region_sets import ONE, THREE, settings_of, write_settings
from tools.errors import ToolError
from tools.failback import guard, require_one_secret
from tools.target import Target


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    monkeypatch.setattr(guard, "describe", lambda _: platform())
    return new_people(tmp_path, monkeypatch)


def ask(people: People, **settings: Any) -> list[str]:
    """What the guard says before a plan."""
    file = people.file
    if settings:
        file = write_settings(people.file.parent, settings_of(*THREE, **settings))
    target = SimpleNamespace(
        settings=load_settings(file, {}),
        account_id=ACCOUNT,
        local=False,
        clients=lambda service, region: Client(people.aws, service, region),
    )
    said: list[str] = []
    require_one_secret(cast("Target", target), tell=said.append)
    return said


def test_all_is_well(people: People) -> None:
    before = len(people.aws.calls)
    assert ask(people) == []
    # One read in each region, and nothing else.
    assert people.aws.calls[before:] == [("dynamodb", region, "scan") for region in sorted(REGIONS)]


def test_two_secrets_are_refused_until_they_are_one(people: People) -> None:
    people.fail_over()
    with pytest.raises(ToolError, match=f"database stands alone in {SOUTH}, {WEST}; application") as refused:
        ask(people)
    assert "`make failback STEP=secrets`" in str(refused.value.advice)
    people.type("failback", STEP="secrets")
    assert ask(people) == []


def test_one_region_that_stands_alone_is_enough(people: People) -> None:
    people.fail_over()
    people.type("failback", STEP="secrets")
    people.aws.regions[SOUTH]["secrets"][SECRETS[1]]["primary"] = SOUTH
    with pytest.raises(ToolError, match=f"application stands alone in {SOUTH}"):
        ask(people)


def test_a_region_that_is_not_built_yet_has_no_secret(people: People) -> None:
    people.fail_over()
    people.aws.refuses = {(SOUTH, "describe_secret"): "ResourceNotFoundException"}
    with pytest.raises(ToolError, match=f"database stands alone in {WEST};"):
        ask(people)
    before = people.aws.picture()
    with pytest.raises(ToolError, match=f"there is no secret database in {SOUTH}"):
        people.type("failback", STEP="secrets")
    assert people.aws.picture() == before
    people.aws.refuses = {}
    people.type("failback", STEP="secrets")
    people.aws.refuses = {(SOUTH, "describe_secret"): "ResourceNotFoundException"}
    assert ask(people) == []


def test_a_lost_region_is_asked_nothing(people: People) -> None:
    people.fail_over()
    before = len(people.aws.calls)
    lost = {"lost_regions": [HOME], "name_region": HOME, "database": {"instances": {SOUTH: {"of": HOME}}}}
    with suppress(ToolError):
        ask(people, regions=[WEST, SOUTH], primary_region=WEST, **lost)
    assert {region for _, region, _ in people.aws.calls[before:]} == {WEST, SOUTH}


def test_a_failover_that_is_under_way_is_ended_first(people: People) -> None:
    people.lose_home()
    request = {"id": "a", "origin": HOME, "target": WEST}
    advance(request, people.aws.world())
    people.aws.come_back(HOME)
    with pytest.raises(ToolError, match="a is under way") as refused:
        ask(people)
    assert f"`make failover REGION={WEST}`" in str(refused.value.advice)


def test_a_platform_without_failover_is_asked_nothing(people: People) -> None:
    before = len(people.aws.calls)
    assert ask(people, failover={"enabled": False}) == []
    write_settings(people.file.parent, settings_of(*ONE))
    assert ask(people) == []
    assert len(people.aws.calls) == before


def test_a_platform_that_is_new_has_no_journal(people: People) -> None:
    people.aws.refuses = {(region, "scan"): "ResourceNotFoundException" for region in REGIONS}
    assert ask(people) == []


@pytest.mark.parametrize("operation", ["scan", "describe_secret"])
def test_whoever_may_not_look_is_told_and_goes_on(people: People, operation: str) -> None:
    people.fail_over()
    people.aws.refuses = {(region, operation): "AccessDeniedException" for region in REGIONS}
    (note,) = ask(people)
    assert note.startswith("note: AccessDeniedException")


def test_a_service_that_is_ill_is_told(people: People) -> None:
    people.fail_over()
    people.aws.ill = {("secretsmanager", SOUTH)}
    (note,) = ask(people)
    assert f"secretsmanager in {SOUTH} does not answer" in note
