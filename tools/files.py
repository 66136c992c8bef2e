"""Files that another process may be reading are written whole."""

import os
import tempfile
from pathlib import Path


def write_text(file: Path, text: str) -> None:
    """Write `text` to `file` in one step, and make the directories above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    Path(name).replace(file)
