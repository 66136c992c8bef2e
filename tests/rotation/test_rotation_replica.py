"""The function at a real standby: it refuses, until the standby is promoted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modules.areas.rotation.runtime.errors import RotationError
from tests.rotation.server import Server, wait_for
from tests.rotation.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rotation.authority import Authority
    from tests.rotation.vault import Vault


@pytest.fixture
def standby(vault: Vault, server: Server, authority: Authority) -> Iterator[Server]:
    """Have the secret name a standby that was copied from the server, role and all, and follows it."""
    with Server.run(authority.issue(), source=server) as standby:
        vault.put(vault.value() | {"port": standby.port})
        yield standby


def test_a_replica_is_refused_at_every_step_that_meets_it_until_it_is_promoted(
    vault: Vault, target: Target, standby: Server
) -> None:
    old = vault.value()
    token = vault.begin()
    vault.step("createSecret", token)
    assert standby.query("SELECT pg_is_in_recovery()") == [[True]]
    with pytest.raises(RotationError, match="server is a replica, rotation runs at the writer only"):
        vault.step("setSecret", token)

    # The password reaches the replica from the writer: testSecret would find that it works there.
    pending = vault.value("AWSPENDING")
    with target.session(old | {"port": target.server.port}) as session:
        session.set_password(role=old["username"], password=pending["password"])
    stored = "SELECT rolpassword FROM pg_authid WHERE rolname = :role"
    wanted = target.server.query(stored, role=old["username"])
    wait_for(lambda: standby.query(stored, role=old["username"]) == wanted)
    with pytest.raises(RotationError, match="server is a replica"):
        vault.step("testSecret", token)
    assert vault.value() == old

    assert standby.query("SELECT pg_promote()") == [[True]]
    vault.rotate(token)
    promoted = Target(standby, target.ca_bundle)
    assert promoted.opens(vault.value())
    assert not promoted.opens(old)


def test_after_a_promotion_the_application_s_users_are_there_and_rotate_once_both_secrets_name_the_new_writer(
    pair: Vault, administrator: Vault, target: Target, server: Server, authority: Authority
) -> None:
    pair.rotate()
    with target.session(pair.value()) as session:
        session._run("CREATE TABLE kept (id int)")
    with Server.run(authority.issue(), source=server) as standby:
        promoted = Target(standby, target.ca_bundle)
        assert standby.query("SELECT pg_promote()") == [[True]]
        before = pair.value()
        pair.put(before | {"port": standby.port})
        assert promoted.opens(pair.value())
        with pytest.raises(RotationError, match="administrator's secret is of another server"):
            pair.rotate()
        administrator.put(administrator.value() | {"port": standby.port})
        administrator.rotate()
        for _ in range(2):
            pair.rotate()
            with promoted.session(pair.value()) as session:
                session._run("INSERT INTO kept VALUES (1)")
        # What came back alone holds what it held.
        assert target.opens(before)
