"""Start, find and stop the emulator, and point clients at it."""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import psutil

from tools.aws_session import new_session
from tools.emulator.account import Kind
from tools.emulator.launch import RECORDING_NAME, EmulatorError, end, launch
from tools.emulator.record import Record

LOG_NAME = "emulator.log"
STOP_SECONDS = 5.0
ACCOUNT_ID_DIGITS = 12
SECRET_KEY = "emulator"  # noqa: S105 - the emulator checks no signatures


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What requests are signed with.

    Parameters
    ----------
    access_key : str
        The key by which the emulator knows who asks: one that its IAM gave out, or the emulator's own, which is that of
        the account's root.
    secret_key : str
        Its secret, at which the emulator never looks.
    session_token : str
        The token of a role's session. By default none.
    """

    access_key: str
    secret_key: str = SECRET_KEY
    session_token: str | None = None


class Emulator:
    """One running emulator.

    Made by `start` or `attach`. As a context manager it stops the emulator at the end.

    Parameters
    ----------
    directory : Path
        Where its record and its log are.
    record : Record
        Its identity.
    child : subprocess.Popen, optional
        The process, where this one started it. By default it was started by another command.
    """

    def __init__(self, *, directory: Path, record: Record, child: subprocess.Popen[bytes] | None = None) -> None:
        self.directory = directory
        self.pid = record.pid
        self.endpoint = record.endpoint
        self.account_id = record.account_id
        self.credentials = Credentials(access_key=record.access_key)
        self._record = record
        # Holds the pipe on whose closing an attached child ends, so it must live as long as this object.
        self._child = child

    @classmethod
    def start(
        cls,
        *,
        directory: Path,
        account_id: str = "123456789012",
        account: Kind | None = None,
        detached: bool = False,
        timeout: float = 60,
    ) -> Self:
        """Start an emulator on a free port of 127.0.0.1 and wait until it answers.

        Parameters
        ----------
        directory : Path
            Gets ``emulator.json`` and ``emulator.log``; made if missing, and closed to other users, because the key is
            in it.
        account_id : str
            Twelve digits: the AWS account that the emulator answers as.
        account : Kind, optional
            What kind of account it is: ``new``, ``fresh`` or ``grown``. By default what ``MERIDIAN_EMULATOR_ACCOUNT``
            says, else ``fresh``.
        detached : bool
            True lets it live on after this process. By default it ends with this process, however that ends.
        timeout : float
            Seconds to wait for the first answer.

        Raises
        ------
        EmulatorError
            If the account id is none, if an emulator recorded in ``directory`` runs already, or if the new one does
            not answer in time; then with the tail of its log.
        """
        if not (account_id.isascii() and account_id.isdigit() and len(account_id) == ACCOUNT_ID_DIGITS):
            raise EmulatorError(f"account id {account_id!r} is not {ACCOUNT_ID_DIGITS} digits")
        directory = directory.resolve()
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o700)
        if running := cls.attach(directory):
            raise EmulatorError(f"an emulator runs already at {running.endpoint} (pid {running.pid}): stop it first")
        child, report = launch(
            log=directory / LOG_NAME,
            account_id=account_id,
            account=account or "",
            detached=detached,
            timeout=timeout,
        )
        try:
            record = Record.of(
                pid=child.pid, endpoint=report.endpoint, account_id=account_id, access_key=report.access_key
            )
            first = record.write(directory)
        except BaseException:
            end(child)
            raise
        if not first:
            end(child)
            raise EmulatorError(f"another emulator was started in {directory} at the same time")
        return cls(directory=directory, record=record, child=child)

    @classmethod
    def attach(cls, directory: Path) -> Self | None:
        """Return the running emulator that is recorded in ``directory``, or None.

        The record of a process that is gone, or whose id now belongs to another program, is removed.
        """
        directory = directory.resolve()
        record = Record.read(directory)
        if record is None:
            return None
        if record.process() is None:
            record.remove(directory)
            return None
        return cls(directory=directory, record=record)

    def stop(self) -> None:
        """End the emulator and remove its record; does nothing if it is gone. Whatever it held is lost."""
        process = self._record.process()
        if process is not None:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
                try:
                    process.wait(timeout=STOP_SECONDS)
                except psutil.TimeoutExpired:
                    process.kill()
                    process.wait(timeout=STOP_SECONDS)
        if self._child is not None:
            end(self._child)
        self._record.remove(self.directory)

    @property
    def recording(self) -> Path:
        """The file that takes what is asked of IAM."""
        return self.directory / RECORDING_NAME

    def acting_as(self, credentials: Credentials) -> Self:
        """Return the same emulator for clients and commands that sign with other credentials."""
        other = copy(self)
        other.credentials = credentials
        return other

    def environment(self) -> dict[str, str]:
        """Return the variables that point Terraform, the AWS CLI and every SDK at this emulator.

        They hold no region, and they do not unset ``AWS_PROFILE`` and its like: see `clean_environment`.
        """
        token = self.credentials.session_token
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret_key,
            **({"AWS_SESSION_TOKEN": token} if token else {}),
            "AWS_EC2_METADATA_DISABLED": "true",
            # An endpoint for one service in the user's own profile would win over AWS_ENDPOINT_URL.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            # S3 Control puts the account id before the host, and no resolver knows 123456789012.127.0.0.1. A proxy is
            # not asked to resolve but to answer, which the emulator does. HTTPS, as of the registry, is not concerned.
            "HTTP_PROXY": self.endpoint,
            "http_proxy": self.endpoint,
        }

    def clean_environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return ``base`` without any ``AWS_*`` variable, and with those of `environment`.

        So neither a profile, nor a session token, nor an endpoint of the user's reaches a command run with it.
        """
        return {name: value for name, value in base.items() if not name.startswith("AWS_")} | self.environment()

    def client(self, service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes client classes at run time
        """Return a boto3 client of ``service`` in ``region`` that talks to this emulator.

        The user's environment and profile have no say in it.
        """
        from botocore.config import Config  # noqa: PLC0415 - slow to import

        return new_session().client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=self.credentials.access_key,
            aws_secret_access_key=self.credentials.secret_key,
            aws_session_token=self.credentials.session_token,
            # For the reason that `environment` gives, and so that no proxy of the user's comes between.
            config=Config(proxies={"http": self.endpoint}),
        )

    def pass_time(self, now: datetime | None, *, late: timedelta = timedelta()) -> None:
        """Let it be another time for the alarms of CloudWatch, which look at their metrics then.

        Until real time goes on, they look at no other moment, and not at metrics that are published.

        Parameters
        ----------
        now
            The moment; None for real time.
        late
            By how much metrics arrive late. In time by default.

        Raises
        ------
        EmulatorError
            If the emulator does not answer, or refuses.
        """
        self._send("POST", "/emulator/time", {"now": now.timestamp(), "late": late.total_seconds()} if now else None)

    def outage(self, regions: Iterable[str] = (), *, mode: str = "503", control: bool | str = False) -> None:
        """Let regions not answer, until this is called again; without arguments all do.

        Parameters
        ----------
        regions : iterable of str
            Those that are dark: whatever is signed for them, and buckets in them. By default none.
        mode : str
            ``503``, ``close`` (the connection is closed), or ``hang`` (no answer until the next call of this). By
            default ``503``.
        control : bool or str
            True fails what changes something in the services with one control plane for all regions, such as IAM and
            Route 53; ``all`` what reads it too. By default they answer.

        Raises
        ------
        EmulatorError
            If the emulator does not answer, or refuses.
        """
        self._send("PUT", "/emulator/outage", {"regions": dict.fromkeys(regions, mode), "control": control})

    def unanswered(self) -> dict[str, int]:
        """Return how often each call was not answered since `outage`, such as ``rds us-east-1 DescribeDBInstances``.

        Raises
        ------
        EmulatorError
            If the emulator does not answer, or refuses.
        """
        failed: dict[str, int] = json.loads(self._send("GET", "/emulator/outage"))["failed"]
        return failed

    def reset(self) -> None:
        """Forget every resource in every region.

        Raises
        ------
        EmulatorError
            If the emulator does not answer, or refuses.
        """
        self._send("POST", "/emulator/reset")

    def _send(self, method: str, path: str, content: object = None) -> bytes:
        address = urlsplit(self.endpoint)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
        try:
            # Whoever started it may; nobody checks the rest of a signature.
            key = f"Credential={self._record.access_key}/"
            connection.request(method, path, body=json.dumps(content), headers={"Authorization": key})
            response = connection.getresponse()
            status, text = response.status, response.read()
        except OSError as error:
            raise EmulatorError(f"the emulator at {self.endpoint} does not answer: {error}") from error
        finally:
            connection.close()
        if status not in {200, 204}:
            why = text.decode(errors="replace").strip()
            raise EmulatorError(f"the emulator at {self.endpoint} refused {path}: status {status} {why}".rstrip())
        return text

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
