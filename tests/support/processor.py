"""What the tests cost of the processor, file by file: with two cores it is what the time of a run comes down to."""

import json
import os
import resource
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

_TICKS = os.sysconf("SC_CLK_TCK")
#: Fields of /proc/PID/stat after the name: the parent, and times of the process and of children that have ended.
_PARENT, _TIMES = 1, slice(11, 15)


def used() -> float:
    """Seconds of the processor that this process and all that it ever started have used."""
    ended = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in ended) + sum(_of_those_that_run(os.getpid()))


def _of_those_that_run(ancestor: int) -> Iterator[float]:
    children: defaultdict[int, list[int]] = defaultdict(list)
    times = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        # Processes end while the list is read.
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            process = int(stat.parent.name)
            children[int(fields[_PARENT])].append(process)
            times[process] = sum(map(int, fields[_TIMES])) / _TICKS
    left = list(children[ancestor])
    while left:
        process = left.pop()
        left += children[process]
        yield times[process]


class Costs:
    """Notes what the tests of each file used, and at the end tells which files used most.

    A look at the processes takes milliseconds, which thousands of tests would feel: it is taken where the file changes.

    Parameters
    ----------
    notes
        A file that the processes of the session share.
    """

    #: As many files as are told of; the others are quick.
    TOLD = 25

    def __init__(self, notes: Path) -> None:
        self.notes = notes
        self.begun: tuple[float, float] | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
        if self.begun is None:
            self.begun = used(), time.monotonic()
        yield
        if nextitem is None or _file(nextitem) != _file(item):
            cpu, wall = self.begun
            spent = {"file": _file(item), "cpu": used() - cpu, "wall": time.monotonic() - wall}
            self.begun = None
            with self.notes.open("a", encoding="utf-8") as notes:
                notes.write(json.dumps(spent) + "\n")

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.notes.exists():
            return
        files: defaultdict[str, list[float]] = defaultdict(lambda: [0, 0])
        for line in self.notes.read_text(encoding="utf-8").splitlines():
            spent = json.loads(line)
            files[spent["file"]][0] += spent["cpu"]
            files[spent["file"]][1] += spent["wall"]
        total = sum(cpu for cpu, _ in files.values())
        terminalreporter.write_sep("=", f"{total:.0f} s of the processor, by file")
        for file, (cpu, wall) in sorted(files.items(), key=lambda one: -one[1][0])[: self.TOLD]:
            terminalreporter.write_line(f"{cpu:7.1f} s used in {wall:7.1f} s  {file}")


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
