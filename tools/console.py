"""What commands print: steps with their times, and tables."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from time import monotonic

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from tools.durations import Duration, Durations, in_words, left, left_in_words
from tools.plan import Counts, total
from tools.terminal import redraws


class _Rest(ProgressColumn):
    """What may still be left of a task, by how long it has taken."""

    def __init__(self, rest: Callable[[float | None], str]) -> None:
        super().__init__()
        self._rest = rest

    def render(self, task: Task) -> Text:
        return Text(self._rest(task.elapsed).removeprefix(", "))


class Reporter:
    """Prints for people, and keeps the time of each step.

    Parameters
    ----------
    console : Console, optional
        By default standard output.
    durations : Durations, optional
        How long steps took last time. By default nobody knows.
    """

    def __init__(self, console: Console | None = None, *, durations: Durations | None = None) -> None:
        self.console = console or Console()
        self.times: dict[str, float] = {}
        self._durations = durations or Durations(None)

    def say(self, text: str = "") -> None:
        """Print a line as it is: brackets of addresses are no markup, and `:secret:` of ARNs is no emoji."""
        self.console.print(text, markup=False, highlight=False, emoji=False, soft_wrap=True)

    def warn(self, text: str) -> None:
        """Print a line on standard error."""
        sys.stderr.write(f"{text}\n")

    @contextmanager
    def step(self, name: str, *, quiet: bool = False) -> Iterator[None]:
        """Announce a step, with how long it took last time, and tell how long it took once it has succeeded.

        Parameters
        ----------
        name : str
            What is done.
        quiet : bool
            Whether what is done shows nothing of its own meanwhile. Then a terminal shows that it goes on. By default
            it does, as Terraform.
        """
        last = self._durations.last(name)
        self.say(f"==> {name}{f' ({in_words(last.seconds)} last time)' if last else ''}")
        with self.waiting(name, shown=quiet):
            yield
        self.say(f"    {name}: {self.times[name]:.1f} s")

    @contextmanager
    def waiting(self, name: str, *, shown: bool = True) -> Iterator[None]:
        """Show on a terminal that something goes on, and how long it may still take.

        Parameters
        ----------
        name : str
            What is done.
        shown : bool
            Whether it is shown at all. By default it is.
        """
        started = monotonic()
        last = self._durations.last(name)
        with self._line(name, last) if shown and redraws(self.console) else nullcontext():
            yield
        self.times[name] = monotonic() - started
        self._durations.keep(name, Duration(seconds=self.times[name]))

    def _line(self, name: str, last: Duration | None) -> Progress:
        def rest(seconds: float | None) -> str:
            return left_in_words(left(seconds or 0, last=last))

        columns = (SpinnerColumn(), TextColumn(name), TimeElapsedColumn(), _Rest(rest))
        progress = Progress(*columns, console=self.console, transient=True)
        progress.add_task(name, total=None)
        return progress

    def show_resources(self, resources: Mapping[str, int]) -> None:
        """Print how many resources each region holds."""
        table = Table("region", title="resources", title_justify="left")
        table.add_column("resources", justify="right")
        for region, count in resources.items():
            table.add_row(region, str(count))
        table.add_section()
        table.add_row("all", str(sum(resources.values())))
        self.console.print(table)

    def show_areas(self, areas: Mapping[str, Mapping[str, int]]) -> None:
        """Print how many resources each area has in each region."""
        regions = sorted({region for counts in areas.values() for region in counts})
        table = Table("area", title="what would be built", title_justify="left")
        for region in (*regions, "all"):
            table.add_column(region, justify="right")
        for area, counts in areas.items():
            table.add_row(area, *(str(counts.get(region, "")) for region in regions), str(sum(counts.values())))
        table.add_section()
        totals = [sum(counts.get(region, 0) for counts in areas.values()) for region in regions]
        table.add_row("all", *map(str, totals), str(sum(totals)))
        self.console.print(table)

    def show_changes(self, title: str, counts: Mapping[str, Counts]) -> None:
        """Print what a plan does in each region."""
        table = Table("region", title=title, title_justify="left")
        for name in ("add", "change", "destroy"):
            table.add_column(name, justify="right")
        for region, each in counts.items():
            table.add_row(region, str(each.add), str(each.change), str(each.destroy))
        table.add_section()
        everything = total(counts)
        table.add_row("all", str(everything.add), str(everything.change), str(everything.destroy))
        self.console.print(table)

    def show_times(self) -> None:
        """Print how long each step took."""
        table = Table("step", title="time", title_justify="left")
        table.add_column("seconds", justify="right")
        for name, seconds in self.times.items():
            table.add_row(name, f"{seconds:.1f}")
        table.add_section()
        table.add_row("all", f"{sum(self.times.values()):.1f}")
        self.console.print(table)
