"""What the function is told by its environment; nothing of it is secret."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import RotationError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Shipped beside the code; see ``bundle.py``.
CA_BUNDLE = Path(__file__).with_name("certificates.pem")
#: What a URL, a shell, a connection string or RDS gives a meaning of its own; ``-._`` and ``~`` are left.
EXCLUDE_CHARACTERS = " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}"
PASSWORD_LENGTH = 32
#: RDS takes master passwords of 8 to 128 characters; 16 of the 66 that are left carry 96 bits.
SHORTEST, LONGEST = 16, 128


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the trusted certificates are, what a new password is made of, and whether applications have one."""

    ca_bundle: Path
    password_length: int
    exclude_characters: str
    iam: bool

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings.

        Parameters
        ----------
        environment
            ``CA_BUNDLE``, by default the file shipped beside the code; ``PASSWORD_LENGTH`` in characters, by default
            32; ``EXCLUDE_CHARACTERS``, by default everything but letters, digits and ``-._~``;
            ``APPLICATION_AUTHENTICATION``, ``password`` or ``iam``, by default ``password``.

        Raises
        ------
        RotationError
            If the length is no number between 16 and 128, or the authentication is neither.
        """
        length = environment.get("PASSWORD_LENGTH", str(PASSWORD_LENGTH))
        if not length.isdecimal() or not SHORTEST <= int(length) <= LONGEST:
            raise RotationError(f"PASSWORD_LENGTH is {length!r}, allowed are {SHORTEST} to {LONGEST}")
        authentication = environment.get("APPLICATION_AUTHENTICATION", "password")
        if authentication not in {"password", "iam"}:
            raise RotationError(f"APPLICATION_AUTHENTICATION is {authentication!r}, allowed are password, iam")
        return cls(
            ca_bundle=Path(environment.get("CA_BUNDLE", CA_BUNDLE)),
            password_length=int(length),
            exclude_characters=environment.get("EXCLUDE_CHARACTERS", EXCLUDE_CHARACTERS),
            iam=authentication == "iam",
        )
