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

    def set_password_of_pair(self, *, role: str, owner: str, password: str) -> None:
        """Give one of two alternating users a password, making the clone first if there is none.

        The clone is a member of its owner and acts as the owner from its login on, so what it makes belongs to
        the owner and both can use it.

        Raises
        ------
        RotationError
            If the owner does not exist, or if a role has the clone's name that is not the owner's clone.
        """
        if not self._run("SELECT FROM pg_roles WHERE rolname = :role", role=owner):
            raise RotationError(f"role {owner!r} does not exist, create it first")
        if self._run("SELECT FROM pg_roles WHERE rolname = :role", role=role):
            if not self._run("SELECT pg_has_role(:role, :owner, 'MEMBER')", role=role, owner=owner)[0][0]:
                raise RotationError(f"role {role!r} is not a member of {owner!r}, drop it or grant it {owner!r}")
            self.set_password(role=role, password=password)
            return
        self._run(f"CREATE ROLE {identifier(role)} LOGIN PASSWORD {_verifier(password)}")
        self._run(f"GRANT {identifier(owner)} TO {identifier(role)}")
        self._run(f"ALTER ROLE {identifier(role)} SET role TO {identifier(owner)}")

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
