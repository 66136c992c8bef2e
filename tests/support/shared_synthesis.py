"""`main.py`, run once a session for the same settings: what is synthesized depends on nothing else."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from tools.paths import Paths
from tools.synth import run

#: What `main.py` reads besides the settings file; see docs/environment.md.
READ = ("ENVIRONMENT_SUFFIX", "MERIDIAN_EXTENSIONS", "MERIDIAN_FAST_BINDINGS")


def run_once(
    program: Path, *, paths: Paths, environ: Mapping[str, str], session: Path
) -> subprocess.CompletedProcess[str]:
    """Run the program, or copy what it made of the same settings before, in whichever process of the session."""
    read = {name: environ[name] for name in READ if name in environ}
    made_from = repr((str(program), paths.settings.read_bytes(), sorted(read.items())))
    folder = session / f"main-{sha256(made_from.encode()).hexdigest()[:16]}"
    folder.mkdir(exist_ok=True)
    output = folder / "out"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not output.exists():
            ended = run(program, paths=paths, environ=environ)
            if ended.returncode == 0 and not ended.stderr:
                shutil.copytree(paths.out, output)
            return ended
    shutil.rmtree(paths.out, ignore_errors=True)
    shutil.copytree(output, paths.out)
    return subprocess.CompletedProcess(args=[str(program)], returncode=0, stdout="", stderr="")
