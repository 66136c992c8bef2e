"""Files that another process may be reading are written whole, and what may hold secrets is for its owner alone."""

import os
import tempfile
from pathlib import Path

OWNER_ONLY = 0o600
_OWNER_ONLY_DIRECTORY = 0o700


def write_text(file: Path, text: str) -> None:
    """Write `text` to `file` in one step, and make the directories above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    Path(name).replace(file)


def private_directory(directory: Path) -> None:
    """Make a directory, or close one that is there, so that only its owner may look into it."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(_OWNER_ONLY_DIRECTORY)
