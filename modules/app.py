"""The stacks that the settings come to."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cdktf import App

from modules.errors import AreaError
from modules.platform import PlatformStack
from modules.state.stack import StateBackendStack

if TYPE_CHECKING:
    from pathlib import Path

    from modules.settings import Settings


def build(settings: Settings, *, outdir: Path | None = None) -> App:
    """App with both stacks, not synthesized yet.

    Parameters
    ----------
    outdir
        Folder for the output; by default ``CDKTF_OUTDIR``, or ``cdktf.out``.
    """
    app = App(outdir=str(outdir)) if outdir else App()
    StateBackendStack(app, "state-backend", settings=settings)
    PlatformStack(app, "platform", settings=settings)
    return app


def synthesize(settings: Settings) -> int:
    """Write the stacks' output and return 0, or print why not on one line and return 1.

    ``MERIDIAN_TRACEBACK=1`` shows where in the code it failed.
    """
    try:
        build(settings).synth()
    except AreaError as error:
        if os.environ.get("MERIDIAN_TRACEBACK") == "1":
            raise
        sys.stderr.write(f"{error} (MERIDIAN_TRACEBACK=1 shows where)\n")
        return 1
    return 0
