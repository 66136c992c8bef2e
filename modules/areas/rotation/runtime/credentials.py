"""A version of the secret: the JSON that Secrets Manager documents for RDS PostgreSQL."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import RotationError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What follows the first user's name in that of the user it alternates with, of the one that logs in with tokens of
#: IAM, and of the role whose rights all of them have.
CLONE_SUFFIX, IAM_SUFFIX, GROUP_SUFFIX = "_clone", "_iam", "_owner"
#: PostgreSQL silently cuts longer identifiers, and two names could become one.
IDENTIFIER_BYTES = 63
HIGHEST_PORT = 65535


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Who logs in where; compared by all that the secret's JSON holds, shown without any of it.

    ``admin_secret`` is the JSON's ``masterarn``: with it, rotation alternates between two users, and makes them. Before
    it has, and for a user that logs in with tokens of IAM, there is no ``password``.
    """

    host: str
    port: int
    database: str
    username: str
    password: str | None = field(repr=False)
    admin_secret: str | None
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Credentials:
        """Read a secret's value.

        Parameters
        ----------
        text
            JSON with ``engine``, ``host``, ``username``, ``password``, and optionally ``port`` (5432), ``dbname``
            (``postgres``) and ``masterarn``, with which ``password`` may be missing. Other keys are kept as they are.
            See https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html

        Raises
        ------
        RotationError
            If it is anything else; the message names the key, never a value.
        """
        try:
            document = json.loads(text)
        except ValueError:
            # The exception holds the text it could not read.
            raise RotationError("secret value is not json") from None
        if not isinstance(document, dict):
            raise RotationError("secret value is not a json object")
        if document.get("engine") != "postgres":
            raise RotationError("engine of the secret value is not 'postgres'")
        username = _text(document, "username")
        paired = "masterarn" in document
        longest = _first(username) + CLONE_SUFFIX if paired else username
        if max(len(name.encode()) for name in (username, longest)) > IDENTIFIER_BYTES:
            raise RotationError(f"username of the secret value is too long, postgresql keeps {IDENTIFIER_BYTES} bytes")
        return cls(
            host=_text(document, "host"),
            port=_port(document),
            database=_text(document, "dbname", default="postgres"),
            username=username,
            password=None if paired and "password" not in document else _text(document, "password"),
            admin_secret=_text(document, "masterarn") if paired else None,
            document=document,
        )

    @property
    def alternates(self) -> bool:
        """Whether rotation changes the other user of a pair and leaves this one's password alone."""
        return self.admin_secret is not None

    @property
    def owner(self) -> str:
        """The user itself, or the first of the pair."""
        return _first(self.username) if self.alternates else self.username

    @property
    def group(self) -> str:
        """The role whose rights both users of a pair have, and which owns what they make."""
        return self.owner + GROUP_SUFFIX

    @property
    def users(self) -> frozenset[str]:
        """Every name that rotation gives or takes for this secret."""
        return frozenset({self.owner, *(self.owner + end for end in (CLONE_SUFFIX, IAM_SUFFIX, GROUP_SUFFIX))})

    def successor(self, password: str | None) -> Credentials:
        """Make the next version: the same but for the password, and for the user if two alternate.

        Parameters
        ----------
        password
            The next one's; ``None`` for the user of a pair that logs in with tokens of IAM.
        """
        following = {**self.document, "username": self._next(password), "password": password}
        if password is None:
            del following["password"]
        return self.parse(json.dumps(following))

    def _next(self, password: str | None) -> str:
        if not self.alternates:
            return self.owner
        if password is None:
            return self.owner + IAM_SUFFIX
        # Whoever has a password now keeps it; without one the first of the pair has not been made, or is not in use.
        return self.owner + CLONE_SUFFIX if self.password is not None and self.username == self.owner else self.owner

    def differences(self, other: Credentials) -> list[str]:
        """Name the keys whose values differ, sorted."""
        keys = {*self.document, *other.document}
        return sorted(key for key in keys if self.document.get(key) != other.document.get(key))

    def same_login(self, other: Credentials) -> bool:
        """Tell whether both mean the same user of the same server."""
        return (self.host, self.port, self.username) == (other.host, other.port, other.username)

    def to_json(self) -> str:
        """Write the value that ``parse`` reads."""
        return json.dumps(self.document)


def _first(username: str) -> str:
    for suffix in (CLONE_SUFFIX, IAM_SUFFIX):
        if username.endswith(suffix):
            return username.removesuffix(suffix)
    return username


def _text(document: Mapping[str, Any], key: str, *, default: str | None = None) -> str:
    value = document.get(key, default)
    # A zero byte would end the value early in PostgreSQL's start-up packet and begin a parameter of its own.
    if not isinstance(value, str) or not value or "\0" in value:
        raise RotationError(f"{key} of the secret value is missing or not a text")
    return value


def _port(document: Mapping[str, Any]) -> int:
    # The console writes a number that was typed in by hand as a text.
    value = str(document.get("port", 5432))
    if not value.isdecimal() or not 1 <= int(value) <= HIGHEST_PORT:
        raise RotationError(f"port of the secret value is not a number from 1 to {HIGHEST_PORT}")
    return int(value)
