"""Zip files of Lambda functions: the same inputs give the same bytes, on any machine and at any time."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: The earliest time that a zip file can hold.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)
MODE = stat.S_IFREG | 0o644
UNIX = 3


class BundleError(ValueError):
    """A file that cannot be packaged. The message is one line."""


def package(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """List the modules of ``folder`` as files of the package ``name`` inside the zip file."""
    for module in sorted(folder.rglob("*.py")):
        yield f"{name}/{module.relative_to(folder).as_posix()}", module


def write_archive(target: Path, files: Iterable[tuple[str, Path]]) -> str:
    """Write the zip file.

    Parameters
    ----------
    target
        The file to write or replace. Its folder is created.
    files
        Each file's name inside the zip file, and its path. Their order does not matter.

    Returns
    -------
    str
        The zip's SHA-256 in base64, the format of Terraform's ``source_code_hash``.

    Raises
    ------
    BundleError
        If a file is missing, or two have the same name.
    """
    contents: dict[str, bytes] = {}
    for name, file in files:
        if name in contents:
            raise BundleError(f"{name}: shipped twice")
        if not file.is_file():
            raise BundleError(f"{name}: {file} is missing")
        contents[name] = file.read_bytes()
    target.parent.mkdir(parents=True, exist_ok=True)
    # A concurrent reader sees the old zip file or the new one, never a part of it.
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    with ZipFile(partial, "w") as archive:
        for name in sorted(contents):
            archive.writestr(_entry(name), contents[name])
    partial.replace(target)
    return base64.b64encode(hashlib.sha256(target.read_bytes()).digest()).decode("ascii")


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, TIMESTAMP)
    entry.create_system = UNIX
    entry.external_attr = MODE << 16
    # Stored, because the output of deflate depends on the machine's zlib.
    entry.compress_type = ZIP_STORED
    return entry
