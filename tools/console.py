"""What commands print: steps with their times, and tables."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.table import Table

from tools.plan import Counts, total


class Reporter:
    """Prints for people, and keeps the time of each step.

    Parameters
    ----------
    console : Console, optional
        By default standard output.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        self.times: dict[str, float] = {}

    def say(self, text: str = "") -> None:
        """Print a line as it is: addresses hold brackets, which are no markup."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def warn(self, text: str) -> None:
        """Print a line on standard error."""
        sys.stderr.write(f"{text}\n")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Announce a step, and tell how long it took once it has succeeded."""
        self.say(f"==> {name}")
        started = monotonic()
        yield
        self.times[name] = monotonic() - started
        self.say(f"    {name}: {self.times[name]:.1f} s")

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
