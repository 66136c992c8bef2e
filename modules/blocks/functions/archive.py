"""Zips of Lambda functions: the same bytes from the same inputs, on any machine and at any time."""

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

#: A zip cannot hold an earlier time.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)
MODE = stat.S_IFREG | 0o644
UNIX = 3


class BundleError(ValueError):
    """Something that cannot be shipped; its text is one line."""


def package(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """List the modules of ``folder`` as the files of a package ``name`` inside a zip."""
    for module in sorted(folder.rglob("*.py")):
        yield f"{name}/{module.relative_to(folder).as_posix()}", module


def write_archive(target: Path, files: Iterable[tuple[str, Path]]) -> str:
    """Write the zip.

    Parameters
    ----------
    target
        The file to write or replace; its folder is made.
    files
        Each file's name inside the zip, and where it is. Their order does not matter.

    Returns
    -------
    str
        The zip's SHA-256 in base64, as Terraform's ``source_code_hash`` takes it.

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
    # Whoever reads the target meanwhile has the old zip or the new one, never half of it.
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
    # What deflate writes depends on the zlib of the machine.
    entry.compress_type = ZIP_STORED
    return entry
