"""One command at a time in a directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.errors import ToolError
from tools.one_run import one_run
from tools.paths import ROOT, Paths

#: Holds the place of its first argument, with a child that outlives it, until it is ended.
HOLDER = """
import subprocess, sys, time
from pathlib import Path
from tools.one_run import one_run
from tools.paths import Paths
build = Path(sys.argv[1])
with one_run(Paths(settings=build, build=build, out=build.parent / "out"), command="deploy"):
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    print(child.pid, flush=True)
    time.sleep(60)
"""


def place(tmp_path: Path, build: str = "aws", out: str = "out") -> Paths:
    return Paths(settings=tmp_path / "settings.yaml", build=tmp_path / "build" / build, out=tmp_path / "build" / out)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "build" / "aws")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    child = int(process.stdout.readline())
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    os.kill(child, signal.SIGKILL)


def test_a_second_command_is_refused_and_told_who_is_there(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with (
        pytest.raises(ToolError, match="is in use: `make deploy` of ") as refused,
        one_run(place(tmp_path), command="plan"),
    ):
        pass
    assert f"pid {holder.pid}, since 2" in refused.value.message
    assert "another clone" in str(refused.value.advice)


def test_so_is_one_that_shares_the_output_alone(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    del holder
    with pytest.raises(ToolError, match="out is in use"), one_run(place(tmp_path, "local"), command="synth"):
        pass
    with one_run(place(tmp_path, "local", "another"), command="synth"):
        pass


def test_the_place_is_free_once_its_holder_is_killed_although_a_child_lives_on(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    holder.wait()
    with one_run(place(tmp_path), command="plan"):
        pass


def test_the_place_is_free_after_a_command_however_it_ended(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), one_run(place(tmp_path), command="plan"):
        raise KeyboardInterrupt
    for _ in range(2):
        with one_run(place(tmp_path), command="plan"):
            pass


def test_a_command_that_is_refused_frees_what_it_had_got(tmp_path: Path) -> None:
    with one_run(place(tmp_path, "aws", "out"), command="synth"):
        with pytest.raises(ToolError, match="out is in use"), one_run(place(tmp_path, "local", "out"), command="synth"):
            pass
        with one_run(place(tmp_path, "local", "another"), command="plan"):
            pass


def test_locks_are_for_their_owner_alone_and_outside_of_what_commands_remove(tmp_path: Path) -> None:
    with one_run(place(tmp_path), command="plan"):
        locks = sorted((tmp_path / "build").iterdir())
    assert [lock.name for lock in locks] == ["aws.lock", "out.lock"]
    assert [lock.stat().st_mode & 0o777 for lock in locks] == [0o600, 0o600]


def test_what_cannot_be_locked_is_told(tmp_path: Path) -> None:
    (tmp_path / "build" / "aws.lock").mkdir(parents=True)
    with pytest.raises(ToolError, match=r"aws\.lock cannot be opened"), one_run(place(tmp_path), command="plan"):
        pass
