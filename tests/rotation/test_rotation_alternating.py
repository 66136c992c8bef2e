"""Two users that take turns: what everyone is given always works, also while the next one is made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from modules.areas.rotation.runtime.errors import RotationError
from tests.rotation.vault import STEPS

if TYPE_CHECKING:
    from tests.rotation.target import Target
    from tests.rotation.vault import Vault


def test_users_take_turns_and_the_current_one_always_works(pair: Vault, target: Target) -> None:
    owner = pair.value()["username"]
    users = []
    for _ in range(3):
        before = pair.value()
        token = pair.begin()
        for step in STEPS:
            pair.step(step, token)
            assert target.opens(before)
            assert target.opens(pair.value())
        users.append(pair.value()["username"])
    assert users == [f"{owner}_clone", owner, f"{owner}_clone"]


def test_what_either_user_makes_is_the_group_s_and_both_work_with_it(pair: Vault, target: Target) -> None:
    owner = pair.value()["username"]
    for name, statement in (
        (owner, "CREATE TABLE first (id int PRIMARY KEY)"),
        (f"{owner}_clone", "CREATE TABLE second (id int REFERENCES first)"),
    ):
        assert pair.value()["username"] == name
        with target.session(pair.value()) as session:
            session._run(statement)
        pair.rotate()
    for _ in range(2):
        with target.session(pair.value()) as session:
            session._run("INSERT INTO first SELECT count(*) FROM first")
            session._run("ALTER TABLE second ADD COLUMN IF NOT EXISTS note text")
            session._run("CREATE INDEX ON second (note)")
            found = session._run(
                "SELECT schemaname, tablename, tableowner FROM pg_tables WHERE tablename ~ '^(fir|sec)'"
            )
        assert sorted(found) == [[owner, "first", f"{owner}_owner"], [owner, "second", f"{owner}_owner"]]
        pair.rotate()


def test_a_rotation_broken_off_is_made_good_by_the_retry(pair: Vault, target: Target) -> None:
    token = pair.begin()
    for done in range(len(STEPS)):
        for step in STEPS[: done + 1]:
            pair.step(step, token)
        assert target.opens(pair.value())
    pair.rotate(token)
    assert target.opens(pair.value())


def test_a_cancelled_rotation_does_not_stop_the_next(pair: Vault, target: Target) -> None:
    cancelled = pair.begin()
    pair.step("createSecret", cancelled)
    pair.step("setSecret", cancelled)
    pair.rotate()
    assert target.opens(pair.value())


def test_attaching_without_rotating_tests_a_copy_of_the_current_version(pair: Vault) -> None:
    token = pair.begin()
    pair.put(pair.value(), "AWSPENDING", token)
    pair.step("testSecret", token)


def test_rejects_a_copy_of_the_current_version_as_the_next_one(pair: Vault) -> None:
    token = pair.begin()
    pair.put(pair.value(), "AWSPENDING", token)
    with pytest.raises(RotationError, match="differs from the current one in username"):
        pair.step("setSecret", token)


def test_rejects_a_current_version_that_does_not_work(pair: Vault, target: Target) -> None:
    owner = pair.value()["username"]
    pair.put(pair.value() | {"password": "is not the password"})
    with pytest.raises(RotationError, match="28P01"):
        pair.rotate()
    assert not _exists(target, f"{owner}_clone")


def test_rejects_a_role_that_only_has_the_clones_name(pair: Vault, target: Target) -> None:
    clone = f"{pair.value()['username']}_clone"
    target.create_role(clone, "a password of its own", "CREATEROLE")
    with pytest.raises(RotationError, match="is not a member of"):
        pair.rotate()
    assert target.opens(target.secret_value(clone, "a password of its own"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"host": "127.0.0.1"}, "administrator's secret is of another server or database"),
        ({"port": 1}, "administrator's secret is of another server or database"),
        ({"dbname": "postgres"}, "administrator's secret is of another server or database"),
        ({"username": "its own"}, "administrator is one of the alternating users"),
        ({"username": "its clone"}, "administrator is one of the alternating users"),
        ({"username": "its group"}, "administrator is one of the alternating users"),
    ],
)
def test_rejects_an_administrator_of(
    pair: Vault, administrator: Vault, change: dict[str, str | int], reason: str
) -> None:
    own = pair.value()["username"]
    named = {"its own": own, "its clone": f"{own}_clone", "its group": f"{own}_owner"}
    administrator.put(administrator.value() | {key: named.get(str(value), value) for key, value in change.items()})
    with pytest.raises(RotationError, match=reason):
        pair.rotate()


def test_rejects_an_administrator_that_may_not_make_roles_and_leaves_no_half_of_a_clone(
    pair: Vault, administrator: Vault, target: Target
) -> None:
    target.server.query(f'ALTER ROLE "{administrator.value()["username"]}" NOCREATEROLE')
    with pytest.raises(RotationError, match="refused by postgresql: 42501"):
        pair.rotate()
    assert not _exists(target, f"{pair.value()['username']}_clone")


@pytest.mark.parametrize("done", range(1, len(STEPS)))
def test_the_administrator_s_own_rotation_on_its_way_stops_nothing(
    pair: Vault, administrator: Vault, target: Target, done: int
) -> None:
    token = administrator.begin()
    for step in STEPS[:done]:
        administrator.step(step, token)
    pair.rotate()
    assert target.opens(pair.value())
    administrator.rotate(token)
    assert target.opens(administrator.value())


def test_rejects_an_administrator_whose_secret_opens_nothing(pair: Vault, administrator: Vault, target: Target) -> None:
    target.server.query(f'ALTER ROLE "{administrator.value()["username"]}" PASSWORD NULL')
    with pytest.raises(RotationError, match="no version of the administrator's secret opens the database"):
        pair.rotate()


def test_rejects_a_name_that_leaves_no_room_for_the_suffix(pair: Vault) -> None:
    pair.put(pair.value() | {"username": "x" * 58})
    with pytest.raises(RotationError, match="too long"):
        pair.rotate()


def test_the_secret_keeps_naming_its_administrator(pair: Vault, administrator: Vault) -> None:
    pair.rotate()
    assert pair.value()["masterarn"] == administrator.arn
    assert json.dumps(pair.value()).count(administrator.value()["password"]) == 0


def _exists(target: Target, role: str) -> bool:
    return bool(target.server.query("SELECT FROM pg_roles WHERE rolname = :role", role=role))
