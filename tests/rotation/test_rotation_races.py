"""Two rotations at once, of one version and of two, in the orders that could go wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from modules.areas.rotation.runtime import database
from modules.areas.rotation.runtime.errors import RotationError
from tests.rotation.server import wait_for

if TYPE_CHECKING:
    import ssl

    from pg8000.native import Connection

    from modules.areas.rotation.runtime.credentials import Credentials
    from tests.rotation.target import Target
    from tests.rotation.vault import Vault


def test_one_version_rotated_twice_at_once_ends_well(vault: Vault, target: Target) -> None:
    old = vault.value()
    token = vault.begin()
    barrier = Barrier(2, timeout=20)

    def rotate() -> None:
        barrier.wait()
        vault.rotate(token)

    with ThreadPoolExecutor(2) as pool:
        for run in [pool.submit(rotate), pool.submit(rotate)]:
            # The one that moves the label second may be told that it has moved.
            assert isinstance(run.exception(), RotationError | None)
    vault.rotate(token)
    assert target.opens(vault.value())
    assert not target.opens(old)
    assert len(vault.passwords()) == 2


def test_a_password_set_by_another_run_between_two_logins_is_no_fault(vault: Vault, target: Target) -> None:
    token = vault.begin()
    vault.step("createSecret", token)
    logins = []

    def connect(credentials: Credentials, *, tls: ssl.SSLContext) -> database.Session:
        logins.append(credentials)
        if len(logins) == 2:
            vault.step("setSecret", token)
        return database.connect(credentials, tls=tls)

    vault.step("setSecret", token, connect=connect)
    assert [it.password for it in logins] == [
        vault.value("AWSPENDING")["password"],
        vault.value()["password"],
        vault.value("AWSPENDING")["password"],
    ]
    vault.rotate(token)
    assert target.opens(vault.value())


def test_a_rotation_that_another_run_finished_meanwhile_sets_nothing(vault: Vault, target: Target) -> None:
    token = vault.begin()
    vault.step("createSecret", token)
    old = vault.value()
    username, stored = old["username"], "SELECT rolpassword FROM pg_authid WHERE rolname = :role"
    verifiers = []

    def connect(credentials: Credentials, *, tls: ssl.SSLContext) -> database.Session:
        session = database.connect(credentials, tls=tls)
        # Logged in with the old password, which is about to be replaced.
        vault.rotate(token)
        verifiers.append(target.server.query(stored, role=username))
        return session

    vault.step("setSecret", token, connect=connect)
    assert verifiers == [target.server.query(stored, role=username)]
    assert target.opens(vault.value())
    assert vault.value() != old


def test_the_version_that_was_stored_first_stands(vault: Vault, target: Target) -> None:
    token = vault.begin()
    vault.client.before["put_secret_value"] = lambda: vault.step("createSecret", token)
    vault.step("createSecret", token)
    first = vault.value("AWSPENDING")
    vault.rotate(token)
    assert vault.value() == first
    assert target.opens(first)


def test_a_rotation_that_waited_for_the_lock_too_long_sets_nothing(
    vault: Vault, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The wait is ended by the test, however slow the machine.
    monkeypatch.setattr(database, "TIMEOUT", 60)
    monkeypatch.setattr(database, "PARAMETERS", {})
    first = vault.begin()
    vault.step("createSecret", first)
    username = vault.value()["username"]
    with target.server.administrator() as connection, ThreadPoolExecutor(1) as pool:
        _lock(connection, username)
        waiting = pool.submit(vault.step, "setSecret", first)
        _wait_for_a_waiting_lock(connection)
        second = vault.begin()
        vault.step("createSecret", second)
        connection.run("COMMIT")
        with pytest.raises(RotationError, match="without a stage"):
            waiting.result(20)
    assert target.opens(vault.value())
    vault.rotate(second)
    assert target.opens(vault.value())
    with pytest.raises(RotationError, match="without a stage"):
        vault.rotate(first)


def test_a_lock_that_stays_held_is_a_fault_and_no_hang(
    vault: Vault, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(database.PARAMETERS, "lock_timeout", "50ms")
    token = vault.begin()
    vault.step("createSecret", token)
    with target.server.administrator() as connection:
        _lock(connection, vault.value()["username"])
        with pytest.raises(RotationError, match="canceling statement due to lock timeout"):
            vault.step("setSecret", token)
    vault.rotate(token)
    assert target.opens(vault.value())


def _lock(connection: Connection, username: str) -> None:
    connection.run("START TRANSACTION")
    connection.run("SELECT pg_advisory_xact_lock(hashtextextended(:role, 0))", role=username)


def _wait_for_a_waiting_lock(connection: Connection) -> None:
    wait_for(lambda: bool(connection.run("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")))
