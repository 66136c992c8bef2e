"""What a secret's value may be."""

from __future__ import annotations

import json
import traceback
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.areas.rotation.runtime.credentials import Credentials
from modules.areas.rotation.runtime.errors import RotationError

VALUE = {
    "engine": "postgres",
    "host": "db.example",
    "port": 5433,
    "username": "app",
    "password": "hidden-from-all",
    "dbname": "shop",
    "dbInstanceIdentifier": "prod-database",
}
PAIR = VALUE | {"masterarn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:administrator"}


def parsed(value: dict[str, Any]) -> Credentials:
    return Credentials.parse(json.dumps(value))


def test_all_of_the_value_is_kept() -> None:
    credentials = parsed(VALUE | {"note": "kept"})
    assert (credentials.host, credentials.port, credentials.database) == ("db.example", 5433, "shop")
    assert json.loads(credentials.to_json()) == VALUE | {"note": "kept"}


def test_port_and_database_have_the_documented_defaults() -> None:
    credentials = parsed({key: value for key, value in VALUE.items() if key not in {"port", "dbname"}})
    assert (credentials.port, credentials.database) == (5432, "postgres")


def test_a_port_may_be_a_text() -> None:
    assert parsed(VALUE | {"port": "5433"}).port == 5433


def test_the_successor_of_a_single_user_differs_in_its_password_only() -> None:
    assert parsed(VALUE).differences(parsed(VALUE).successor("next")) == ["password"]


def test_the_successors_of_a_pair_take_turns() -> None:
    first = parsed(PAIR)
    second = first.successor("next")
    assert [it.username for it in (first, second, second.successor("third"))] == ["app", "app_clone", "app"]
    assert {it.owner for it in (first, second)} == {"app"}


def test_a_pair_without_a_password_begins_with_its_first_user() -> None:
    unmade = parsed({key: value for key, value in PAIR.items() if key != "password"})
    assert unmade.successor("next").username == "app"
    assert unmade.differences(unmade.successor("next")) == ["password"]


def test_the_user_that_logs_in_with_tokens_has_a_name_of_its_own_and_no_password() -> None:
    for username in ("app", "app_clone", "app_iam"):
        following = parsed(PAIR | {"username": username}).successor(None)
        assert (following.username, following.owner, following.group) == ("app_iam", "app", "app_owner")
        assert "password" not in following.document
        assert following.successor("next").username == "app"


def test_a_single_user_may_end_in_the_clones_suffix() -> None:
    assert parsed(VALUE | {"username": "app_clone"}).successor("next").username == "app_clone"


def test_nothing_shows_the_password() -> None:
    assert "hidden-from-all" not in f"{parsed(VALUE)!r} {parsed(VALUE)} {[parsed(VALUE)]}"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"engine": "mysql"}, "engine of the secret value is not 'postgres'"),
        ({"host": ""}, "host of the secret value is missing or not a text"),
        ({"host": None}, "host of the secret value"),
        ({"username": 1}, "username of the secret value"),
        ({"username": "app\0database\0other"}, "username of the secret value"),
        ({"username": "x" * 64}, "username of the secret value is too long, postgresql keeps 63 bytes"),
        ({"username": "é" * 32}, "too long"),
        ({"password": ""}, "password of the secret value"),
        ({"password": ["hidden-from-all"]}, "password of the secret value"),
        ({"dbname": 5}, "dbname of the secret value"),
        ({"masterarn": None}, "masterarn of the secret value"),
        ({"port": 0}, "port of the secret value is not a number from 1 to 65535"),
        ({"port": 65536}, "port of the secret value"),
        ({"port": "hidden-from-all"}, "port of the secret value"),
        ({"port": True}, "port of the secret value"),
    ],
)
def test_rejects_a_value_naming_its_key_only(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(RotationError, match=reason) as caught:
        parsed(VALUE | change)
    assert "hidden-from-all" not in "".join(traceback.format_exception(caught.value))


def test_rejects_a_single_user_without_a_password() -> None:
    with pytest.raises(RotationError, match="password of the secret value is missing"):
        parsed({key: value for key, value in VALUE.items() if key != "password"})


def test_rejects_a_pair_whose_longest_name_postgresql_would_cut() -> None:
    parsed(PAIR | {"username": "x" * 57})
    with pytest.raises(RotationError, match="too long"):
        parsed(PAIR | {"username": "x" * 58})


@pytest.mark.parametrize("text", ["", "hidden-from-all", '{"password": "hidden-from-all"', "[]", "null", '"text"'])
def test_rejects_what_is_no_json_object(text: str) -> None:
    with pytest.raises(RotationError, match="secret value is not") as caught:
        Credentials.parse(text)
    assert "hidden-from-all" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__cause__ is None


JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({"key": "value"})


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from([*PAIR]), JSON).map(lambda change: PAIR | change) | JSON)
def test_any_json_is_read_or_rejected(value: object) -> None:
    try:
        credentials = Credentials.parse(json.dumps(value))
    except RotationError:
        return
    assert json.loads(credentials.to_json()) == value
