"""Terraform of the lives takes turns: as many commands at once as the machine has room for.

A command on three regions takes 2 GB, and five processes of AWS's provider, each of which has to answer within a minute
(`StartTimeout` of https://pkg.go.dev/github.com/hashicorp/go-plugin#ClientConfig). Fourteen at once do not.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest

from tools.terraform import runner

AT_ONCE = 4
#: After that a command goes on without a turn, since the one that has it may wait for this: tests of the lock do.
PATIENCE_SECONDS = 300.0


@contextmanager
def in_turns(folder: Path) -> Iterator[None]:
    """Have each command wait for its turn, which the processes of the session keep in the folder.

    Processes that do not step back are the ones that the whole run waits for, and go on at once.
    """
    original = runner.run

    def run(*args: Any, **options: Any) -> Any:
        with turn(folder) if os.nice(0) else nullcontext():
            return original(*args, **options)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(runner, "run", run)
        yield


@contextmanager
def turn(folder: Path, *, at_once: int = AT_ONCE, patience: float = PATIENCE_SECONDS) -> Iterator[bool]:
    """Hold one of the turns, and tell whether one was free in time."""
    until = time.monotonic() + patience
    with ExitStack() as held:
        files = [held.enter_context((folder / f"turn-{number}").open("a")) for number in range(at_once)]
        while not (free := any(_locked(file) for file in files)) and time.monotonic() < until:
            time.sleep(0.2)
        yield free


def _locked(file: Any) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
