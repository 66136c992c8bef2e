"""One run of a child process whose output is read while it runs, and that ends in order on Ctrl-C.

The child writes into its log itself. Through a pipe it would need us: Go ends a program that writes to a broken pipe on
standard output (https://pkg.go.dev/os/signal#hdr-SIGPIPE), so an apply would die with whoever reads it, or wait for
somebody who does not. A file takes whatever comes, and where its disk is full Terraform goes on without being heard.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tools.errors import ToolError
from tools.interrupts import handled
from tools.terraform.tail import Tail

_KILL_SECONDS = 15.0
_POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a child ended.

    Parameters
    ----------
    code : int
        Its exit code; below zero it is the number of the signal that killed it.
    signal_number : int or None
        The signal that we were sent meanwhile, and passed on; None if there was none.
    """

    code: int
    signal_number: int | None


def run(
    command: Sequence[str | Path],
    *,
    directory: Path,
    environment: Mapping[str, str],
    log: Path,
    on_line: Callable[[str], None],
    grace: float | None,
) -> Ended:
    """Run a command; on SIGINT, SIGTERM or SIGHUP let it end in order, and wait for it.

    It outlives us: whatever ends this process, the command goes on and its log grows.

    Parameters
    ----------
    command : sequence
        Program and arguments.
    directory : Path
        Where it runs.
    environment : mapping
        Its whole environment.
    log : Path
        Gets its raw output, both streams; made with the directories above it, readable for its owner alone. The log of
        the run before is kept beside it, as `*.previous.log`: that run may still write there.
    on_line : callable
        Gets each line of output. What it raises is raised once the command has ended.
    grace : float or None
        Seconds after a first signal until the child is told a second time, and soon after killed. None waits as
        long as it takes; a second Ctrl-C is passed on in any case.

    Raises
    ------
    ToolError
        When the log cannot be made; nothing was started then.
    """
    stopper = _Stopper(grace=grace)
    listener = _Listener(on_line)
    with handled(stopper.stop), _opened(log) as (output, written):
        child = subprocess.Popen(  # noqa: S603 - terraform, with arguments of ours
            command,
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # In our process group it would get Ctrl-C from the terminal as well: twice is "abandon everything". In our
            # session it would get SIGHUP when the terminal goes.
            start_new_session=True,
        )
        tail = Tail(written)
        with child, stopper.watching(child):
            while not _has_ended(child):
                listener.hear(tail.lines)
            listener.hear(tail.rest)
    if child.returncode < 0:
        # Providers do not end with a Terraform that is killed, and would go on with what nobody hears of any more.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    if listener.fault is not None:
        raise listener.fault
    return Ended(code=child.returncode, signal_number=stopper.signal_number)


@contextmanager
def _opened(log: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Make a log, and give it twice: to be written, and to be read."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            log.replace(log.with_suffix(f".previous{log.suffix}"))
        output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        written = log.open("rb")
    except OSError as error:
        raise ToolError(
            f"the log {log} cannot be made: {error.strerror}", advice="mend that, then run again; nothing was started"
        ) from error
    with os.fdopen(output, "wb", buffering=0) as writable, written:
        yield writable, written


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(_POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


class _Listener:
    """Hands lines on, and keeps a fault for later: it is no reason to leave the child alone."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self.fault: Exception | None = None
        self._on_line = on_line

    def hear(self, read: Callable[[], Iterable[str]]) -> None:
        if self.fault is not None:
            return
        try:
            for line in read():
                self._on_line(line)
        except Exception as fault:  # noqa: BLE001 - raised by `run`, once the child has ended
            self.fault = fault


class _Stopper:
    """Tells a child to end: the first time politely, and at last with force."""

    def __init__(self, *, grace: float | None) -> None:
        self.signal_number: int | None = None
        self._grace = grace
        self._child: subprocess.Popen[bytes] | None = None
        self._timers: list[threading.Timer] = []

    @contextmanager
    def watching(self, child: subprocess.Popen[bytes]) -> Iterator[None]:
        self._child = child
        if self.signal_number is not None:
            self.stop(self.signal_number)
        try:
            yield
        finally:
            for timer in self._timers:
                timer.cancel()

    def stop(self, number: int) -> None:
        self.signal_number = self.signal_number or number
        if self._child is None:
            return
        self._send(signal.SIGINT)
        if self._grace is not None and not self._timers:
            self._later(self._grace, lambda: self._send(signal.SIGINT))
            self._later(self._grace + _KILL_SECONDS, self._kill)

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, action)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def _send(self, number: int) -> None:
        if self._child is not None:
            with suppress(ProcessLookupError):
                self._child.send_signal(number)

    def _kill(self) -> None:
        # Its providers too, which would go on by themselves.
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
