"""The stacks that the settings come to."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cdktf import App

from modules.areas.state.stack import StateBackendStack
from modules.core.errors import AreaError
from modules.platform import PlatformStack

if TYPE_CHECKING:
    from modules.settings import Settings

PROVIDER_LOCK = Path(__file__).resolve().parents[1] / ".terraform.lock.hcl"
STACKS = ("state-backend", "platform")


Extension = Callable[[PlatformStack], None]


def build(settings: Settings, *, outdir: Path | None = None, extend: Extension | None = None) -> App:
    """App with both stacks, not synthesized yet.

    Parameters
    ----------
    outdir
        Folder for the output; by default ``CDKTF_OUTDIR``, or ``cdktf.out``.
    extend
        Adds to the platform's stack what a team has of its own (``extensions``). None by default.
    """
    app = App(outdir=str(outdir)) if outdir else App()
    backend, platform = STACKS
    StateBackendStack(app, backend, settings=settings)
    PlatformStack(app, platform, settings=settings, extend=extend)
    return app


def synthesize(settings: Settings, *, extend: Extension | None = None) -> int:
    """Write the stacks' output and return 0, or print why not on one line and return 1.

    Beside each stack's JSON stands the lock file of providers, by whose hashes ``terraform init`` and the cdktf CLI
    take them: https://developer.hashicorp.com/terraform/language/files/dependency-lock.
    ``MERIDIAN_TRACEBACK=1`` shows where in the code it failed.
    """
    try:
        app = build(settings, extend=extend)
        app.synth()
    except AreaError as error:
        if os.environ.get("MERIDIAN_TRACEBACK") == "1":
            raise
        sys.stderr.write(f"{error} (MERIDIAN_TRACEBACK=1 shows where)\n")
        return 1
    for stack in STACKS:
        shutil.copyfile(PROVIDER_LOCK, Path(app.outdir) / "stacks" / stack / PROVIDER_LOCK.name)
    return 0
