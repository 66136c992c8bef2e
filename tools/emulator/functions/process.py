"""One invocation of a function, in a child process."""

import contextlib
import importlib.util
import io
import json
import os
import select
import signal
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
#: What the Python runtime of Lambda brings besides the standard library.
#: https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html
RUNTIME_PACKAGES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
#: Code is loaded before the timeout begins. Lambda takes at most ten seconds for it; this machine may be busy.
LOAD_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """What is invoked.

    Parameters
    ----------
    code : bytes
        The zip.
    environment : mapping
        All variables that the process has.
    timeout : float
        Seconds that the handler may take.
    request_id, arn : str
        The invocation's id, and the ARN that was invoked.
    event : object
        Any JSON.
    """

    code: bytes
    environment: Mapping[str, str]
    timeout: float
    request_id: str
    arn: str
    event: Any


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it.

    Parameters
    ----------
    answer : object
        What the handler returned, or the error as Lambda answers it.
    failed : bool
        Whether it is an error.
    log : str
        What was printed.
    seconds : float
        How long the handler took.
    """

    answer: Any
    failed: bool
    log: str
    seconds: float


def run(invocation: Invocation) -> Outcome:
    """Invoke a function and wait until it ends, at the latest until its timeout."""
    with TemporaryDirectory(prefix="meridian-function-") as name:
        folder = Path(name)
        task, runtime, log = folder / "task", folder / "runtime", folder / "log"
        with zipfile.ZipFile(io.BytesIO(invocation.code)) as archive:
            archive.extractall(task)
        _link_runtime(runtime)
        report, child_end = os.pipe()
        folders = {"LAMBDA_TASK_ROOT": str(task), "LAMBDA_RUNTIME_DIR": str(runtime)}
        try:
            with log.open("wb") as output:
                child = subprocess.Popen(  # noqa: S603 - our own program
                    # -S keeps this project's packages out, -I its folder and the user's.
                    [sys.executable, "-I", "-S", str(BOOTSTRAP), str(child_end)],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=task,
                    env={**invocation.environment, **folders},
                    pass_fds=[child_end],
                    start_new_session=True,
                )
        except BaseException:
            os.close(report)
            raise
        finally:
            os.close(child_end)
        with os.fdopen(report, "rb", buffering=0) as pipe:
            try:
                answer, failed, seconds = _follow(child, pipe.fileno(), invocation)
            finally:
                _end(child)
        return Outcome(answer=answer, failed=failed, seconds=seconds, log=log.read_text("utf-8", errors="replace"))


def _follow(child: subprocess.Popen[bytes], pipe: int, invocation: Invocation) -> tuple[Any, bool, float]:
    """Return the answer, whether it is an error, and how long the handler took."""
    said = {"event": invocation.event, "timeout": invocation.timeout}
    said |= {"request_id": invocation.request_id, "arn": invocation.arn}
    _write(child, json.dumps(said).encode() + b"\n")
    began, text = monotonic(), b""
    is_loaded, deadline = False, began + LOAD_SECONDS
    while select.select([pipe], [], [], max(0.0, deadline - monotonic()))[0]:
        piece = os.read(pipe, 1 << 20)
        if not piece:
            child.wait()
            return *_ended(child.returncode, text, invocation), monotonic() - began
        text += piece
        if not is_loaded:
            is_loaded, began = True, monotonic()
            deadline = began + invocation.timeout
    message = f"Task timed out after {invocation.timeout:.2f} seconds"
    error = {"errorType": "Sandbox.Timedout", "errorMessage": f"RequestId: {invocation.request_id} Error: {message}"}
    return error, True, invocation.timeout


def _ended(code: int, text: bytes, invocation: Invocation) -> tuple[Any, bool]:
    try:
        told = json.loads(text)
    except ValueError:
        status = f"exit status {code}" if code >= 0 else f"signal: {signal.Signals(-code).name}"
        message = f"RequestId: {invocation.request_id} Error: Runtime exited with error: {status}"
        return {"errorType": "Runtime.ExitError", "errorMessage": message}, True
    return told["content"], told["failed"]


def _write(child: subprocess.Popen[bytes], line: bytes) -> None:
    """Say what to do, and leave the input open: the child ends when it closes."""
    # A child that is gone already is told of by what it reports.
    with contextlib.suppress(BrokenPipeError):
        if child.stdin is not None:
            child.stdin.write(line)
            child.stdin.flush()


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child, and what it may have started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()


def _link_runtime(folder: Path) -> None:
    folder.mkdir()
    for name in RUNTIME_PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            origin = Path(spec.origin)
            origin = origin.parent if origin.name == "__init__.py" else origin
            (folder / origin.name).symlink_to(origin)
