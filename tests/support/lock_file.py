"""The lock file of providers without hashes, for lives: Terraform then does not read 700 MB of provider a command.

It takes half a second of the processor. That a provider with another hash is refused is shown by `tests/tools`; the
platform of three regions is applied, and the cdktf CLI deploys, with the repository's own lock file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools import workspace
from tools.paths import PROVIDER_LOCK

_HASHES = re.compile(r"^  hashes = \[\n(?:    .+\n)+  \]\n", re.MULTILINE)


@contextmanager
def without_hashes(folder: Path) -> Iterator[None]:
    """Have working directories get a lock file that pins versions only; it is kept in the folder."""
    text, removed = _HASHES.subn("", PROVIDER_LOCK.read_text(encoding="utf-8"))
    assert removed == text.count("provider ")
    file = folder / "without-hashes" / PROVIDER_LOCK.name
    file.parent.mkdir(exist_ok=True)
    # In one step, since other processes of the session write the same.
    written = file.with_name(f"{os.getpid()}")
    written.write_text(text, encoding="utf-8")
    written.replace(file)
    with _lock_file(file):
        yield


@contextmanager
def the_real() -> Iterator[None]:
    """Have working directories get the repository's lock file after all."""
    with _lock_file(PROVIDER_LOCK):
        yield


@contextmanager
def _lock_file(file: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(workspace, "PROVIDER_LOCK", file)
        yield
