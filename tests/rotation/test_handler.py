"""The entry point: events, environment, and logs that hold no secret whatever happens."""

from __future__ import annotations

import json
import logging
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from modules.areas.rotation.runtime import handler, log
from modules.areas.rotation.runtime.errors import RotationError
from modules.areas.rotation.runtime.settings import Settings
from tests.rotation.vault import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.rotation.vault import Listener, Vault

EVENT = {"Step": "createSecret", "SecretId": "the-secret", "ClientRequestToken": "0" * 36}


@pytest.fixture
def function(ca_bundle: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start as Lambda starts: nothing configured, the listener's handler least of all, and the environment set."""
    assert listener in log.LOGGER.handlers
    forget_client = handler._client.cache_clear
    monkeypatch.setenv("CA_BUNDLE", str(ca_bundle))
    monkeypatch.setattr(log.LOGGER, "handlers", [])
    monkeypatch.setattr(log.LOGGER, "propagate", True)
    levels = {name: logging.getLogger(name).level for name in log.TALKATIVE}
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    forget_client()


@pytest.mark.usefixtures("function")
def test_all_steps_run_through_the_entry_point_and_log_one_json_line_each(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(handler, "_client", lambda: vault.client)
    token = vault.begin()
    for step in STEPS:
        handler.handler({"Step": step, "SecretId": vault.arn, "ClientRequestToken": token}, None)
    vault.spoken.append(printed := capsys.readouterr().out)
    lines = [json.loads(line) for line in printed.splitlines()]
    assert [line["step"] for line in lines] == list(STEPS)
    for line in lines:
        assert (line["level"], line["message"], line["secret"], line["version"]) == (
            "INFO",
            "step done",
            vault.arn,
            token,
        )
        assert line["timestamp"].endswith("+00:00")


@pytest.mark.usefixtures("function")
def test_the_client_has_timeouts_and_few_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    config = handler._client().meta.config  # type: ignore[attr-defined]
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (3, 5, 3)


def test_requests_and_answers_of_boto3_are_not_logged_at_any_level(vault: Vault, listener: Listener) -> None:
    logging.getLogger("botocore").setLevel(logging.DEBUG)
    password = vault.value()["password"]
    assert password in str(listener.heard), "botocore says nothing that would have to be kept quiet"
    listener.heard.clear()
    log.configure()
    vault.rotate()


@pytest.mark.parametrize("key", EVENT)
@pytest.mark.parametrize("value", [None, "", 5])
def test_rejects_an_event_that_lacks(key: str, value: object) -> None:
    with pytest.raises(RotationError, match=f"event lacks {key}"):
        handler.respond(EVENT | {key: value}, client=Broken(), environment={})


def test_rejects_an_unknown_step_naming_the_known_ones(ca_bundle: Path) -> None:
    with pytest.raises(RotationError, match="step is 'dropTables', allowed are createSecret, setSecret, testSecret, f"):
        handler.respond(EVENT | {"Step": "dropTables"}, client=Broken(), environment={"CA_BUNDLE": str(ca_bundle)})


@pytest.mark.parametrize("length", ["15", "129", "many", "", "-20", "2e1"])
def test_rejects_a_password_length_that_rds_or_prudence_forbids(length: str) -> None:
    with pytest.raises(RotationError, match=f"PASSWORD_LENGTH is '{length}', allowed are 16 to 128"):
        Settings.from_environment({"PASSWORD_LENGTH": length})


def test_rejects_an_authentication_that_there_is_not() -> None:
    with pytest.raises(RotationError, match="APPLICATION_AUTHENTICATION is 'kerberos', allowed are password, iam"):
        Settings.from_environment({"APPLICATION_AUTHENTICATION": "kerberos"})


def test_the_ca_bundle_is_beside_the_code_by_default() -> None:
    assert Settings.from_environment({}).ca_bundle.parent.samefile(handler.__file__.rpartition("/")[0])


def test_an_unforeseen_error_is_reported_by_type_and_place_and_never_by_its_text(
    ca_bundle: Path, listener: Listener
) -> None:
    client = Broken(ValueError("hidden-from-all"))
    with pytest.raises(RotationError, match=r"ValueError at test_handler\.py:\d+") as caught:
        handler.respond(EVENT, client=client, environment={"CA_BUNDLE": str(ca_bundle)})
    assert "hidden-from-all" not in "".join(traceback.format_exception(caught.value))
    assert "hidden-from-all" not in str(listener.heard)
    assert any("step failed" in text for text in listener.heard)


def test_an_answer_of_aws_is_reported_as_it_is(ca_bundle: Path) -> None:
    client = Broken(ClientError({"Error": {"Code": "AccessDenied", "Message": "no such right"}}, "DescribeSecret"))
    with pytest.raises(RotationError, match=r"\(AccessDenied\).*no such right"):
        handler.respond(EVENT, client=client, environment={"CA_BUNDLE": str(ca_bundle)})


class Broken:
    """A client whose every call ends in an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error or AssertionError("was called")

    def __getattr__(self, call: str) -> Any:  # any call of the client
        def fail(**_: object) -> None:
            raise self._error

        return fail
