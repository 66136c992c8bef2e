"""The gate as a process: `python -m policies`, with the scans that it starts."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile

from tools.errors import ToolError
from tools.interrupts import signals_deferred
from tools.paths import ROOT


@contextmanager
def judging(
    arguments: Sequence[object], *, environ: Mapping[str, str], refusal: str, at_the_end: bool = False
) -> Iterator[None]:
    """Run the gate while the block runs, and wait for it at the end of the block.

    What ends the block with an exception, Ctrl-C included, ends the gate and its scans too.

    Parameters
    ----------
    arguments : sequence
        Of the gate.
    environ : mapping
        Its environment.
    refusal : str
        What to say when it refuses.
    at_the_end : bool
        Whether what it prints is shown at the end of the block. By default it is shown as it comes.

    Raises
    ------
    ToolError
        At the end of the block, when the gate refuses or cannot judge.
    """
    with TemporaryFile() as said:
        gate: subprocess.Popen[bytes] | None = None
        try:
            # Broken off in here, it would run on, and nobody would know which process it is.
            with signals_deferred():
                gate = subprocess.Popen(  # noqa: S603 - our own program, with this interpreter
                    [sys.executable, "-m", "policies", *map(str, arguments)],
                    cwd=ROOT,
                    env=dict(environ),
                    stdin=subprocess.DEVNULL,
                    stdout=said if at_the_end else None,
                    # Its scans are in its process group, and that is how they are ended with it.
                    start_new_session=True,
                )
            yield
            code = gate.wait()
        except BaseException:
            if gate:
                with suppress(ProcessLookupError):
                    os.killpg(gate.pid, signal.SIGKILL)
                gate.wait()
            raise
        if at_the_end:
            said.seek(0)
            sys.stdout.write(said.read().decode(errors="replace"))
            sys.stdout.flush()
    if code != 0:
        raise ToolError(
            refusal, advice="mend what it names above, or waive it with a reason and an expiry in policies/"
        )
