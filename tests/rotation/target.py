"""What the tests do on the server with a role and its secret."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pg8000.native import identifier

from modules.areas.rotation.runtime.credentials import Credentials
from modules.areas.rotation.runtime.database import Session, connect, tls_context
from modules.areas.rotation.runtime.errors import WrongPasswordError
from modules.areas.rotation.runtime.scram import verifier

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rotation.server import Server


@dataclass
class Target:
    server: Server
    ca_bundle: Path

    def create_role(self, name: str, password: str, options: str = "") -> None:
        """Make a role as the function would, so that the server's log has no password of the tests' own either."""
        self.server.query(f"CREATE ROLE {identifier(name)} LOGIN {options} PASSWORD '{verifier(password)}'")

    def secret_value(self, username: str, password: str, **more: Any) -> dict[str, Any]:  # JSON
        return {
            "engine": "postgres",
            "host": "localhost",
            "port": self.server.port,
            "username": username,
            "password": password,
            "dbname": "postgres",
            "dbInstanceIdentifier": "prod-database",
        } | more

    def session(self, value: dict[str, Any]) -> Session:
        return connect(Credentials.parse(json.dumps(value)), tls=tls_context(self.ca_bundle))

    def opens(self, value: dict[str, Any]) -> bool:
        """Tell whether the server takes this password; any other refusal is a failure of the test."""
        try:
            self.session(value).close()
        except WrongPasswordError:
            return False
        return True
