"""The emulator's child process: how it is started, and how it tells that it is ready."""

import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tools.emulator.account import VARIABLE as ACCOUNT_VARIABLE

PROJECT_ROOT = Path(__file__).resolve().parents[2]
LOG_TAIL_LINES = 20
RECORDING_NAME = "iam.jsonl"
# Off by default: without it no policy of AWS's own can be attached to a role.
MOTO_SETTINGS = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}


class EmulatorError(Exception):
    """The emulator cannot be started or does not answer."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a child reports once it listens.

    Parameters
    ----------
    endpoint : str
        ``http://127.0.0.1:PORT``.
    access_key : str
        What its clients have to sign with.
    """

    endpoint: str
    access_key: str


def launch(
    *, log: Path, account_id: str, account: str, detached: bool, timeout: float
) -> tuple[subprocess.Popen[bytes], "Report"]:
    """Start the child and wait until it listens.

    Parameters
    ----------
    log : Path
        Takes what the child prints; what was in it is lost.
    account_id : str
        The AWS account to answer as.
    account : str
        Its kind; empty leaves it to the environment. See `tools.emulator.account`.
    detached : bool
        False makes the child end as soon as the returned process object or this process is gone.
    timeout : float
        Seconds to wait.

    Returns
    -------
    tuple
        The process, and what it reports.

    Raises
    ------
    EmulatorError
        If it ends early or is too slow; with the tail of the log. The child is gone then.
    """
    child, report = _spawn(log=log, account_id=account_id, account=account, detached=detached)
    try:
        return child, _read_report(report, timeout=timeout)
    except EmulatorError as error:
        end(child)
        raise EmulatorError(f"{error}; its log ends with:\n{_tail(log)}") from error
    except BaseException:
        end(child)
        raise


def end(child: subprocess.Popen[bytes]) -> None:
    """Kill ``child`` if it still runs, and release what it held in this process."""
    child.kill()
    child.wait()
    if child.stdin is not None:
        child.stdin.close()


def _spawn(*, log: Path, account_id: str, account: str, detached: bool) -> tuple[subprocess.Popen[bytes], int]:
    """Start the child; return it and the file descriptor on which it will report."""
    report, child_end = os.pipe()
    recording = log.with_name(RECORDING_NAME)
    recording.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tools.emulator.serve", "--report-fd", str(child_end)]
    command += ["--recording", str(recording)]
    # Settings of moto's that happen to be in the user's environment would change what the emulator is.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    chosen = {ACCOUNT_VARIABLE: account} if account else {}
    try:
        with log.open("wb") as output:
            child = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
                command if detached else [*command, "--watch-stdin"],
                stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=PROJECT_ROOT,
                env=inherited | chosen | MOTO_SETTINGS | {"MOTO_ACCOUNT_ID": account_id, "PYTHONUNBUFFERED": "1"},
                pass_fds=[child_end],
                start_new_session=True,
            )
    except BaseException:
        os.close(report)
        raise
    finally:
        os.close(child_end)
    return child, report


def _read_report(report: int, *, timeout: float) -> Report:
    """Return what the child reports once it listens; close the descriptor."""
    text = b""
    deadline = monotonic() + timeout
    with os.fdopen(report, "rb", buffering=0) as pipe:
        while not text.endswith(b"\n"):
            ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - monotonic()))
            if not ready:
                raise EmulatorError(f"the emulator did not answer within {timeout:g} seconds")
            piece = pipe.read(4096)
            if not piece:
                raise EmulatorError("the emulator ended before it answered")
            text += piece
    return Report(**json.loads(text))


def _tail(log: Path) -> str:
    """Return the last lines of ``log``, for an error message."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-LOG_TAIL_LINES:])
