"""How far a command is, and how long it may still take: a bar on a terminal, else a line every ten seconds."""

from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from tools.durations import Duration, left, left_in_words
from tools.terminal import redraws
from tools.terraform.events import Stream

_SECONDS_BETWEEN_LINES = 10.0
_BAR_WIDTH = 12


class Reporter:
    """Shows the progress of one command while it is used as a context manager.

    Parameters
    ----------
    title : str
        What is done, as in `apply platform`.
    console : Console
        Where to show it.
    last : Duration, optional
        How long it took last time.
    """

    def __init__(self, *, title: str, console: Console, last: Duration | None = None) -> None:
        self._last = last
        self._title = title
        self._console = console
        self._started = self._told = monotonic()
        self._bar: Progress | None = None
        if redraws(console):
            # The address comes last: a narrow terminal cuts it.
            running = Column(no_wrap=True, overflow="ellipsis", ratio=1)
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(_BAR_WIDTH),
                TimeElapsedColumn(),
                TextColumn("{task.fields[left]}"),
                TextColumn("{task.fields[running]}", markup=False, table_column=running),
            )
            self._bar = Progress(*columns, console=console, transient=True, expand=True)
            self._task = self._bar.add_task(title, total=None, left="", running="")

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            with suppress(OSError):
                self._bar.stop()

    def show(self, stream: Stream) -> None:
        """Show where the command is; a terminal that is gone is no reason to lose sight of it."""
        with suppress(OSError):
            self._show(stream)

    def _show(self, stream: Stream) -> None:
        if self._bar is not None:
            self._bar.update(
                self._task,
                description=progress_text(self._title, stream),
                left=self._left(stream).removeprefix(", "),
                running=longest(stream),
                completed=stream.done,
                total=stream.total or None,
            )
        elif monotonic() - self._told >= _SECONDS_BETWEEN_LINES:
            self._told = monotonic()
            address = f" ({longest(stream)})" if stream.running else ""
            text = f"  {progress_text(self._title, stream)}{address}{self._left(stream)}, {self.seconds:.0f} s"
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _left(self, stream: Stream) -> str:
        return left_in_words(left(self.seconds, done=stream.done, total=stream.total, last=self._last))

    @property
    def seconds(self) -> float:
        """How long it has taken until now."""
        return monotonic() - self._started


def progress_text(title: str, stream: Stream) -> str:
    """Say where a command is, as in `apply platform 57/180`."""
    if not stream.running and not stream.done:
        return f"{title}: {stream.refreshed} read" if stream.refreshed else title
    return f"{title} {stream.done}/{stream.total}"


def longest(stream: Stream) -> str:
    """Return the address of the step under way that takes longest; nothing if there is none."""
    return max(stream.running, key=lambda address: stream.running[address].seconds, default="")
