"""The server or the way to it is broken in the middle of a rotation: nothing changes, and the retry makes it good.

In each state before, and for each fault, the step that comes next fails with the reason given, the state stays as it
was, and once the fault is gone the same rotation ends with a new password that works.
"""

from __future__ import annotations

import ssl
import warnings
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pg8000.native import Connection

from modules.areas.rotation.runtime.database import Session
from modules.areas.rotation.runtime.errors import RotationError
from tests.rotation.authority import Authority
from tests.rotation.server import ANYHOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.rotation.server import Server
    from tests.rotation.target import Target
    from tests.rotation.vault import Vault

HOUR = timedelta(hours=1)
OLD_TLS = {
    "ssl_min_protocol_version": "TLSv1",
    "ssl_max_protocol_version": "TLSv1.1",
    "ssl_ciphers": "DEFAULT:@SECLEVEL=0",
}


@dataclass(frozen=True)
class Fault:
    name: str
    strike: Callable[[Server, Authority], None]
    reason: str


FAULTS = [
    # It takes plain text from everyone, so that a function that fell back to it would get through.
    Fault("lost TLS", lambda server, _: server.change(ssl="off", hosts=ANYHOW), "login failed: Server refuses SSL"),
    Fault(
        "expired certificate",
        lambda server, ca: server.change(identity=ca.issue(begins=-2 * HOUR, ends=-HOUR)),
        "certificate has expired",
    ),
    Fault(
        "certificate of the future",
        lambda server, ca: server.change(identity=ca.issue(begins=HOUR, ends=2 * HOUR)),
        "certificate is not yet valid",
    ),
    Fault(
        "foreign authority of the same name",
        lambda server, _: server.change(identity=Authority().issue()),
        "certificate verify failed",
    ),
    Fault(
        "another host's certificate",
        lambda server, ca: server.change(identity=ca.issue("elsewhere.example")),
        "certificate is not valid for 'localhost'",
    ),
    Fault(
        "TLS 1.1 at best",
        lambda server, _: server.change(**OLD_TLS),
        "(?i)protocol.version",
    ),
    Fault("down", lambda server, _: server.stop(), "Can't create a connection to host localhost.*refused"),
    Fault(
        "user shut out",
        lambda server, _: server.change(hosts=ANYHOW.replace("scram-sha-256", "reject")),
        "refused by postgresql: 28000 pg_hba.conf rejects",
    ),
]
#: The steps done before the fault, the step that meets it, and whether the server has the new password by then.
STATES = [
    pytest.param(["createSecret"], "setSecret", False, id="version stored"),
    pytest.param(["createSecret", "setSecret"], "testSecret", True, id="password set"),
    pytest.param(["createSecret", "setSecret"], "setSecret", True, id="password set, step repeated"),
]


@pytest.mark.parametrize(("done", "step", "is_set"), STATES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_changes_nothing_and_the_retry_ends_well(
    fault: Fault, done: list[str], step: str, *, is_set: bool, vault: Vault, target: Target, authority: Authority
) -> None:
    old = vault.value()
    token = vault.begin()
    for earlier in done:
        vault.step(earlier, token)
    before = vault.value("AWSPENDING")
    lines = len(target.server.log)

    fault.strike(target.server, authority)
    with pytest.raises(RotationError, match=fault.reason):
        vault.step(step, token)
    meanwhile = target.server.log[lines:]
    target.server.mend()

    assert f"authorized: user={old['username']}" not in meanwhile
    assert vault.value() == old
    assert vault.value("AWSPENDING") == before
    assert target.opens(old) is not is_set
    vault.rotate(token)
    assert vault.value() == before
    assert target.opens(before)
    assert not target.opens(old)


def test_a_server_that_goes_down_before_the_commit_has_the_old_password(
    vault: Vault, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = vault.value()
    token = vault.begin()
    run = Session._run

    def run_or_stop(self: Session, statement: str, **parameters: str) -> list[Any]:
        if statement == "COMMIT":
            target.server.stop()
        return run(self, statement, **parameters)

    vault.step("createSecret", token)
    with monkeypatch.context() as patch:
        patch.setattr(Session, "_run", run_or_stop)
        with pytest.raises(RotationError, match=r"statement (refused|failed)"):
            vault.step("setSecret", token)
    target.server.start()
    assert target.opens(old)
    vault.rotate(token)
    assert target.opens(vault.value())


@pytest.mark.parametrize(
    ("settings", "encrypted"),
    [({"ssl": "off"}, [[None]]), (OLD_TLS, [["TLSv1.1"]])],
    ids=["plain text", "TLS 1.1"],
)
def test_a_laxer_client_would_get_through(
    target: Target, settings: dict[str, str], encrypted: list[list[str | None]]
) -> None:
    """Otherwise the faults above would prove nothing."""
    role = f"lax_{len(settings)}"
    target.create_role(role, "a password")
    target.server.change(hosts=ANYHOW, **settings)
    lax = ssl.create_default_context(cafile=target.ca_bundle)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        lax.minimum_version = ssl.TLSVersion.TLSv1
    lax.set_ciphers("DEFAULT:@SECLEVEL=0")
    context = None if settings == {"ssl": "off"} else lax
    connection = Connection(
        role,
        host="localhost",
        port=target.server.port,
        database="postgres",
        password="a password",  # noqa: S106  # the test's own
        ssl_context=context,
    )
    assert connection.run("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == encrypted
    connection.close()


def test_rejects_a_missing_ca_bundle(vault: Vault) -> None:
    vault.environment["CA_BUNDLE"] = "/nowhere/certificates.pem"
    with pytest.raises(RotationError, match=r"ca bundle /nowhere/certificates\.pem cannot be used"):
        vault.rotate()


def test_the_machines_own_authorities_are_not_trusted(
    vault: Vault, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(target.ca_bundle))
    foreign = tmp_path / "foreign.pem"
    foreign.write_text(Authority().pem)
    vault.environment["CA_BUNDLE"] = str(foreign)
    with pytest.raises(RotationError, match="certificate verify failed"):
        vault.rotate()
