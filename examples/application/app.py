"""A small web application on the platform: notes in PostgreSQL, sessions in DynamoDB, a copy of each note in S3.

It finds everything in its environment: docs/application.md lists the variables. Credentials of AWS come from the role
of the instance, and those of the database from Secrets Manager.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import ssl
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import boto3
import pg8000
from boto3.dynamodb.conditions import Attr
from botocore.config import Config
from pg8000.native import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG = logging.getLogger("application")
#: Seconds that a session lasts, and that the secret is used before it is read again.
SESSION_SECONDS, SECRET_SECONDS = 3600, 300
#: Seconds for each answer of the database.
TIMEOUT = 5
LONGEST_NOTE = 4096
#: SQLSTATEs of a login with an old password, or as a user that is gone.
DENIED = {"28P01", "28000"}
#: Two instances that create the table at the same time would both find it missing.
CREATE = """CREATE TABLE IF NOT EXISTS notes
(id uuid PRIMARY KEY, text text NOT NULL, at timestamptz NOT NULL DEFAULT now())"""


class NotReadyError(Exception):
    """The secret has no password yet: its first rotation has not ended."""


@dataclass
class Database:
    """Connections to the writer, as the application's user.

    Parameters
    ----------
    secrets_manager
        A client of Secrets Manager in the region of the instance.
    secret_arn
        The secret.
    ca_file
        PEM file of the certificate authorities that are trusted: chain, dates and host name of the server are verified.
    """

    secrets_manager: Any
    secret_arn: str
    ca_file: str
    _value: dict[str, Any] = field(default_factory=dict)
    _read_at: float = -SECRET_SECONDS

    def connect(self) -> Connection:
        """Log in; if that is denied, or nobody answers, read the secret again and try once more.

        The password may have been rotated, or the writer may be in another region since a failover.
        """
        try:
            return self._log_in()
        except pg8000.DatabaseError as error:
            if _sqlstate(error) not in DENIED:
                raise
        except (pg8000.InterfaceError, OSError):
            LOG.info("the database does not answer: its address is read again")
        self._read_at = -SECRET_SECONDS
        return self._log_in()

    def _log_in(self) -> Connection:
        if time.monotonic() - self._read_at > SECRET_SECONDS:
            answer = self.secrets_manager.get_secret_value(SecretId=self.secret_arn)
            self._value, self._read_at = json.loads(answer["SecretString"]), time.monotonic()
        value = self._value
        if "password" not in value:
            self._read_at = -SECRET_SECONDS
            raise NotReadyError("the secret has no password before its first rotation")
        context = ssl.create_default_context(cafile=self.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return Connection(
            value["username"],
            host=value["host"],
            port=int(value["port"]),
            database=value["dbname"],
            password=value["password"],
            ssl_context=context,
            timeout=TIMEOUT,
        )


class Application:
    """What the requests do.

    Parameters
    ----------
    environment
        The environment variables of the platform.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        region = environment["AWS_REGION"]
        config = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "max_attempts": 3})
        self.database = Database(
            boto3.client("secretsmanager", region_name=region, config=config),
            environment["DATABASE_SECRET_ARN"],
            environment.get("DATABASE_CA_FILE", "/etc/ssl/rds.pem"),
        )
        self.s3 = boto3.client("s3", region_name=region, config=config)
        self.bucket, self.prefix = environment["DATA_BUCKET"], environment["DATA_PREFIX"]
        dynamodb = boto3.resource("dynamodb", region_name=region, config=config)
        self.sessions = dynamodb.Table(environment["SESSIONS_TABLE"])

    def visit(self, session_id: str | None) -> tuple[str, int]:
        """Count a visit, in the session or in a new one; return the session's id and its number of visits."""
        now = int(time.time())
        update: dict[str, Any] = {
            "UpdateExpression": "SET expires_at = :end ADD visits :one",
            "ExpressionAttributeValues": {":end": now + SESSION_SECONDS, ":one": 1},
            "ReturnValues": "ALL_NEW",
        }
        if session_id:
            try:
                # DynamoDB deletes an expired session some days later.
                alive = Attr("expires_at").gt(now)
                item = self.sessions.update_item(Key={"session_id": session_id}, ConditionExpression=alive, **update)
                return session_id, int(item["Attributes"]["visits"])
            except self.sessions.meta.client.exceptions.ConditionalCheckFailedException:
                pass
        session_id = secrets.token_urlsafe(32)
        item = self.sessions.update_item(Key={"session_id": session_id}, **update)
        return session_id, int(item["Attributes"]["visits"])

    def write(self, text: str) -> str:
        """Write a note to the database and a copy to the bucket, and return its id.

        The bucket encrypts the copy with the platform's key, because the request asks for nothing else.
        """
        note = str(uuid.uuid4())
        connection = self.database.connect()
        try:
            connection.run("START TRANSACTION")
            connection.run("SELECT pg_advisory_xact_lock(1)")
            connection.run(CREATE)
            connection.run("INSERT INTO notes (id, text) VALUES (CAST(:id AS uuid), :text)", id=note, text=text)
            connection.run("COMMIT")
        finally:
            connection.close()
        self.s3.put_object(Bucket=self.bucket, Key=f"{self.prefix}notes/{note}", Body=text.encode())
        return note

    def notes(self) -> list[str]:
        """Give the ten newest notes."""
        connection = self.database.connect()
        try:
            if connection.run("SELECT to_regclass('notes')") == [[None]]:
                return []
            rows = connection.run("SELECT text FROM notes ORDER BY at DESC LIMIT 10")
        finally:
            connection.close()
        return [str(row[0]) for row in rows or ()]


class Handler(BaseHTTPRequestHandler):
    """``GET /health``, ``GET /notes`` and ``POST /notes`` with the note as the body."""

    application: Application
    timeout = 30

    def do_GET(self) -> None:
        """Answer the load balancer, or list the notes."""
        if self.path == "/health":
            # Not the database: if that fails, new instances would not help.
            self._answer(HTTPStatus.OK, {"status": "ok"})
        elif self.path == "/notes":
            self._try(lambda: (HTTPStatus.OK, {"notes": self.application.notes()}))
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "not found"})

    def do_POST(self) -> None:
        """Write a note."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/notes" or not length.isdigit() or not 0 < int(length) <= LONGEST_NOTE:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": f"POST /notes takes 1 to {LONGEST_NOTE} bytes"})
            return
        text = self.rfile.read(int(length)).decode(errors="replace").replace("\0", "")
        self._try(lambda: (HTTPStatus.CREATED, {"id": self.application.write(text)}))

    def _try(self, work: Any) -> None:  # noqa: ANN401 - a function that returns a status and a body
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("session")
        try:
            session_id, visits = self.application.visit(cookie.value if cookie else None)
            status, body = work()
        except Exception as error:  # whatever fails, the client gets an answer and the log the reason
            LOG.exception("request failed")
            retry = isinstance(error, NotReadyError | pg8000.Error | OSError)
            status = HTTPStatus.SERVICE_UNAVAILABLE if retry else HTTPStatus.INTERNAL_SERVER_ERROR
            self._answer(status, {"error": "try again later"})
            return
        self._answer(status, {**body, "visits": visits}, session_id=session_id)

    def _answer(self, status: HTTPStatus, body: dict[str, Any], *, session_id: str = "") -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if session_id:
            attributes = f"Max-Age={SESSION_SECONDS}; Path=/; Secure; HttpOnly; SameSite=Lax"
            self.send_header("Set-Cookie", f"session={session_id}; {attributes}")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log no requests: nginx and the load balancer do, without query and cookies."""


def _sqlstate(error: pg8000.DatabaseError) -> str:
    details = error.args[0] if error.args else None
    return str(details.get("C", "")) if isinstance(details, dict) else ""


def main() -> int:
    """Serve until SIGTERM, which ``docker stop`` sends."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(message)s")
    Handler.application = Application(os.environ)
    server = ThreadingHTTPServer(("", int(os.environ.get("PORT", "8080"))), Handler)
    # As process 1 of a container it has no default action for the signal. From a thread, since it waits for the loop.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    LOG.info("listens on port %s", server.server_address[1])
    server.serve_forever()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
