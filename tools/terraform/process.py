"""One run of a child process whose output is read while it runs, and that ends in order on Ctrl-C."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tools.interrupts import handled

_KILL_SECONDS = 15.0


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a child ended.

    Parameters
    ----------
    code : int
        Its exit code.
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
    """Run a command; on SIGINT or SIGTERM let it end in order, and wait for it.

    Parameters
    ----------
    command : sequence
        Program and arguments.
    directory : Path
        Where it runs.
    environment : mapping
        Its whole environment.
    log : Path
        Gets its raw output, both streams; made with the directories above it.
    on_line : callable
        Gets each line of output.
    grace : float or None
        Seconds after a first signal until the child is told a second time, and soon after killed. None waits as
        long as it takes; a second Ctrl-C is passed on in any case.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    stopper = _Stopper(grace=grace)
    with handled(stopper.stop), log.open("w", buffering=1, encoding="utf-8") as raw:
        child = subprocess.Popen(  # noqa: S603 - terraform, with arguments of ours
            command,
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            # In our process group it would get Ctrl-C from the terminal as well: twice is "abandon everything".
            start_new_session=True,
        )
        with child, stopper.watching(child):
            assert child.stdout is not None  # noqa: S101 - tells the type checker what PIPE means
            for line in child.stdout:
                raw.write(line)
                on_line(line.rstrip("\n"))
            code = child.wait()
    return Ended(code=code, signal_number=stopper.signal_number)


class _Stopper:
    """Tells a child to end: the first time politely, and at last with force."""

    def __init__(self, *, grace: float | None) -> None:
        self.signal_number: int | None = None
        self._grace = grace
        self._child: subprocess.Popen[str] | None = None
        self._timers: list[threading.Timer] = []

    @contextmanager
    def watching(self, child: subprocess.Popen[str]) -> Iterator[None]:
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
        # Its providers too: they keep the output pipe open, and we would read it for ever.
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
