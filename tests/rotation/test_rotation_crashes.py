"""The function ends anywhere in a rotation, and the retry makes it good.

``opens`` is the version that the server takes, ``current`` the one that everyone is given, ``pending`` whether the next
one has a value. Between setSecret and finishSecret a single user's current version opens nothing: that is what single
users cost, and why two can alternate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from modules.areas.rotation.runtime import database
from modules.areas.rotation.runtime.database import Session
from tests.rotation.vault import STEPS, Crash

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from modules.areas.rotation.runtime.credentials import Credentials
    from tests.rotation.target import Target
    from tests.rotation.vault import Vault


@dataclass(frozen=True)
class State:
    opens: str
    current: str
    pending: bool = True


BEGUN = State(opens="old", current="old", pending=False)
STORED = State(opens="old", current="old")
SET = State(opens="new", current="old")
DONE = State(opens="new", current="new")


@dataclass(frozen=True)
class Row:
    """The step that is cut short, where, and the state it starts from, leaves, and ends in after a retry."""

    step: str
    crash: str
    before: State
    left: State
    after: State = DONE


TABLE = [
    Row("createSecret", "before put_secret_value", BEGUN, BEGUN),
    Row("createSecret", "after put_secret_value", BEGUN, STORED),
    Row("createSecret", "after the step", BEGUN, STORED),
    Row("setSecret", "before ALTER ROLE", STORED, STORED),
    Row("setSecret", "before COMMIT", STORED, STORED),
    Row("setSecret", "after COMMIT", STORED, SET),
    Row("setSecret", "after the step", STORED, SET),
    Row("testSecret", "before SELECT pg_is_in_recovery()", SET, SET),
    Row("testSecret", "after the step", SET, SET),
    Row("finishSecret", "before update_secret_version_stage", SET, SET),
    Row("finishSecret", "after update_secret_version_stage", SET, DONE),
    Row("finishSecret", "after the step", SET, DONE),
]


class Observer:
    """Tells old from new."""

    def __init__(self, vault: Vault, target: Target) -> None:
        self._vault, self._target = vault, target
        self.old = vault.value()
        self.token = vault.begin()

    def state(self) -> State:
        current = "old" if self._vault.value() == self.old else "new"
        pending = len(self._vault.passwords()) > 1
        return State(opens="old" if self._target.opens(self.old) else "new", current=current, pending=pending)


@pytest.fixture
def crash_at(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def crash() -> None:
        raise Crash

    def arrange(where: str) -> None:
        when, _, what = where.partition(" ")
        if what == "the step":
            return
        if "_" in what and " " not in what:
            getattr(vault.client, when)[what] = crash
            return
        run = Session._run

        def run_until(self: Session, statement: str, **parameters: str) -> list[Any]:
            if statement.startswith(what) and when == "before":
                raise Crash
            rows = run(self, statement, **parameters)
            if statement.startswith(what):
                raise Crash
            return rows

        monkeypatch.setattr(Session, "_run", run_until)

    return arrange


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.step}, {row.crash}")
def test_a_crash_leaves_a_known_state_and_the_retry_ends_well(
    row: Row, vault: Vault, target: Target, crash_at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    observer = Observer(vault, target)
    for step in STEPS[: STEPS.index(row.step)]:
        vault.step(step, observer.token)
    assert observer.state() == row.before

    crash_at(row.crash)
    if row.crash == "after the step":
        vault.step(row.step, observer.token)
    else:
        with pytest.raises(Crash):
            vault.step(row.step, observer.token)
    monkeypatch.undo()
    assert observer.state() == row.left

    vault.rotate(observer.token)
    assert observer.state() == row.after
    assert target.opens(vault.value())
    assert not target.opens(observer.old)
    assert len(vault.passwords()) == 2, "a retry made a password of its own"


def test_the_previous_version_mends_a_current_one_that_the_server_never_got(vault: Vault, target: Target) -> None:
    vault.put(vault.value() | {"password": "promoted without having been set"})
    vault.rotate()
    assert target.opens(vault.value())


def test_a_cancelled_rotation_whose_password_was_set_is_mended_by_the_next(vault: Vault, target: Target) -> None:
    cancelled = vault.begin()
    vault.step("createSecret", cancelled)
    vault.step("setSecret", cancelled)
    assert not target.opens(vault.value())
    vault.rotate()
    assert vault.stages(cancelled) == set()
    assert target.opens(vault.value())


def test_versions_of_another_user_are_no_way_in(vault: Vault, target: Target) -> None:
    value = vault.value()
    vault.put(value | {"username": "postgres"})
    vault.put(value | {"password": "promoted without having been set"})
    token = vault.begin()
    vault.step("createSecret", token)
    tried = []

    def connect(credentials: Credentials, *, tls: ssl.SSLContext) -> Session:
        tried.append(credentials.username)
        return database.connect(credentials, tls=tls)

    vault.step("setSecret", token, connect=connect)
    assert tried == [value["username"]] * 3
    vault.rotate(token)
    assert target.opens(vault.value())
