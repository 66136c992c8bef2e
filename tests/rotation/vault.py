"""Secrets Manager as the rotation function meets it: moto's, held to AWS's rules where moto is laxer."""

from __future__ import annotations

import json
import logging
import time
import traceback
import uuid
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.secretsmanager.models import secretsmanager_backends

from modules.areas.rotation.runtime.handler import respond

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modules.areas.rotation.runtime.database import Session

REGION = "us-east-1"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


class Crash(BaseException):
    """The function ends here, as when Lambda's time is up."""


@dataclass
class Client:
    """A client of moto's Secrets Manager that runs something before or after a call, such as a crash."""

    real: Any
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    after: dict[str, Callable[[], None]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def __getattr__(self, call: str) -> Callable[..., dict[str, Any]]:
        def made(**arguments: Any) -> dict[str, Any]:  # what boto3 takes
            # Each happens once, so that what it runs can make the same call.
            self.before.pop(call, lambda: None)()
            with self.lock:
                if call == "put_secret_value":
                    self._refuse_to_change_a_version(arguments)
                answer: dict[str, Any] = getattr(self.real, call)(**arguments)
            self.after.pop(call, lambda: None)()
            return answer

        return made

    def _refuse_to_change_a_version(self, arguments: dict[str, Any]) -> None:
        """As AWS does; moto has a pending version overwritten."""
        version = _versions(arguments["SecretId"]).get(arguments["ClientRequestToken"], {})
        if version.get("secret_string") not in {None, arguments["SecretString"]}:
            error = {"Code": "ResourceExistsException", "Message": "version has another value"}
            raise ClientError({"Error": error}, "PutSecretValue")


class Vault:
    """A secret under rotation, and Secrets Manager's part in rotating it."""

    def __init__(self, *, client: Client, name: str, ca_bundle: Path, value: dict[str, Any]) -> None:
        self.client = client
        self.environment = {"CA_BUNDLE": str(ca_bundle)}
        self.spoken: list[str] = []
        self.arn = client.real.create_secret(Name=name)["ARN"]
        # Before there is a version: moto would make the first rotation the current one at once.
        client.real.rotate_secret(SecretId=self.arn, RotationRules={"AutomaticallyAfterDays": 30})
        self.put(value)

    def put(self, value: dict[str, Any], stage: str = "AWSCURRENT", token: str | None = None) -> None:
        if stage == "AWSCURRENT":
            self._make_previous()
        self.client.real.put_secret_value(
            SecretId=self.arn,
            SecretString=json.dumps(value),
            VersionStages=[stage],
            ClientRequestToken=token or str(uuid.uuid4()),
        )

    def _make_previous(self) -> None:
        """Move the labels on, as AWS does; moto leaves that of what a rotation made current where it is."""
        for version in _versions(self.arn).values():
            moved = ["AWSPREVIOUS"] if "AWSCURRENT" in version["version_stages"] else []
            others = [stage for stage in version["version_stages"] if stage not in {"AWSCURRENT", "AWSPREVIOUS"}]
            version["version_stages"] = [*others, *moved]

    def begin(self) -> str:
        """Begin a rotation: its version has the pending stage and no value yet."""
        token = str(uuid.uuid4())
        for version in _versions(self.arn).values():
            version["version_stages"] = [stage for stage in version["version_stages"] if stage != "AWSPENDING"]
        _versions(self.arn)[token] = {
            "version_id": token,
            "version_stages": ["AWSPENDING"],
            "createdate": int(time.time()),
        }
        return token

    def step(self, step: str, token: str, *, connect: Callable[..., Session] | None = None) -> None:
        """Have the function do a step."""
        event = {"Step": step, "SecretId": self.arn, "ClientRequestToken": token, "RotationToken": "not to be logged"}
        options = {} if connect is None else {"connect": connect}
        try:
            respond(event, client=self.client, environment=self.environment, **options)
        except Exception as error:
            self.spoken.append("".join(traceback.format_exception(error)))
            raise

    def rotate(self, token: str | None = None) -> str:
        """Have the function do all steps, from the first, as every retry does."""
        token = token or self.begin()
        for step in STEPS:
            self.step(step, token)
        return token

    def value(self, stage: str = "AWSCURRENT") -> dict[str, Any]:
        answer = self.client.real.get_secret_value(SecretId=self.arn, VersionStage=stage)
        value: dict[str, Any] = json.loads(answer["SecretString"])
        return value

    def stages(self, token: str) -> set[str]:
        return set(_versions(self.arn)[token]["version_stages"])

    def passwords(self) -> set[str]:
        """Give every password that the secret ever held."""
        values = [version.get("secret_string") for version in _versions(self.arn).values()]
        read = [json.loads(value) for value in values if value]
        return {value["password"] for value in read if "password" in value}


class Listener(logging.Handler):
    """Keeps what every record would be written as, of whichever library."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{self.format(record)} {getattr(record, 'fields', '')}")


def _versions(secret_id: str) -> dict[str, dict[str, Any]]:
    secret = secretsmanager_backends[DEFAULT_ACCOUNT_ID][REGION].secrets[secret_id]
    versions: dict[str, dict[str, Any]] = secret.versions
    return versions
