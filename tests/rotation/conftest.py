"""A server for the session; for each test a role on it whose secret rotates, and an ear for what is said meanwhile."""

from __future__ import annotations

import logging
import socket
import uuid
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from modules.areas.rotation.runtime import log
from tests.rotation.authority import Authority
from tests.rotation.server import Server
from tests.rotation.target import Target
from tests.rotation.vault import REGION, Client, Listener, Vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from botocore.client import BaseClient


@pytest.fixture(scope="module", autouse=True)
def _no_delay() -> Iterator[None]:
    """Send what pg8000 writes at once: its small writes cost each login 40 ms otherwise, half of the time."""
    create_connection = socket.create_connection

    def create(*arguments: Any, **options: Any) -> socket.socket:
        connection = create_connection(*arguments, **options)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "create_connection", create)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what needs a PostgreSQL server out of the fast loop."""
    for item in items:
        if "running" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def ca_bundle(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("authority") / "certificates.pem"
    file.write_text(authority.pem)
    return file


@pytest.fixture(scope="session")
def running(authority: Authority) -> Iterator[Server]:
    with Server.run(authority.issue()) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    yield running
    running.mend()


@pytest.fixture
def target(server: Server, ca_bundle: Path) -> Target:
    return Target(server, ca_bundle)


@pytest.fixture(scope="module")
def secrets_manager() -> Iterator[BaseClient]:
    """Making a client takes longer than most tests."""
    with mock_aws():
        yield boto3.client("secretsmanager", region_name=REGION)


@pytest.fixture
def client(secrets_manager: BaseClient) -> Client:
    return Client(secrets_manager)


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """Hear every record of every library, as a function whose log level is DEBUG would write them."""
    root = logging.getLogger()
    talkative = {name: logging.getLogger(name).level for name in log.TALKATIVE}
    listener = Listener()
    # As the function starts; with a handler in place, none to standard output is added.
    log.LOGGER.addHandler(listener)
    monkeypatch.setattr(log.LOGGER, "propagate", True)
    log.configure()
    root.addHandler(listener)
    monkeypatch.setattr(root, "level", logging.DEBUG)
    yield listener
    root.removeHandler(listener)
    log.LOGGER.removeHandler(listener)
    for name, level in talkative.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def vault(client: Client, target: Target, listener: Listener) -> Iterator[Vault]:
    """A role and its secret; after every test that uses it, no password must have been said anywhere."""
    username, password = f"app {uuid.uuid4().hex[:8]}", uuid.uuid4().hex
    target.create_role(username, password)
    value = target.secret_value(username, password)
    vault = Vault(client=client, name=username, ca_bundle=target.ca_bundle, value=value)
    yield vault
    assert_nothing_secret_was_said(vault, target, listener)


@pytest.fixture
def administrator(client: Client, target: Target) -> Vault:
    """The secret of a role that may make roles, and that owns a database as the master user of RDS does."""
    username, password = f"administrator_{uuid.uuid4().hex[:8]}", uuid.uuid4().hex
    target.create_role(username, password, "CREATEROLE")
    target.server.query(f'CREATE DATABASE "{username}" OWNER "{username}"')
    value = target.secret_value(username, password, dbname=username)
    return Vault(client=client, name=username, ca_bundle=target.ca_bundle, value=value)


@pytest.fixture
def unmade(client: Client, target: Target, administrator: Vault, listener: Listener) -> Iterator[Vault]:
    """A secret of two users that alternate, as Terraform writes it: with neither a password nor a user."""
    username, place = f"app {uuid.uuid4().hex[:8]}", administrator.value()["dbname"]
    value = target.secret_value(username, "", dbname=place, masterarn=administrator.arn)
    del value["password"]
    vault = Vault(client=client, name=username, ca_bundle=target.ca_bundle, value=value)
    yield vault
    assert_nothing_secret_was_said(vault, target, listener)
    assert_nothing_secret_was_said(administrator, target, listener)


@pytest.fixture
def pair(unmade: Vault) -> Vault:
    """A secret that alternates between two users, of whom the first has been made."""
    unmade.rotate()
    return unmade


def assert_nothing_secret_was_said(vault: Vault, target: Target, listener: Listener) -> None:
    passwords = vault.passwords()
    assert passwords
    said = {"a log record": listener.heard, "a traceback": vault.spoken, "the server's log": [target.server.log]}
    assert listener.heard or vault.spoken, "nothing was said at all"
    for place, texts in said.items():
        leaked = [text for text in texts for password in passwords if password in text]
        assert not leaked, f"a password in {place}"
