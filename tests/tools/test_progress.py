"""What somebody sees who waits: the time of last time, what may be left, and nothing redrawn where nobody looks."""

from __future__ import annotations

import io
import os
import pty
import re
from pathlib import Path
from time import sleep

import pytest
from rich.console import Console

from tools import __main__ as command_line
from tools.console import Reporter
from tools.durations import Duration, Durations, in_words, left, left_in_words, of_place
from tools.terminal import redraws
from tools.terraform.events import Step, Stream
from tools.terraform.progress import Reporter as Progress


@pytest.fixture
def durations(tmp_path: Path) -> Durations:
    return of_place(tmp_path / "build")


def test_a_duration_is_known_the_next_time(durations: Durations, tmp_path: Path) -> None:
    assert durations.last("apply") is None
    durations.keep("plan", Duration(seconds=5))
    durations.keep("apply", Duration(seconds=61.23, steps=40))
    assert of_place(tmp_path / "build").last("apply") == Duration(seconds=61.2, steps=40)
    assert durations.last("plan") == Duration(seconds=5)


def test_what_is_over_at_once_is_not_told(durations: Durations) -> None:
    durations.keep("show", Duration(seconds=1.9))
    assert durations.last("show") is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"plan": 3}', '{"plan": {"seconds": "x"}}', '{"plan": {"seconds": 9}}']
)
def test_a_file_that_is_none_is_no_reason_to_end(tmp_path: Path, text: str) -> None:
    file = tmp_path / "durations.json"
    file.write_text(text)
    assert Durations(file).last("plan") is None
    Durations(file / "below" / "a file").keep("plan", Duration(seconds=9))
    Durations(None).keep("plan", Duration(seconds=9))


def test_what_is_left_follows_from_the_last_time_and_from_the_pace() -> None:
    assert left(10) is None
    assert left(10, last=Duration(seconds=30)) == 20
    assert left(40, last=Duration(seconds=30)) is None
    # As long for each step as last time.
    assert left(10, done=1, total=20, last=Duration(seconds=100, steps=10)) == 190
    # The pace, once it says something.
    assert left(10, done=4, total=100) is None
    assert left(10, done=25, total=100) == 30
    # The last ones are those that are waited for.
    assert left(10, done=90, total=100) is None
    # A plan of last time had no steps, and this one has.
    assert left(10, done=25, total=100, last=Duration(seconds=15)) == 30


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (42, "42 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (3900, "1 h 5 min")]
)
def test_seconds_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_what_is_left_is_told_as_exactly_as_anybody_knows() -> None:
    assert left_in_words(None) == ""
    assert left_in_words(1) == ", about 5 s left"
    assert left_in_words(43) == ", about 45 s left"
    assert left_in_words(187) == ", about 3 min left"


def test_lines_are_drawn_again_on_a_terminal_only() -> None:
    primary, secondary = pty.openpty()
    with os.fdopen(secondary, "w") as terminal:
        assert redraws(Console(file=terminal), environ={})
        assert not redraws(Console(file=terminal), environ={"CI": "true"})
        assert redraws(Console(file=terminal), environ={"CI": "false"})
        assert not redraws(Console(file=terminal, _environ={"TERM": "dumb"}), environ={})
    os.close(primary)
    assert not redraws(Console(file=io.StringIO()), environ={})
    # As FORCE_COLOR does.
    assert not redraws(Console(file=io.StringIO(), force_terminal=True), environ={})


def test_a_step_says_how_long_it_took_last_time(durations: Durations) -> None:
    said = io.StringIO()
    durations.keep("gate", Duration(seconds=75))
    reporter = Reporter(Console(file=said), durations=durations)
    with reporter.step("gate", quiet=True):
        pass
    assert re.fullmatch(r"==> gate \(1 min 15 s last time\)\n    gate: 0\.0 s\n", said.getvalue())
    assert durations.last("gate") is None


def test_a_step_that_fails_changes_no_duration(durations: Durations) -> None:
    durations.keep("gate", Duration(seconds=75))
    with pytest.raises(RuntimeError), Reporter(Console(file=io.StringIO()), durations=durations).step("gate"):
        raise RuntimeError
    assert durations.last("gate") == Duration(seconds=75)


def test_on_a_terminal_a_quiet_step_shows_that_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    primary, secondary = pty.openpty()
    with os.fdopen(secondary, "w") as terminal:
        reporter = Reporter(Console(file=terminal, width=80))
        with reporter.step("gate", quiet=True):
            pass
        with reporter.step("plan"):
            pass
    shown = os.read(primary, 100_000).decode()
    os.close(primary)
    gate, _, plan = shown.partition("==> plan")
    assert "0:00:00" in gate
    assert "0:00:00" not in plan


def test_terraform_says_what_is_left_in_lines_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    said, now = io.StringIO(), [100.0]
    monkeypatch.setattr("tools.terraform.progress.monotonic", lambda: now[0])
    last = Duration(seconds=60, steps=100)
    with Progress(title="apply platform", console=Console(file=said), last=last) as progress:
        stream = Stream(total=200, done=50)
        now[0] = 105
        progress.show(stream)
        assert said.getvalue() == ""
        now[0] = 110
        progress.show(stream)
    assert said.getvalue() == "  apply platform 50/200, about 1 min 50 s left, 10 s\n"
    assert progress.seconds == 10


def test_a_command_that_took_a_while_says_so_at_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    times = iter([0.0, 125.0, 200.0, 201.0])
    monkeypatch.setattr(command_line, "monotonic", lambda: next(times))
    monkeypatch.setattr(command_line, "commands", lambda: {"sbom": ("", lambda: None)})
    assert command_line.main(["sbom"]) == 0
    assert capsys.readouterr().err == "make sbom: done in 2 min 5 s\n"
    assert command_line.main(["sbom"]) == 0
    assert capsys.readouterr().err == ""


def test_a_narrow_terminal_shows_what_is_left_and_cuts_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    primary, secondary = pty.openpty()
    address = f"aws_db_instance.eu-west-1_{'x' * 60}"
    with os.fdopen(secondary, "w") as terminal:
        last = Duration(seconds=600, steps=100)
        with Progress(title="apply platform", console=Console(file=terminal, width=80), last=last) as progress:
            progress.show(Stream(total=100, done=50, running={address: Step(action="create")}))
            sleep(0.3)
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", os.read(primary, 100_000).decode())
    os.close(primary)
    line = next(line for line in re.split(r"[\r\n]+", shown) if "50/100" in line)
    assert "about 10 min left" in line
    assert "aws_db" in line
    assert "…" in line
    assert len(line) <= 80
