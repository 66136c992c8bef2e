"""How long an emulator lives: for one command, or until it is told to end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from modules.settings import load_settings
from tools.console import Reporter
from tools.emulator import Emulator
from tools.errors import ApplyError, Interrupted, ToolError
from tools.interrupts import signals_blocked
from tools.paths import STACKS, Paths

_ACCOUNT = "123456789012"
_GONE = "the emulator is stopped, and all that was made in it went with it"


class EmulatorSession:
    """Starts, finds and stops the emulator of one local platform.

    Parameters
    ----------
    paths : Paths
        Where its record is; and the settings, whose `account_id` it answers as, by default 123456789012.
    environ : mapping
        The environment that settings are read with.
    reporter : Reporter
        Where to tell what happens.
    """

    def __init__(self, *, paths: Paths, environ: Mapping[str, str], reporter: Reporter) -> None:
        self._paths = paths
        self._environ = environ
        self._reporter = reporter

    def find(self) -> Emulator | None:
        """Return the running emulator, or None."""
        return Emulator.attach(self._paths.emulator)

    def get(self) -> Emulator:
        """Return the running emulator.

        Raises
        ------
        ToolError
            When none runs.
        """
        emulator = self.find()
        if emulator is None:
            raise ToolError("no emulator runs", advice="`make local-start`, or `make local-up` for the whole platform")
        return emulator

    @contextmanager
    def temporary(self) -> Iterator[Emulator]:
        """Run an emulator for the length of the block, however it ends.

        Raises
        ------
        ToolError
            When one that outlives commands runs already: its directory is in use.
        """
        if running := self.find():
            raise ToolError(f"an emulator runs at {running.endpoint} already", advice="`make local-down`, then again")
        with self.stopping(self._start(detached=False)) as emulator:
            yield emulator

    @contextmanager
    def running(self) -> Iterator[Emulator]:
        """Use the running emulator, or one for the length of the block."""
        if running := self.find():
            yield running
            return
        with self.temporary() as emulator:
            yield emulator

    @contextmanager
    def persistent(self) -> Iterator[Emulator]:
        """Use the running emulator, or start one that outlives this process; it stays up after a failure too."""
        emulator = self.find() or self._start(detached=True)
        try:
            yield emulator
        except (Exception, KeyboardInterrupt):
            self._reporter.warn(f"the emulator stays up at {emulator.endpoint}; `make local-down` ends it")
            raise

    @contextmanager
    def stopping(self, emulator: Emulator) -> Iterator[Emulator]:
        """Stop an emulator at the end of the block, however it ends.

        Raises
        ------
        Interrupted, ApplyError
            In place of what ended the block: with the news that the emulator is gone.
        """
        try:
            yield emulator
        except KeyboardInterrupt as cause:
            interrupt = cause if isinstance(cause, Interrupted) else Interrupted("interrupted")
            raise Interrupted(
                interrupt.message,
                outlook=_GONE,
                signal_number=interrupt.signal_number,
            ) from None
        except ApplyError as error:
            raise ApplyError(error.message, advice=f"{_GONE}: mend the cause and run again") from error
        finally:
            with signals_blocked():
                emulator.stop()

    def _start(self, *, detached: bool) -> Emulator:
        account_id = load_settings(self._paths.settings, self._environ).account_id or _ACCOUNT
        # A new emulator is empty: whatever state is kept here is of one that is gone.
        for stack in STACKS:
            for path in (self._paths.build / stack).glob("terraform.tfstate*"):
                path.unlink()
        for path in self._paths.build.glob("*/errored.tfstate"):
            path.unlink()
        with self._reporter.step("start emulator", quiet=True):
            emulator = Emulator.start(directory=self._paths.emulator, account_id=account_id, detached=detached)
        self._reporter.say(f"    {emulator.endpoint}, account {emulator.account_id}, pid {emulator.pid}")
        return emulator
