"""The stacks that the settings come to."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from cdktf import App

from modules.areas.state.stack import StateBackendStack
from modules.core.errors import AreaError
from modules.platform import PlatformStack
from modules.settings.choices import chosen

if TYPE_CHECKING:
    from modules.settings import Settings

PROVIDER_LOCK = Path(__file__).resolve().parents[1] / ".terraform.lock.hcl"
STACKS = ("state-backend", "platform")
DEFAULT_OUTDIR = "cdktf.out"


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
    stacks = (
        StateBackendStack(app, backend, settings=settings),
        PlatformStack(app, platform, settings=settings, extend=extend),
    )
    for stack in stacks:
        # Terraform ignores it; the policy gate reads it.
        stack.add_override("//.choices", {one.path: one.value for one in chosen(settings)})
        if settings.meant_losses:
            stack.add_override("//.allow_loss", settings.meant_losses)
    return app


def synthesize(settings: Settings, *, extend: Extension | None = None) -> int:
    """Write the stacks' output and return 0, or print why not on one line and return 1.

    Beside each stack's JSON stands the lock file of providers, by whose hashes ``terraform init`` and the cdktf CLI
    take them: https://developer.hashicorp.com/terraform/language/files/dependency-lock.
    ``MERIDIAN_TRACEBACK=1`` shows where in the code it failed.
    """
    outdir = Path(os.environ.get("CDKTF_OUTDIR") or DEFAULT_OUTDIR)
    try:
        outdir.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=outdir):
            pass
    except OSError as error:
        sys.stderr.write(f"CDKTF_OUTDIR: cannot be written to ({error.strerror}), got {str(outdir)!r}\n")
        return 1
    try:
        app = build(settings, outdir=outdir, extend=extend)
        app.synth()
    except AreaError as error:
        # CDKTF makes the folder of a stack before the stack; output of an earlier run is kept.
        for folder in (*(outdir / "stacks").glob("*"), outdir / "stacks", outdir):
            with suppress(OSError):
                folder.rmdir()
        if os.environ.get("MERIDIAN_TRACEBACK") == "1":
            raise
        sys.stderr.write(f"{error} (MERIDIAN_TRACEBACK=1 shows where)\n")
        return 1
    for stack in STACKS:
        shutil.copyfile(PROVIDER_LOCK, Path(app.outdir) / "stacks" / stack / PROVIDER_LOCK.name)
    return 0
