"""Synthesis, once a session for the same settings: what is synthesized depends on nothing else."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from modules.settings import SettingsError, load_settings
from tools.paths import Paths
from tools.synth import MAIN, run

#: What `main.py` reads besides the settings file; see docs/environment.md.
READ = ("ENVIRONMENT_SUFFIX", "MERIDIAN_EXTENSIONS", "MERIDIAN_FAST_BINDINGS")
DONE = subprocess.CompletedProcess(args=[str(MAIN)], returncode=0, stdout="", stderr="")


def run_once(
    program: Path, *, paths: Paths, environ: Mapping[str, str], session: Path
) -> subprocess.CompletedProcess[str]:
    """Run the program, or copy what was made of the same settings before, in whichever process of the session.

    What `main.py` does is done in this process, which has the bindings by then; `tests/synth/test_main.py` runs it. It
    is run where it will fail, for what it says.
    """
    read = {name: environ[name] for name in READ if name in environ}
    made_from = repr((str(program), paths.settings.read_bytes(), sorted(read.items())))
    folder = session / f"main-{sha256(made_from.encode()).hexdigest()[:16]}"
    folder.mkdir(exist_ok=True)
    output = folder / "out"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not output.exists() and program == MAIN and not read.get("MERIDIAN_EXTENSIONS", "is there"):
            with suppress(SettingsError):
                _make(paths.settings, environ, output)
        if not output.exists():
            ended = run(program, paths=paths, environ=environ)
            if ended.returncode == 0 and not ended.stderr:
                shutil.copytree(paths.out, output)
            return ended
    shutil.rmtree(paths.out, ignore_errors=True)
    shutil.copytree(output, paths.out)
    return DONE


def _make(file: Path, environ: Mapping[str, str], output: Path) -> None:
    settings = load_settings(file, environ)
    # Slow to import, and not every process has a life in it.
    from modules.app import synthesize  # noqa: PLC0415

    made = output.with_name("made")
    shutil.rmtree(made, ignore_errors=True)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("CDKTF_OUTDIR", str(made))
        if synthesize(settings) == 0:
            made.rename(output)
