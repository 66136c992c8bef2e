from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from policies.errors import GateError

ROOT = Path(__file__).resolve().parent.parent
CHECKOV_PYTHON = ROOT / ".venv-checkov" / "bin" / "python"
DRIVER = ROOT / "policies" / "checkov_driver.py"
CHECKS_DIR = ROOT / "policies" / "checks"
TIMEOUT_SECONDS = 900
# Anything else could come from a developer's own checkov set-up: skipped checks, an API key, a proxy.
PASSED_ON = ("LANG", "LC_ALL", "PATH", "TMPDIR")

Report = Mapping[str, Any]


class Framework(StrEnum):
    """The two ways in which checkov reads a stack."""

    JSON = "terraform_json"
    PLAN = "terraform_plan"


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What checkov is to scan.

    Parameters
    ----------
    path
        The file.
    framework
        How checkov reads it.
    """

    path: Path
    framework: Framework


class Scanner(Protocol):
    """Scans files and returns checkov's report on each."""

    def __call__(self, scans: Sequence[Scan], /) -> list[Report]:
        """Scan files."""


def run_checkov(scans: Sequence[Scan], /, *, python: Path = CHECKOV_PYTHON) -> list[Report]:
    """Let checkov scan files, without the network and without anybody's settings.

    Parameters
    ----------
    scans
        What to scan.
    python
        The Python that has checkov. It runs `checkov_driver.py`.

    Returns
    -------
    list of dict
        Checkov's report on each. It is empty of results where checkov found nothing to scan.

    Raises
    ------
    GateError
        Checkov is missing, crashed, took too long or wrote no JSON.
    """
    if not python.is_file():
        raise GateError("checkov: is not installed, run `make install`")
    # An empty home and working folder: checkov takes settings from either.
    with tempfile.TemporaryDirectory(prefix="meridian-policies-") as folder:
        empty, output = Path(folder) / "empty", Path(folder) / "reports"
        empty.mkdir()
        output.mkdir()
        arguments = [f"{scan.framework}={scan.path.resolve()}" for scan in scans]
        environment = {key: os.environ[key] for key in PASSED_ON if key in os.environ} | {"HOME": str(empty)}
        try:
            done = subprocess.run(  # noqa: S603  # a program and arguments of ours
                [str(python), "-I", "-B", str(DRIVER), str(CHECKS_DIR), str(output), *arguments],
                cwd=empty,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise GateError(f"checkov: took more than {TIMEOUT_SECONDS} s") from error
        except OSError as error:
            raise GateError(f"checkov: cannot be started, {error.strerror}, run `make install`") from error
        written = {scan: output / f"{number}.json" for number, scan in enumerate(scans)}
        if done.returncode:
            failed = [scan for scan, file in written.items() if not file.is_file()] or scans
            what = f"ended with {done.returncode}"
            raise GateError([_fault(scan=scan, what=what, printed=done.stderr) for scan in failed])
        return [_read(scan=scan, file=file, printed=done.stderr) for scan, file in written.items()]


def _read(*, scan: Scan, file: Path, printed: str) -> Report:
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GateError(_fault(scan=scan, what="wrote no JSON", printed=printed)) from error
    return report if isinstance(report, dict) else {}


def _fault(*, scan: Scan, what: str, printed: str) -> str:
    lines = printed.strip().splitlines()
    return f"{scan.path}: checkov {what} as {scan.framework}, {lines[-1] if lines else 'no message'}"
