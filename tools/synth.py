"""Synthesis: `main.py`, run as the cdktf CLI runs it."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.digest import of_file
from tools.errors import ToolError
from tools.paths import ROOT, STACKS, Paths
from tools.workspace import digest_of_stack

#: What synthesizes the stacks, the state backend's and the platform's.
MAIN = ROOT / "main.py"
# What comes across from Node opens with its own name, before the Python trace.
_TRACE = re.compile(r"^(jsii\.errors\.|Traceback \(most recent call last\):)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """What was synthesized from what, by content.

    Parameters
    ----------
    settings : str or None
        SHA-256 of the settings file.
    stacks : mapping
        Digest of each stack's output, see `digest_of_stack`.
    """

    settings: str | None
    stacks: Mapping[str, str]

    def require_output(self, paths: Paths) -> None:
        """Refuse output that is no longer what was synthesized.

        Raises
        ------
        ToolError
            When something else has written there.
        """
        for stack, digest in self.stacks.items():
            if digest_of_stack(paths.stack_output(stack)) != digest:
                raise ToolError(
                    f"{paths.stack_output(stack)} is not what this command has synthesized any more",
                    advice="let nothing else synthesize here, the cdktf CLI included, and run again",
                )


def synthesize(paths: Paths, *, environ: Mapping[str, str] = os.environ, program: Path = MAIN) -> Synthesis:
    """Synthesize the stacks of a settings file, and return what was synthesized from what.

    Parameters
    ----------
    paths : Paths
        The settings file to read and the output directory to fill.
    environ : mapping, optional
        The rest of the environment. By default this process's.
    program : Path, optional
        What to run. By default the project's `main.py`.

    Raises
    ------
    ToolError
        When it fails, or the settings file changes meanwhile. What it said about the settings stands on standard error
        by then, as it was said.
    """
    # cdktf makes the directory itself, but none above it.
    paths.out.parent.mkdir(parents=True, exist_ok=True)
    settings = of_file(paths.settings)
    ended = run(program, paths=paths, environ=environ)
    if ended.returncode == 0:
        sys.stderr.write(ended.stderr)
        if of_file(paths.settings) != settings:
            raise ToolError(f"{paths.settings} has changed while it was synthesized", advice="run again")
        stacks = {stack: digest_of_stack(paths.stack_output(stack)) for stack in STACKS}
        return Synthesis(settings=settings, stacks=stacks)
    paths.logs.mkdir(parents=True, exist_ok=True)
    log = paths.logs / "synth.log"
    log.write_text(ended.stderr, encoding="utf-8")
    trace = _TRACE.search(ended.stderr)
    sys.stderr.write(ended.stderr[: trace.start()] if trace else ended.stderr)
    if trace:
        last = ended.stderr.strip().splitlines()[-1]
        raise ToolError(f"{program.name} failed: {last}", advice=f"this is a fault of the program: see {log}")
    raise ToolError(f"nothing was synthesized from {paths.settings}", advice="mend what the lines above name")


def run(program: Path, *, paths: Paths, environ: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run the program that synthesizes; what it says is kept, and nothing is raised where it fails."""
    return subprocess.run(  # noqa: S603 - our own program, with this interpreter
        # -O leaves out the bindings' checks of types when they run: mypy has made them, and nothing of ours asserts.
        [sys.executable, "-O", program],
        cwd=program.parent,
        env={**environ, "MERIDIAN_SETTINGS": str(paths.settings), "CDKTF_OUTDIR": str(paths.out)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
