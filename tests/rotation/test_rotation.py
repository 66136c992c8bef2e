"""A rotation that nothing disturbs, and what the function refuses to rotate."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING

import pytest
from pg8000.native import Connection, DatabaseError, InterfaceError

from modules.areas.rotation.runtime.errors import RotationError
from tests.rotation.vault import STEPS

if TYPE_CHECKING:
    from tests.rotation.target import Target
    from tests.rotation.vault import Listener, Vault


def test_the_new_password_works_and_the_old_one_is_refused(vault: Vault, target: Target) -> None:
    old = vault.value()
    token = vault.rotate()
    new = vault.value()
    assert vault.stages(token) >= {"AWSCURRENT"}
    assert target.opens(new)
    assert not target.opens(old)


def test_only_the_password_changes_in_the_secret(vault: Vault) -> None:
    old = vault.value()
    vault.rotate()
    new = vault.value()
    assert {key for key in old | new if old.get(key) != new.get(key)} == {"password"}
    assert vault.value("AWSPREVIOUS") == old


def test_the_new_password_is_long_and_needs_no_quoting_anywhere(vault: Vault) -> None:
    vault.rotate()
    password = vault.value()["password"]
    assert len(password) == 32
    assert all(character.isascii() and (character.isalnum() or character in "-._~") for character in password)


def test_length_and_alphabet_of_the_password_follow_the_environment(vault: Vault) -> None:
    excluded = string.punctuation.replace("~", "") + string.ascii_lowercase[1:]
    vault.environment |= {"PASSWORD_LENGTH": "20", "EXCLUDE_CHARACTERS": excluded}
    vault.rotate()
    password = vault.value()["password"]
    assert len(password) == 20
    assert set(password) <= {"a", "~", *string.ascii_uppercase, *string.digits}


def test_the_new_password_works_over_tls_only(vault: Vault, target: Target) -> None:
    vault.rotate()
    value = vault.value()
    with target.session(value) as session:
        encrypted = session._run("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    assert encrypted == [[True, "TLSv1.3"]]
    with pytest.raises(DatabaseError, match="no encryption"):
        Connection(
            value["username"], host="127.0.0.1", port=value["port"], password=value["password"], ssl_context=False
        )


def test_a_second_rotation_follows_the_first(vault: Vault, target: Target) -> None:
    old = vault.value()
    vault.rotate()
    between = vault.value()
    vault.rotate()
    assert [target.opens(value) for value in (old, between, vault.value())] == [False, False, True]


def test_every_step_can_be_repeated_when_all_is_done(vault: Vault, target: Target) -> None:
    token = vault.rotate()
    new = vault.value()
    for step in (*STEPS, *reversed(STEPS)):
        vault.step(step, token)
    assert vault.value() == new
    assert target.opens(new)


def test_each_step_logs_what_came_of_it(vault: Vault, listener: Listener) -> None:
    token = vault.begin()
    for step in (
        "createSecret",
        "createSecret",
        "setSecret",
        "setSecret",
        "testSecret",
        "finishSecret",
        "finishSecret",
    ):
        vault.step(step, token)
    said = [line for line in listener.heard if line.startswith("step done")]
    assert [line.partition("'outcome': ")[2] for line in said] == [
        "'version stored'}",
        "'version was stored already'}",
        "'password set'}",
        "'password was set already'}",
        "'password works'}",
        "'version is current'}",
        "'version is current already'}",
    ]
    assert all(token in line and vault.arn in line for line in said)


def test_a_user_with_a_name_full_of_quotes_rotates(vault: Vault, target: Target) -> None:
    username = 'o\'b"; DROP ROLE "x :y %s $1 é'
    target.create_role(username, "to be replaced")
    vault.put(target.secret_value(username, "to be replaced"))
    vault.rotate()
    assert target.opens(vault.value())


def test_attaching_without_rotating_tests_a_copy_of_the_current_version(vault: Vault) -> None:
    token = vault.begin()
    vault.put(vault.value(), "AWSPENDING", token)
    vault.step("testSecret", token)


@pytest.mark.parametrize("step", STEPS)
def test_rejects_a_secret_whose_rotation_is_off(vault: Vault, step: str) -> None:
    token = vault.begin()
    real = vault.client.real.describe_secret
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vault.client.real, "describe_secret", lambda **it: real(**it) | {"RotationEnabled": False})
        with pytest.raises(RotationError, match="not enabled"):
            vault.step(step, token)


@pytest.mark.parametrize("step", STEPS)
def test_rejects_a_version_that_the_secret_does_not_have(vault: Vault, step: str) -> None:
    vault.begin()
    with pytest.raises(RotationError, match="no labelled version"):
        vault.step(step, "00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize("step", STEPS)
def test_rejects_a_version_that_is_not_pending(vault: Vault, step: str) -> None:
    vault.rotate()
    previous = vault.client.real.get_secret_value(SecretId=vault.arn, VersionStage="AWSPREVIOUS")["VersionId"]
    with pytest.raises(RotationError, match="not AWSPENDING, it is AWSPREVIOUS"):
        vault.step(step, previous)


@pytest.mark.parametrize("step", STEPS[1:])
def test_rejects_steps_before_there_is_a_pending_value(vault: Vault, target: Target, step: str) -> None:
    old = vault.value()
    with pytest.raises(RotationError, match="no value yet"):
        vault.step(step, vault.begin())
    assert vault.value() == old
    assert target.opens(old)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("host", "127.0.0.1"),
        ("username", "postgres"),
        ("port", 1),
        ("dbname", "template1"),
        ("masterarn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:other"),
        ("dbInstanceIdentifier", "another"),
    ],
)
@pytest.mark.parametrize("step", ["setSecret", "testSecret"])
def test_rejects_a_pending_version_of_another_target_before_anything_is_sent(
    vault: Vault, step: str, key: str, value: str | int
) -> None:
    token = vault.begin()
    vault.put(vault.value() | {"password": "is never sent", key: value}, "AWSPENDING", token)

    def connect(*_: object, **__: object) -> None:
        pytest.fail("connected")

    with pytest.raises(RotationError, match=f"differs from the current one in .*{key}"):
        vault.step(step, token, connect=connect)


def test_rejects_a_pending_password_whose_verifier_cannot_be_computed(vault: Vault, target: Target) -> None:
    token = vault.begin()
    vault.put(vault.value() | {"password": "pässword"}, "AWSPENDING", token)
    with pytest.raises(RotationError, match="password must be one or more printable ascii characters"):
        vault.step("setSecret", token)
    assert target.opens(vault.value())


def test_rejects_a_server_that_knows_no_version_of_the_secret(vault: Vault, target: Target) -> None:
    lost = vault.value() | {"password": "never was the password"}
    vault.put(lost)
    token = vault.begin()
    vault.step("createSecret", token)
    target.server.query(f'ALTER ROLE "{lost["username"]}" PASSWORD NULL')
    with pytest.raises(RotationError, match="no version of the secret opens the database"):
        vault.step("setSecret", token)


def test_rejects_a_host_that_does_not_exist_with_its_reason(vault: Vault) -> None:
    vault.put(vault.value() | {"host": "nowhere.invalid"})
    token = vault.begin()
    vault.step("createSecret", token)
    with pytest.raises(RotationError, match=r"login failed: Can't create a connection to host nowhere\.invalid"):
        vault.step("setSecret", token)


def test_secrets_are_json_of_the_documented_shape(vault: Vault) -> None:
    vault.rotate()
    text = vault.client.real.get_secret_value(SecretId=vault.arn)["SecretString"]
    assert list(json.loads(text)) == [
        "engine",
        "host",
        "port",
        "username",
        "password",
        "dbname",
        "dbInstanceIdentifier",
    ]


def test_the_driver_never_falls_back_to_plain_text_by_itself(target: Target) -> None:
    target.server.change(ssl="off", hosts="host all all 127.0.0.1/32 trust\n")
    with pytest.raises(InterfaceError, match="refuses SSL"):
        Connection("postgres", host="127.0.0.1", port=target.server.port, ssl_context=True)
