"""What happened when, in seconds since the start of a drill."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.table import Table
from rich.text import Text


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the timeline.

    Parameters
    ----------
    seconds : float
        Since the start.
    what : str
        What happened.
    seen : str
        What was seen.
    """

    seconds: float
    what: str
    seen: str


@dataclass(kw_only=True)
class Timeline:
    """What has happened so far.

    Parameters
    ----------
    clock : callable, optional
        Tells seconds; by default of the process.
    """

    clock: Callable[[], float] = time.monotonic
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._began = self.clock()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return self.clock() - self._began

    def note(self, what: str, seen: str) -> None:
        """Add a line, of now."""
        self.entries.append(Entry(seconds=self.seconds, what=what, seen=seen))

    def at(self, what: str) -> float:
        """Return when something happened.

        Raises
        ------
        LookupError
            If it has not.
        """
        found = next((entry.seconds for entry in self.entries if entry.what == what), None)
        if found is None:
            raise LookupError(f"{what} has not happened")
        return found

    def table(self) -> Table:
        """Return it as a table."""
        table = Table()
        table.add_column("seconds", justify="right", no_wrap=True)
        table.add_column("what", no_wrap=True)
        table.add_column("seen", overflow="fold")
        for entry in self.entries:
            table.add_row(f"{entry.seconds:.1f}", Text(entry.what), Text(entry.seen))
        return table
