"""The Lambda function's entry point, ``rotation.handler.handler``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config

from . import database, log
from .errors import RotationError
from .settings import Settings
from .steps import Rotation
from .store import SecretsManager, SecretStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .credentials import Credentials

#: Seconds; four calls with their retries fit well into a minute.
CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True, kw_only=True)
class Request:
    """What Secrets Manager asks for."""

    step: str
    secret_id: str
    token: str

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Request:
        """Read an event; keys that are not ours, such as ``RotationToken``, are neither kept nor logged.

        Raises
        ------
        RotationError
            If ``Step``, ``SecretId`` or ``ClientRequestToken`` is missing or no text.
        """
        values = {key: event.get(key) for key in ("Step", "SecretId", "ClientRequestToken")}
        missing = [key for key, value in values.items() if not isinstance(value, str) or not value]
        if missing:
            raise RotationError(f"event lacks {', '.join(missing)}")
        return cls(step=str(values["Step"]), secret_id=str(values["SecretId"]), token=str(values["ClientRequestToken"]))


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Do one step for Secrets Manager.

    Parameters
    ----------
    event
        ``Step``, ``SecretId`` and ``ClientRequestToken``.

    Raises
    ------
    RotationError
        If the step did not happen. Secrets Manager repeats it.
    """
    log.configure()
    respond(event, client=_client(), environment=os.environ)


def respond(
    event: Mapping[str, Any],
    *,
    client: SecretsManager,
    environment: Mapping[str, str],
    connect: Callable[..., database.Session] = database.connect,
) -> None:
    """Do one step with the given clients, and log what came of it.

    Parameters
    ----------
    event
        As ``handler`` is given it.
    client
        Secrets Manager's client.
    environment
        See ``Settings.from_environment``.
    connect
        Logs in with ``credentials`` and ``tls``.

    Raises
    ------
    RotationError
        In place of any exception: Lambda logs what leaves this function, traceback and text.
    """
    fields: dict[str, str] = {}
    try:
        request = Request.parse(event)
        fields.update(step=request.step, secret=request.secret_id, version=request.token)
        outcome = _rotation(request, client=client, environment=environment, connect=connect).run(request.step)
    except Exception as error:  # noqa: BLE001  # what it says may be secret, so nothing leaves as it is
        reason = log.described(error)
        # The traceback that `exception` adds is what must not be logged.
        log.LOGGER.error("step failed", extra={"fields": {**fields, "reason": reason}})
        raise RotationError(reason) from None
    log.LOGGER.info("step done", extra={"fields": {**fields, "outcome": outcome}})


def _rotation(
    request: Request,
    *,
    client: SecretsManager,
    environment: Mapping[str, str],
    connect: Callable[..., database.Session],
) -> Rotation:
    settings = Settings.from_environment(environment)
    store = SecretStore(client=client, secret_id=request.secret_id)
    tls = database.tls_context(settings.ca_bundle)

    def log_in(credentials: Credentials) -> database.Session:
        return connect(credentials, tls=tls)

    return Rotation(
        store=store,
        connect=log_in,
        new_password=partial(
            store.random_password, length=settings.password_length, exclude=settings.exclude_characters
        ),
        token=request.token,
        iam=settings.iam,
    )


@cache
def _client() -> SecretsManager:
    return cast("SecretsManager", boto3.client("secretsmanager", config=CONFIG))
