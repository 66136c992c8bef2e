"""A PostgreSQL server on 127.0.0.1 that can be broken in the ways that servers break."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg8000.native import Connection

from tests.rotation.programs import account, postgresql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.rotation.authority import Identity

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "ssl": "on",
    "ssl_min_protocol_version": "TLSv1.2",
    "ssl_max_protocol_version": "TLSv1.3",
    "ssl_ciphers": "DEFAULT",
    "log_statement": "all",
    "log_connections": "on",
    "log_min_duration_statement": "0",
    "log_parameter_max_length": "-1",
    "fsync": "off",
    "shared_buffers": "16MB",
}
#: The socket is the tests' own way in, whatever state TLS is in.
LOCAL = "local all postgres trust\nlocal replication postgres trust\n"
TLS_ONLY = "hostssl all all 127.0.0.1/32 scram-sha-256\n"
ANYHOW = "host all all 127.0.0.1/32 scram-sha-256\n"
#: Seconds; other tests take the processor meanwhile.
PATIENCE = 120


class Server:
    """One server, stopped when made."""

    def __init__(self, identity: Identity, *, source: Server | None = None) -> None:
        self.identity = identity
        # Not pytest's folder: that one is closed to the account that runs the server.
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        self.data = self.folder / "data"
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._own(self.folder)
        if source is None:
            self._call("initdb", "--no-sync", "--username=postgres", "--encoding=UTF8", "--no-locale", "-D", self.data)
        else:
            self._copy(source)

    @classmethod
    @contextmanager
    def run(cls, identity: Identity, *, source: Server | None = None) -> Iterator[Server]:
        """A server, or a standby of one, that runs for a while and leaves nothing."""
        server = cls(identity, source=source)
        try:
            server.start()
            yield server
        finally:
            server.remove()

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def start(self) -> None:
        self._configure(self.identity, TLS_ONLY, {})
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [postgresql() / "postgres", "-D", self.data], cwd=self.folder, stdout=log, stderr=log, **account()
            )
        wait_for(self._answers)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE)
            self._process = None

    def kill(self) -> None:
        """End as a server whose machine is lost."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE)
        self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def change(self, *, identity: Identity | None = None, hosts: str = TLS_ONLY, **settings: str) -> None:
        """Run with another certificate, host rules or settings from now on."""
        before = self.query("SELECT pg_conf_load_time()")
        self._configure(identity or self.identity, hosts, settings)
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.query("SELECT pg_conf_load_time()") != before)

    def mend(self) -> None:
        """Run, and as ``start`` left it."""
        if self._process is None:
            self.start()
        else:
            self.change()

    def query(self, statement: str, **parameters: Any) -> list[Any]:  # what the driver takes
        with self.administrator() as connection:
            return connection.run(statement, **parameters) or []

    @contextmanager
    def administrator(self, database: str = "postgres") -> Iterator[Connection]:
        path = str(self.folder / f".s.PGSQL.{self.port}")
        connection = Connection("postgres", unix_sock=path, database=database, timeout=PATIENCE, ssl_context=False)
        try:
            yield connection
        finally:
            connection.close()

    def _configure(self, identity: Identity, hosts: str, settings: dict[str, str]) -> None:
        values = SETTINGS | settings | {"port": str(self.port), "unix_socket_directories": str(self.folder)}
        self._write("postgresql.conf", "".join(f"{key} = '{value}'\n" for key, value in values.items()))
        self._write("pg_hba.conf", LOCAL + hosts)
        self._write("server.crt", identity.certificate.decode())
        self._write("server.key", identity.key.decode())

    def _write(self, name: str, text: str) -> None:
        file = self.data / name
        file.write_text(text)
        file.chmod(0o600)
        self._own(file)

    def _copy(self, source: Server) -> None:
        """Become a standby of a running server, as pg_basebackup would, which not every package of the server has."""
        with source.administrator() as connection:
            connection.run("SELECT pg_backup_start('standby', true)")
            subprocess.run(["cp", "-a", source.data, self.data], check=True, cwd=self.folder, **account())
            label = connection.run("SELECT labelfile FROM pg_backup_stop(false)")[0][0]
        (self.data / "postmaster.pid").unlink()
        self._write("backup_label", label)
        self._write("standby.signal", "")
        upstream = f"host={source.folder} port={source.port} user=postgres"
        self._write("postgresql.auto.conf", f"primary_conninfo = '{upstream}'\n")

    def _call(self, program: str, *arguments: object) -> None:
        command = [postgresql() / program, *map(str, arguments)]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True, **account())

    def _own(self, path: Path) -> None:
        if who := account():
            os.chown(path, who["user"], who["group"])

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"server did not start:\n{self.log}")
        try:
            self.query("SELECT 1")
        except Exception:  # noqa: BLE001  # not up yet, in any way
            return False
        return True


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so, for two minutes at most."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
