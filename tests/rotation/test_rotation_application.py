"""The application's users are made by the first rotation of their secret, with no right that they do not need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from modules.areas.rotation.runtime.database import Session
from modules.areas.rotation.runtime.errors import RotationError
from tests.rotation.vault import STEPS, Crash
from tools.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rotation.target import Target
    from tests.rotation.vault import Vault

ROLES = """SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolinherit, rolcanlogin
FROM pg_roles WHERE starts_with(rolname, :it) ORDER BY rolname"""
GROUPS = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member::regrole::text ~ :it"


def test_the_first_rotation_makes_the_user_and_gives_it_a_password(unmade: Vault, target: Target) -> None:
    before = unmade.value()
    assert "password" not in before
    unmade.rotate()
    value = unmade.value()
    assert value.keys() - before.keys() == {"password"}
    assert {key: value[key] for key in before} == before
    assert target.opens(value)


def test_every_user_is_one_that_logs_in_and_nothing_more(unmade: Vault, target: Target) -> None:
    for _ in range(3):
        unmade.rotate()
    owner = unmade.value()["username"]
    roles = target.server.query(ROLES, it=owner)
    nothing = [False] * 5
    assert roles == [
        [owner, *nothing, False, True],
        [f"{owner}_clone", *nothing, False, True],
        [f"{owner}_owner", *nothing, True, False],
    ]
    assert {group.strip('"') for (group,) in target.server.query(GROUPS, it=owner)} == {f"{owner}_owner"}


def test_password_is_kept_as_a_scram_verifier(unmade: Vault, target: Target) -> None:
    unmade.rotate()
    stored = "SELECT rolpassword FROM pg_authid WHERE rolname = :role"
    ((password,),) = target.server.query(stored, role=unmade.value()["username"])
    assert password.startswith("SCRAM-SHA-256$4096:")


REFUSED = [
    "CREATE TABLE public.made (id int)",
    "CREATE SCHEMA made",
    "CREATE ROLE made",
    "CREATE DATABASE made",
    "CREATE EXTENSION pg_stat_statements",
    'DROP SCHEMA "{owner}"',
    'ALTER DATABASE "{database}" CONNECTION LIMIT 1',
    "ALTER SYSTEM SET ssl TO off",
    'SET ROLE "{administrator}"',
    "ALTER ROLE \"{administrator}\" PASSWORD 'x'",
    'GRANT "{owner}_owner" TO "{administrator}"',
    "SELECT * FROM pg_authid",
    "SELECT * FROM of_the_administrator",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('PG_VERSION')",
]


def test_users_may_do_nothing_outside_their_schema(pair: Vault, administrator: Vault, target: Target) -> None:
    with target.session(administrator.value()) as session:
        session._run("CREATE TABLE of_the_administrator (id int)")
    names = {"owner": pair.value()["username"], "administrator": administrator.value()["username"]}
    names["database"] = pair.value()["dbname"]
    for _ in range(2):
        with target.session(pair.value()) as session:
            for statement in REFUSED:
                with pytest.raises(RotationError, match=r"refused by postgresql: 42501"):
                    session._run(statement.format(**names))
        pair.rotate()


def test_a_user_that_sets_the_group_aside_can_make_nothing(pair: Vault, target: Target) -> None:
    owner = pair.value()["username"]
    with target.session(pair.value()) as session:
        session._run("SET ROLE NONE")
        with pytest.raises(RotationError, match="refused by postgresql: 42501"):
            session._run(f'CREATE TABLE "{owner}".made (id int)')
    with target.session(pair.value()) as session:
        session._run("RESET ROLE")
        session._run("DISCARD ALL")
        session._run("CREATE TEMPORARY TABLE made (id int)")
        assert session._run("SELECT current_user, session_user") == [[f"{owner}_owner", owner]]


def test_what_everyone_might_make_in_public_up_to_postgresql_14_is_taken_back(unmade: Vault, target: Target) -> None:
    asked = "SELECT has_schema_privilege('public', 'CREATE')"
    with target.server.administrator(unmade.value()["dbname"]) as connection:
        connection.run("GRANT CREATE ON SCHEMA public TO PUBLIC")
    unmade.rotate()
    with target.session(unmade.value()) as session:
        assert session._run(asked) == [[False]]


def test_later_rotations_leave_what_an_administrator_granted(pair: Vault, administrator: Vault, target: Target) -> None:
    with target.session(administrator.value()) as session:
        session._run("GRANT CREATE ON SCHEMA public TO PUBLIC")
    pair.rotate()
    with target.session(pair.value()) as session:
        session._run("CREATE TABLE public.made (id int)")


def test_the_tables_of_an_application_that_was_the_master_user_are_handed_on_as_the_page_says(
    unmade: Vault, administrator: Vault, target: Target
) -> None:
    with target.session(administrator.value()) as session:
        session._run("CREATE TABLE orders (id serial PRIMARY KEY, note text)")
        session._run("CREATE TABLE lines (of_order int REFERENCES orders)")
        session._run("INSERT INTO orders (note) VALUES ('before')")
    unmade.rotate()
    names = {"meridian": administrator.value()["username"], "app_owner": f"{unmade.value()['username']}_owner"}
    page = (ROOT / "docs" / "database.md").read_text(encoding="utf-8")
    statements = re.search(r"```plpgsql\n(GRANT app_owner.*?)```", page, re.DOTALL)
    assert statements
    text = re.sub("SCHEMA app|" + "|".join(names), lambda one: _quoted(one[0], names, unmade), statements[1])
    with target.session(administrator.value()) as session:
        for statement in re.split(r";\n(?=DO|REVOKE|$)", text)[:-1]:
            session._run(statement)
    for _ in range(2):
        with target.session(unmade.value()) as session:
            session._run("INSERT INTO orders (note) VALUES ('after')")
            session._run("ALTER TABLE lines ADD COLUMN IF NOT EXISTS count int")
            assert session._run("SELECT note FROM orders ORDER BY id LIMIT 1") == [["before"]]
        unmade.rotate()
    assert target.server.query(GROUPS, it=administrator.value()["username"]) == []


def _quoted(name: str, names: dict[str, str], vault: Vault) -> str:
    if name == "SCHEMA app":
        return f'SCHEMA "{vault.value()["username"]}"'
    return f'"{names[name]}"'


#: What the first rotation does on the server, all of it in one transaction.
MADE_BY = [
    "CREATE ROLE",
    "GRANT TEMPORARY",
    "CREATE SCHEMA",
    "GRANT USAGE",
    "REVOKE CREATE",
    "GRANT CONNECT",
    "ALTER ROLE",
    "COMMIT",
]


@pytest.mark.parametrize("statement", MADE_BY)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_while_the_users_are_made_leaves_nothing_and_the_retry_ends_well(
    unmade: Vault, target: Target, statement: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, owner = unmade.begin(), unmade.value()["username"]
    unmade.step("createSecret", token)
    run = Session._run

    def run_until(self: Session, text: str, **parameters: str) -> list[Any]:
        if text.startswith(statement) and when == "before":
            raise Crash
        rows = run(self, text, **parameters)
        if text.startswith(statement):
            raise Crash
        return rows

    monkeypatch.setattr(Session, "_run", run_until)
    with pytest.raises(Crash):
        unmade.step("setSecret", token)
    monkeypatch.undo()
    committed = (when, statement) == ("after", "COMMIT")
    assert bool(_names(target, owner)) is committed
    assert "password" not in unmade.value()
    unmade.rotate(token)
    assert _names(target, owner) == [owner, f"{owner}_owner"]
    assert target.opens(unmade.value())
    assert len(unmade.passwords()) == 1, "a retry made a password of its own"


@pytest.mark.parametrize("done", range(1, len(STEPS)))
def test_a_first_rotation_that_was_cancelled_does_not_stop_the_next(unmade: Vault, target: Target, done: int) -> None:
    cancelled = unmade.begin()
    for step in STEPS[:done]:
        unmade.step(step, cancelled)
    unmade.rotate()
    assert target.opens(unmade.value())


def test_without_a_password_in_the_secret_the_users_that_stand_get_one(pair: Vault, target: Target) -> None:
    value = pair.value()
    del value["password"]
    pair.put(value)
    pair.rotate()
    assert pair.value()["username"] == value["username"]
    assert target.opens(pair.value())


@pytest.mark.parametrize("options", ["", "CREATEROLE", "SUPERUSER"])
def test_rejects_a_role_that_has_the_user_s_name_and_is_not_of_the_group(
    unmade: Vault, target: Target, options: str
) -> None:
    owner = unmade.value()["username"]
    target.create_role(owner, "a password of its own", options)
    with pytest.raises(RotationError, match="is not a member of"):
        unmade.rotate()
    assert _names(target, owner) == [owner]
    assert target.opens(target.secret_value(owner, "a password of its own"))


def test_rejects_an_administrator_that_does_not_own_the_database(
    unmade: Vault, administrator: Vault, target: Target
) -> None:
    target.server.query(f'ALTER DATABASE "{administrator.value()["dbname"]}" OWNER TO postgres')
    with pytest.raises(RotationError, match="refused by postgresql: 42501"):
        unmade.rotate()
    assert _names(target, unmade.value()["username"]) == []


@pytest.fixture
def iam(unmade: Vault, administrator: Vault, target: Target) -> Iterator[Vault]:
    """A secret whose user logs in with tokens, on a server that has the role of RDS for those who do."""
    target.server.query("CREATE ROLE rds_iam NOLOGIN")
    target.server.query(f'GRANT rds_iam TO "{administrator.value()["username"]}" WITH ADMIN OPTION')
    unmade.environment["APPLICATION_AUTHENTICATION"] = "iam"
    yield unmade
    target.server.query("DROP ROLE rds_iam")


def test_a_user_that_logs_in_with_tokens_has_no_password_anywhere(iam: Vault, target: Target) -> None:
    owner = iam.value()["username"]
    for _ in range(2):
        iam.rotate()
        assert "password" not in iam.value()
        assert iam.value()["username"] == f"{owner}_iam"
    stored = "SELECT rolpassword FROM pg_authid WHERE rolname = :role"
    assert target.server.query(stored, role=f"{owner}_iam") == [[None]]
    groups = [group.strip('"') for (group,) in target.server.query(GROUPS, it=owner)]
    assert sorted(groups) == sorted([f"{owner}_owner", "rds_iam"])
    assert iam.passwords() == set()
    # So that the end of the test finds one to look for.
    iam.environment["APPLICATION_AUTHENTICATION"] = "password"
    iam.rotate()


def test_authentication_changes_either_way_and_what_was_made_stays_in_use(iam: Vault, target: Target) -> None:
    owner, users = iam.value()["username"], []
    for authentication in ("password", "iam", "password", "password", "iam"):
        iam.environment["APPLICATION_AUTHENTICATION"] = authentication
        iam.rotate()
        users.append(iam.value()["username"])
        if authentication == "password":
            assert target.opens(iam.value())
    assert users == [owner, f"{owner}_iam", owner, f"{owner}_clone", f"{owner}_iam"]


def test_the_administrator_s_password_rotates_whatever_applications_log_in_with(
    iam: Vault, administrator: Vault, target: Target
) -> None:
    administrator.environment["APPLICATION_AUTHENTICATION"] = "iam"
    administrator.rotate()
    assert target.opens(administrator.value())
    iam.environment["APPLICATION_AUTHENTICATION"] = "password"
    iam.rotate()


def test_rejects_tokens_on_a_server_that_takes_none(unmade: Vault, target: Target) -> None:
    unmade.environment["APPLICATION_AUTHENTICATION"] = "iam"
    with pytest.raises(RotationError, match='role "rds_iam" does not exist'):
        unmade.rotate()
    assert _names(target, unmade.value()["username"]) == []
    del unmade.environment["APPLICATION_AUTHENTICATION"]
    unmade.rotate()


def _names(target: Target, owner: str) -> list[str]:
    found = target.server.query(
        "SELECT rolname FROM pg_roles WHERE starts_with(rolname, :it) ORDER BY rolname", it=owner
    )
    return [name for (name,) in found]
