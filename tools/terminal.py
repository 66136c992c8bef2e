"""Whether somebody looks on."""

import os
from collections.abc import Mapping

from rich.console import Console


def redraws(console: Console, *, environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether lines may be drawn again and again: on a terminal, and not in a CI that pretends to be one.

    Parameters
    ----------
    console : Console
        Where it would be drawn. `FORCE_COLOR` makes every one of them a terminal for rich, a file too.
    environ : mapping, optional
        `CI` in it, with any value but `false`, says that nobody looks on. By default this process's environment.
    """
    if environ.get("CI", "false").lower() not in {"", "false", "0"} or console.is_dumb_terminal:
        return False
    isatty = getattr(console.file, "isatty", None)
    return console.is_terminal and isatty is not None and bool(isatty())
