"""One command at a time in a directory: what one plans, another must not write over.

The lock is the kernel's (`flock`), so that it goes with the process that holds it, however that ends:
https://man7.org/linux/man-pages/man2/flock.2.html. Python opens files so that programs that are started do not inherit
them (https://peps.python.org/pep-0446/): an emulator that outlives its command holds nothing. Nor does a Terraform that
outlives it; whoever comes then is refused by the lock of the state, which Terraform holds for as long as it runs.
"""

import fcntl
import getpass
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from tools.errors import ToolError
from tools.files import OWNER_ONLY
from tools.paths import Paths


@contextmanager
def one_run(paths: Paths, *, command: str) -> Iterator[None]:
    """Hold the place of a command for the length of the block: where it builds, and where it synthesizes.

    Parameters
    ----------
    paths : Paths
        The place. The locks are beside its build directory, which commands may remove.
    command : str
        What runs, to tell whoever comes meanwhile.

    Raises
    ------
    ToolError
        When another command holds it, with which one that is.
    """
    with ExitStack() as held:
        for place in (paths.build, paths.out):
            held.enter_context(_held(paths.build.parent / f"{place.name}.lock", place=place, command=command))
        yield


@contextmanager
def _held(file: Path, *, place: Path, command: str) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    except OSError as error:
        raise ToolError(
            f"{file} cannot be opened: {error.strerror}",
            advice="work in a clone of your own, on a disk that is writable",
        ) from error
    try:
        _take(handle, file=file, place=place)
        about = {
            "command": command,
            "pid": os.getpid(),
            "user": _user(),
            "since": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        }
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{json.dumps(about)}\n".encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _user() -> str:
    # In a container whose user has no name there is none to tell.
    with suppress(KeyError, OSError):
        return getpass.getuser()
    return f"user {os.getuid()}"


def _take(handle: int, *, file: Path, place: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ToolError(
            f"{place} is in use: {_holder(file)}",
            advice="wait until that has ended, or end it: Ctrl-C where it runs, or `kill` and its pid; "
            "to work at the same time, use another clone of the repository",
        ) from error
    except OSError as error:
        raise ToolError(
            f"{file} cannot be locked: {error.strerror}", advice="keep the clone on a disk of this machine"
        ) from error


def _holder(file: Path) -> str:
    with suppress(OSError, ValueError, KeyError):
        about = json.loads(file.read_text(encoding="utf-8"))
        return f"`make {about['command']}` of {about['user']}, pid {about['pid']}, since {about['since']}"
    return "another command, which has only just begun or is about to end"
