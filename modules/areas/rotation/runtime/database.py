"""What the steps do on the PostgreSQL server: log in over verified TLS, and set a password that no log shows."""

from __future__ import annotations

import ssl
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

import pg8000
from pg8000.native import Connection, identifier, literal
from scramp import ScramException

from .errors import RotationError, WrongPasswordError
from .scram import verifier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .credentials import Credentials

#: Seconds for each answer of the server, the first included.
TIMEOUT = 5
#: The server gives up first, so that its reason is the one that is reported.
PARAMETERS = {"lock_timeout": "4s", "statement_timeout": "4s", "idle_in_transaction_session_timeout": "30s"}
#: The role whose members log in with tokens of IAM.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
RDS_IAM = "rds_iam"
#: Asked of the grants themselves: to ``pg_has_role`` a superuser is a member of everything.
MEMBER = """SELECT FROM pg_auth_members WHERE roleid = (SELECT oid FROM pg_roles WHERE rolname = :holder)
AND member = (SELECT oid FROM pg_roles WHERE rolname = :role)"""
INVALID_PASSWORD = "28P01"  # noqa: S105  # an SQLSTATE


def tls_context(ca_bundle: Path) -> ssl.SSLContext:
    """Make what verifies the server: chain, dates and host name, against these certificates and no others.

    Parameters
    ----------
    ca_bundle
        PEM file of the certificates that are trusted.

    Raises
    ------
    RotationError
        If the file is missing or holds no certificate.
    """
    try:
        context = ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:
        raise RotationError(f"ca bundle {ca_bundle} cannot be used: {error}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Session:
    """A login on a writer, closed on leaving its ``with`` block; what was not committed is undone then."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Log out; a server that is gone already is no fault."""
        with suppress(pg8000.Error, OSError):
            self._connection.close()

    @contextmanager
    def exclusive(self, role: str) -> Iterator[None]:
        """Hold a lock on a role's password and commit at the end: two rotations change it one after the other."""
        self._run("START TRANSACTION")
        self._run("SELECT pg_advisory_xact_lock(hashtextextended(:role, 0))", role=role)
        yield
        self._run("COMMIT")

    def set_password(self, *, role: str, password: str) -> None:
        """Give a role a password, by its verifier."""
        self._run(f"ALTER ROLE {identifier(role)} PASSWORD {_verifier(password)}")

    def let_in(self, credentials: Credentials) -> None:
        """Have one user of a pair log in as its secret says, making what is missing of the pair first.

        A user has no rights of its own but to connect. It is a member of the pair's group and acts as the group from
        its login on: what either user makes belongs to the group, and both can use it. ``NOINHERIT`` keeps it so: who
        sets the group aside can make nothing. The group has a schema of the pair's own and may make what it likes in
        there, and nowhere else.

        Raises
        ------
        RotationError
            If a role has the user's name that is not a member of the group.

        See https://www.postgresql.org/docs/current/role-membership.html and
        https://www.postgresql.org/docs/current/ddl-schemas.html
        """
        role, group = credentials.username, credentials.group
        if not self._exists(group):
            self._make_group(credentials)
        if not self._exists(role):
            self._make_user(credentials)
        elif not self._run(MEMBER, role=role, holder=group):
            raise RotationError(f"role {role!r} is not a member of {group!r}, drop it or grant it {group!r}")
        if credentials.password is None:
            self._run(f"GRANT {RDS_IAM} TO {identifier(role)}")
        else:
            self.set_password(role=role, password=credentials.password)

    def require_token_login(self, role: str) -> None:
        """Refuse a role that RDS takes no tokens of IAM for."""
        if not self._run(MEMBER, role=role, holder=RDS_IAM):
            raise RotationError(f"role {role!r} has no password and is not a member of {RDS_IAM}, rotate the secret")

    def _make_group(self, credentials: Credentials) -> None:
        group, schema = identifier(credentials.group), identifier(credentials.owner)
        self._run(f"CREATE ROLE {group} NOLOGIN")
        self._run(f"GRANT TEMPORARY ON DATABASE {identifier(credentials.database)} TO {group}")
        self._run(f"CREATE SCHEMA {schema}")
        self._run(f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {group}")
        # Up to PostgreSQL 14 everyone may make things here, and what is found first by its name may be another's.
        self._run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")

    def _make_user(self, credentials: Credentials) -> None:
        role, group = identifier(credentials.username), identifier(credentials.group)
        self._run(f"CREATE ROLE {role} LOGIN NOINHERIT")
        self._run(f"GRANT CONNECT ON DATABASE {identifier(credentials.database)} TO {role}")
        self._run(f"GRANT {group} TO {role}")
        self._run(f"ALTER ROLE {role} SET role TO {group}")
        self._run(f"ALTER ROLE {role} SET search_path TO {identifier(credentials.owner)}, public")

    def _exists(self, role: str) -> bool:
        return bool(self._run("SELECT FROM pg_roles WHERE rolname = :role", role=role))

    def require_writer(self) -> None:
        """Refuse a replica: it cannot store a password, and what it holds may be behind."""
        if self._run("SELECT pg_is_in_recovery()")[0][0]:
            raise RotationError("server is a replica, rotation runs at the writer only")

    def _run(self, statement: str, **parameters: str) -> list[Any]:
        with _reported("statement"):
            return self._connection.run(statement, **parameters) or []


def connect(credentials: Credentials, *, tls: ssl.SSLContext) -> Session:
    """Log in on a writer, over TLS or not at all.

    Parameters
    ----------
    credentials
        Who and where.
    tls
        What ``tls_context`` made.

    Raises
    ------
    WrongPasswordError
        If the server refuses the password, and for no other reason.
    RotationError
        If the server cannot be reached or trusted, refuses TLS or the user, or is a replica.
    """
    with _reported("login"):
        connection = Connection(
            credentials.username,
            host=credentials.host,
            port=credentials.port,
            database=credentials.database,
            password=credentials.password,
            # With a context, pg8000 gives up where the server refuses TLS; with None it would go on in plain text.
            ssl_context=tls,
            timeout=TIMEOUT,
            application_name="meridian-rotation",
            startup_params=PARAMETERS,
        )
    session = Session(connection)
    try:
        session.require_writer()
    except RotationError:
        session.close()
        raise
    return session


def _verifier(password: str) -> str:
    try:
        return str(literal(verifier(password)))
    except ValueError as error:
        raise RotationError(f"{error}") from None


@contextmanager
def _reported(doing: str) -> Iterator[None]:
    """Turn the driver's exceptions into ours, without the values that they hold."""
    try:
        yield
    except pg8000.DatabaseError as error:
        fields = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        kind = WrongPasswordError if fields.get("C") == INVALID_PASSWORD else RotationError
        raise kind(f"{doing} refused by postgresql: {fields.get('C')} {fields.get('M')}") from None
    except (pg8000.Error, OSError, ScramException) as error:
        reason = f"{error}: {error.__cause__}" if error.__cause__ else f"{error}"
        raise RotationError(f"{doing} failed: {reason or type(error).__name__}") from None
