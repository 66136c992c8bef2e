"""The verifier against RFC 7677's example, and against the server that is to believe it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.areas.rotation.runtime.scram import verifier

if TYPE_CHECKING:
    from tests.rotation.target import Target

SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
MESSAGE = b",".join(
    [
        b"n=user,r=rOprNGfwEbeRWgbNEkqO",
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    ]
)
PROOF = base64.b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
SIGNATURE = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_verifier_checks_the_client_and_proves_the_server_of_rfc_7677() -> None:
    scheme, parameters, keys = verifier("pencil", salt=SALT).split("$")
    assert (scheme, parameters) == ("SCRAM-SHA-256", "4096:W22ZaJ0SNY7soEsUEjb6gQ==")
    stored_key, server_key = (base64.b64decode(key) for key in keys.split(":"))
    # RFC 5802, section 3: ClientProof := ClientKey XOR ClientSignature, StoredKey := H(ClientKey)
    signature = hmac.digest(stored_key, MESSAGE, "sha256")
    client_key = bytes(left ^ right for left, right in zip(PROOF, signature, strict=True))
    assert hashlib.sha256(client_key).digest() == stored_key
    assert base64.b64encode(hmac.digest(server_key, MESSAGE, "sha256")).decode() == SIGNATURE


def test_salts_are_of_16_bytes_and_never_the_same() -> None:
    salts = {verifier("pencil").split("$")[1].removeprefix("4096:") for _ in range(20)}
    assert len(salts) == 20
    assert {len(base64.b64decode(salt)) for salt in salts} == {16}


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_verifier_needs_no_quoting_and_does_not_show_the_password(password: str) -> None:
    text = verifier(password, iterations=1)
    assert set(text) <= set("SCRAM-SHA-256$:+/=") | {character for character in text if character.isalnum()}
    assert password not in text or len(password) < 8


def test_the_server_stores_it_as_it_is_and_takes_the_password(target: Target) -> None:
    role, password = f"scram_{uuid.uuid4().hex[:8]}", "~p'\"$\\ enc;il-"
    text = verifier(password)
    target.server.query(f"CREATE ROLE {role} LOGIN PASSWORD '{text}'")
    assert target.server.query("SELECT rolpassword FROM pg_authid WHERE rolname = :it", it=role) == [[text]]
    assert target.opens(target.secret_value(role, password))
    assert not target.opens(target.secret_value(role, password + " "))


def test_the_server_computes_the_same(target: Target) -> None:
    role = f"scram_{uuid.uuid4().hex[:8]}"
    target.server.query(f"CREATE ROLE {role} PASSWORD 'pencil'")
    [[theirs]] = target.server.query("SELECT rolpassword FROM pg_authid WHERE rolname = :it", it=role)
    salt = base64.b64decode(theirs.split("$")[1].removeprefix("4096:"))
    assert verifier("pencil", salt=salt) == theirs


@pytest.mark.parametrize("password", ["", "pässword", "pass\nword", "pass\0word", "pass\u00a0word"])
def test_rejects_a_password_that_would_have_to_be_normalized(password: str) -> None:
    with pytest.raises(ValueError, match="password must be one or more printable ascii characters"):
        verifier(password)
