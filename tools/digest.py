"""SHA-256 of what has to be the same later on: a file, or a synthesized stack."""

import hashlib
from collections.abc import Callable
from pathlib import Path


def of_file(file: Path) -> str | None:
    """Return the SHA-256 of a file; None if there is no such file."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def of_directory(directory: Path, *, ignored: Callable[[Path], bool]) -> str:
    """Return one SHA-256 for names and content of all files below a directory.

    Parameters
    ----------
    directory : Path
        One that does not exist counts as empty.
    ignored : callable
        Tells of a path, relative to the directory, whether it is left out, and a directory with all that is in it.
    """
    digest = hashlib.sha256()
    for file in sorted(path for path in directory.rglob("*") if path.is_file()):
        name = file.relative_to(directory)
        if any(ignored(part) for part in (name, *name.parents[:-1])):
            continue
        digest.update(f"{name.as_posix()}\0{of_file(file)}\n".encode())
    return digest.hexdigest()
