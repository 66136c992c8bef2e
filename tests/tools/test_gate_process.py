import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools import gate_process
from tools.errors import Interrupted, ToolError
from tools.gate_process import judging
from tools.paths import ROOT

#: A gate that starts a scan as a process of its own, and says which.
SCANNING = """
import pathlib, subprocess, sys
scan = subprocess.Popen(["sleep", "60"])
place = pathlib.Path(sys.argv[1])
place.with_suffix(".part").write_text(str(scan.pid))
place.with_suffix(".part").rename(place)
scan.wait()
"""


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a program in the place of the gate."""

    def be(text: str) -> None:
        package = tmp_path / "policies"
        package.mkdir()
        (package / "__main__.py").write_text(text)
        monkeypatch.setattr(gate_process, "ROOT", tmp_path)

    return be


def within(arguments: list[object], body: Callable[[], object]) -> None:
    with judging(arguments, environ=os.environ, refusal="it is refused", at_the_end=True):
        body()


def appeared(file: Path) -> int:
    deadline = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return int(file.read_text())


def is_gone(pid: int) -> bool:
    """Whether a process ends within seconds; one that nobody has waited for yet has ended too."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_what_it_says_comes_at_the_end_of_the_block(
    gate: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    gate("print('3 passed')")
    within([], lambda: print("meanwhile"))  # noqa: T201 - what else is shown
    assert capsys.readouterr().out == "meanwhile\n3 passed\n"


def test_a_refusal_comes_after_the_block_and_after_what_it_says(
    gate: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    gate("print('1 failed'); raise SystemExit(1)")
    done: list[int] = []
    with pytest.raises(ToolError, match="it is refused"):
        within([], lambda: done.append(1))
    assert done == [1]
    assert capsys.readouterr().out == "1 failed\n"


@pytest.mark.parametrize("error", [ToolError("broken"), KeyboardInterrupt(), Interrupted("ended", signal_number=15)])
def test_nothing_of_it_outlives_a_block_that_breaks_off(
    gate: Callable[[str], None], tmp_path: Path, error: BaseException
) -> None:
    gate(SCANNING)
    scans: list[int] = []

    def fail() -> None:
        scans.append(appeared(tmp_path / "scan"))
        raise error

    with pytest.raises(type(error)):
        within([tmp_path / "scan"], fail)
    assert is_gone(scans[0])


def test_a_signal_while_it_is_started_ends_it_too(
    gate: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate(SCANNING)
    started: list[int] = []

    class Slow(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(appeared(tmp_path / "scan"))
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(gate_process.subprocess, "Popen", Slow)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            within([tmp_path / "scan"], lambda: pytest.fail("the block began"))
    finally:
        signal.signal(signal.SIGINT, before)
    assert is_gone(started[0])


def test_nothing_of_it_outlives_a_command_that_is_told_to_end_while_it_waits(
    gate: Callable[[str], None], tmp_path: Path
) -> None:
    gate(SCANNING)
    program = (
        "import os, sys; from pathlib import Path; from tools import gate_process\n"
        "from tools.interrupts import raise_on_signals\n"
        f"gate_process.ROOT = Path({str(tmp_path)!r})\n"
        "raise_on_signals()\n"
        f"with gate_process.judging([{str(tmp_path / 'scan')!r}], environ=os.environ, refusal=''): pass\n"
    )
    command = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.DEVNULL)
    scan = appeared(tmp_path / "scan")
    command.send_signal(signal.SIGTERM)
    assert command.wait(30) != 0
    assert is_gone(scan)
