"""The four steps of a rotation, each of which can be repeated from any point at which the one before it broke off.

See https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import RotationError, WrongPasswordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .credentials import Credentials
    from .database import Session
    from .store import SecretStore


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """One rotation of one secret.

    Parameters
    ----------
    store
        The secret.
    connect
        Logs in; raises ``WrongPasswordError`` if, and only if, the password is refused.
    new_password
        Makes a password.
    token
        The version that is to become the current one.
    iam
        Whether the users of a pair log in with tokens of IAM and have no password.
    """

    store: SecretStore
    connect: Callable[[Credentials], Session]
    new_password: Callable[[], str]
    token: str
    iam: bool = False

    def run(self, step: str) -> str:
        """Do a step, or find that it was done.

        Parameters
        ----------
        step
            ``createSecret``, ``setSecret``, ``testSecret`` or ``finishSecret``.

        Returns
        -------
        str
            What came of it, for the log.

        Raises
        ------
        RotationError
            If the step did not happen; it can be called again.
        """
        steps = {
            "createSecret": self.create,
            "setSecret": self.set,
            "testSecret": self.test,
            "finishSecret": self.finish,
        }
        if step not in steps:
            raise RotationError(f"step is {step!r}, allowed are {', '.join(steps)}")
        if not self.store.must_rotate(self.token):
            return "version is current already"
        return steps[step]()

    def create(self) -> str:
        """Store the next version, unless it is stored."""
        current = self.store.current()
        if self.store.pending(self.token) is not None:
            return "version was stored already"
        password = None if self.iam and current.alternates else self.new_password()
        stored = self.store.put_pending(self.token, current.successor(password))
        return "version stored" if stored else "version was stored by another run"

    def set(self) -> str:
        """Give the server the pending password, unless it has it; of a pair, make what is missing as well."""
        current = self.store.current()
        pending = self._pending()
        # Before anything is sent: a changed host would be given the passwords.
        _require_successor(pending, of=current)
        if self._opens(pending):
            return "password was set already"
        with self._administrator(current, pending) as session, session.exclusive(current.owner):
            # Whoever waited for the lock may have lost the right to it.
            if not self.store.must_rotate(self.token):
                return "version is current already"
            if pending.alternates or pending.password is None:
                session.let_in(pending)
            else:
                session.set_password(role=pending.username, password=pending.password)
        return "user takes tokens" if pending.password is None else "password set"

    def test(self) -> str:
        """Log in with the pending version."""
        current = self.store.current()
        pending = self._pending()
        # Where rotation is attached without rotating, Secrets Manager has a copy of the current version tested.
        if pending.differences(current):
            _require_successor(pending, of=current)
        if pending.password is None:
            # The function may not log in as the application.
            with self._administrator(current, pending) as session:
                session.require_token_login(pending.username)
            return "user logs in with tokens"
        self.connect(pending).close()
        return "password works"

    def finish(self) -> str:
        """Make the pending version the current one."""
        self._pending()
        self.store.promote(self.token)
        return "version is current"

    def _pending(self) -> Credentials:
        pending = self.store.pending(self.token)
        if pending is None:
            raise RotationError("version has no value yet, createSecret comes first")
        return pending

    def _opens(self, credentials: Credentials) -> bool:
        if credentials.password is None:
            return False
        try:
            self.connect(credentials).close()
        except WrongPasswordError:
            return False
        return True

    def _administrator(self, current: Credentials, pending: Credentials) -> Session:
        """Log in as who may set the password: the user itself, or the administrator of a pair."""
        if current.admin_secret is None:
            return self._first_that_opens(self._own_logins(current, pending), "the secret")
        # Only whoever knows a working login of the pair may have it changed; before the first rotation there is none.
        if current.password is not None:
            self.connect(current).close()
        store = self.store.sibling(current.admin_secret)
        administrator = store.current()
        places = [(one.host, one.port, one.database) for one in (administrator, current)]
        if places[0] != places[1]:
            raise RotationError("administrator's secret is of another server or database")
        if administrator.username in current.users:
            raise RotationError("administrator is one of the alternating users")
        return self._first_that_opens(_logins_of(store, administrator), "the administrator's secret")

    def _own_logins(self, current: Credentials, pending: Credentials) -> Iterator[Credentials]:
        yield current
        yield from (earlier for earlier in self.store.earlier() if earlier.same_login(current))
        # Another run of the same rotation may have set it since it was tried.
        yield pending

    def _first_that_opens(self, logins: Iterator[Credentials], of: str) -> Session:
        for credentials in logins:
            try:
                return self.connect(credentials)
            except WrongPasswordError:
                continue
        raise RotationError(f"no version of {of} opens the database, reset the password to the current one")


def _logins_of(store: SecretStore, administrator: Credentials) -> Iterator[Credentials]:
    yield administrator
    # Its own rotation may have set the next one and not ended yet, or never.
    yield from (other for other in (*store.next(), *store.earlier()) if other.same_login(administrator))


def _require_successor(pending: Credentials, *, of: Credentials) -> None:
    differing = pending.differences(of.successor(pending.password))
    if differing:
        raise RotationError(
            f"pending version differs from the current one in {', '.join(differing)}, "
            "remove its AWSPENDING stage and rotate again"
        )
