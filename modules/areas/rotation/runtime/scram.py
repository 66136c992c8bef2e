"""The form in which PostgreSQL keeps a password, computed here so that no statement carries the password itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

#: What the server itself uses, and the least that RFC 7677 allows.
ITERATIONS = 4096
SALT_BYTES = 16


def verifier(password: str, *, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """Compute the SCRAM-SHA-256 verifier of a password.

    ``ALTER ROLE … PASSWORD`` takes it in place of the password: the server stores it as it is, whatever its
    ``password_encryption`` says, so neither its log nor ``pg_stat_activity`` ever shows the password.

    Parameters
    ----------
    password
        Printable ASCII. Such text is its own SASLprep form, so none is computed.
    salt
        Random bytes, by default 16 fresh ones.
    iterations
        Rounds of the key derivation, by default 4096.

    Returns
    -------
    str
        ``SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>``, the last three in base64. See RFC 5802,
        section 3, and https://www.postgresql.org/docs/current/catalog-pg-authid.html

    Raises
    ------
    ValueError
        If the password is empty or not printable ASCII.
    """
    if not password or not (password.isascii() and password.isprintable()):
        raise ValueError("password must be one or more printable ascii characters")
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    return f"SCRAM-SHA-256${iterations}:{_text(salt)}${_text(stored_key)}:{_text(server_key)}"


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
