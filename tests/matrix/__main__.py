"""Run the project with every Python and Node that is named: ``make matrix PYTHONS="..." NODES="..."``.

For each Python an environment is made from the lock file, with hashes, and runs ``tests/unit``. With each Node it
synthesizes the settings with every option: the output has to be the same to the byte. Each Node also runs
``cdktf synth``. Exits 1 if anything fails; what was run last stands in docs/support.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements/project.lock"
BUILD = ROOT / "build/matrix"
OUT = BUILD / "out"
SETTINGS = "tests/golden/every_option.yaml"


def main(environ: dict[str, str]) -> int:
    """Run everything, print a line for each, and return the exit code."""
    pythons = environ.get("PYTHONS", "python3.11 python3.12 python3.13").split()
    nodes = environ.get("NODES", "node").split()
    failed, outputs = 0, set()
    for python in pythons:
        program = _environment(python)
        name = _said(str(program), "--version")
        wrong = _run([str(program), "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "tests/unit"])
        failed += _tell(f"{name}: installed with hashes, tests/unit {'fail' if wrong else 'pass'}", failed=bool(wrong))
        for node in nodes:
            digest = _synthesize([str(program), "main.py"], node=node)
            outputs.add(digest)
            failed += _tell(f"{name}, Node {_said(node, '--version')}: output {digest or 'fails'}", failed=not digest)
    for node in nodes:
        cli = ["node_modules/.bin/cdktf", "synth", "--app", f"{program} main.py", "--output", str(OUT)]
        digest = _synthesize(cli, node=node)
        outputs.add(digest)
        failed += _tell(f"cdktf synth, Node {_said(node, '--version')}: output {digest or 'fails'}", failed=not digest)
    if len(outputs - {""}) > 1:
        failed += _tell("the outputs differ")
    return 1 if failed else 0


def _environment(python: str) -> Path:
    """Return the Python of an environment with the locked packages."""
    folder = BUILD / python.strip("/").replace("/", "-")
    made_of = folder / "made-of"
    if not made_of.exists() or made_of.read_text() != LOCK.read_text():
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
        pip = [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", LOCK]
        subprocess.run(pip, check=True)
        made_of.write_text(LOCK.read_text())
    return folder / "bin/python"


def _synthesize(command: Sequence[str], *, node: str) -> str:
    """Return a digest of the stacks that a command synthesizes with a Node, an empty text if it fails."""
    shutil.rmtree(OUT, ignore_errors=True)
    path = shutil.which(node)
    if path is None or _run(command, PATH=f"{Path(path).parent}:{os.environ['PATH']}", CDKTF_OUTDIR=str(OUT)):
        return ""
    return sha256(b"".join(file.read_bytes() for file in sorted(OUT.rglob("cdk.tf.json")))).hexdigest()[:16]


def _run(command: Sequence[str], **environ: str) -> int:
    variables = {"MERIDIAN_SETTINGS": SETTINGS, "CHECKPOINT_DISABLE": "1", "CI": "1", **environ}
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        sys.stderr.write(ended.stdout[-2000:] + ended.stderr[-2000:])
    return ended.returncode


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _tell(text: str, *, failed: bool = True) -> int:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(dict(os.environ)))
