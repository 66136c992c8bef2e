"""Who runs the PostgreSQL server of the tests."""

from __future__ import annotations

import os
import pwd
from functools import cache
from typing import TYPE_CHECKING, Any

from tools.doctor.postgresql import find_postgresql

if TYPE_CHECKING:
    from pathlib import Path


@cache
def postgresql() -> Path:
    """Folder of the newest server's programs."""
    return find_postgresql()


def account() -> dict[str, Any]:
    """Give subprocess the arguments to run a server, which refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
