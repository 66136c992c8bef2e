from __future__ import annotations

import json
import os
import subprocess
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from policies.errors import GateError

ROOT = Path(__file__).resolve().parent.parent
CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
CHECKS_DIR = ROOT / "policies" / "checks"
TIMEOUT_SECONDS = 900
# Anything else could come from a developer's own checkov set-up: skipped checks, an API key, a proxy.
PASSED_ON = ("LANG", "LC_ALL", "PATH", "TMPDIR")


class Framework(StrEnum):
    """The two ways in which checkov reads a stack."""

    JSON = "terraform_json"
    PLAN = "terraform_plan"


class Scanner(Protocol):
    """Scans one file and returns checkov's report."""

    def __call__(self, *, path: Path, framework: Framework) -> dict[str, Any]:
        """Scan a file."""


def run_checkov(*, path: Path, framework: Framework, checkov: Path = CHECKOV) -> dict[str, Any]:
    """Run checkov on one file, without the network and without anybody's settings.

    Parameters
    ----------
    path
        File to scan.
    framework
        How checkov reads it.
    checkov
        The program.

    Returns
    -------
    dict
        Checkov's JSON report. It is empty of results where checkov found nothing to scan.

    Raises
    ------
    GateError
        Checkov is missing, crashed, took too long or wrote no JSON.
    """
    if not checkov.is_file():
        raise GateError("checkov: is not installed, run `make install`")
    command = [
        str(checkov),
        *("--file", str(path.resolve())),
        *("--framework", framework),
        *("--external-checks-dir", str(CHECKS_DIR)),
        *("--output", "json"),
        "--skip-download",
        "--compact",
    ]
    # An empty home and working folder: checkov takes skips from a `.checkov.yaml` in either.
    with tempfile.TemporaryDirectory(prefix="meridian-policies-") as empty:
        environment = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
        environment |= {"HOME": empty, "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true", "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(  # noqa: S603  # a program and arguments of ours
                command,
                cwd=empty,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise GateError(f"{path}: checkov took more than {TIMEOUT_SECONDS} s as {framework}") from error
        except OSError as error:
            raise GateError(f"checkov: cannot be started, {error.strerror}, run `make install`") from error
    # 1 says that checks failed, which the report says as well.
    if done.returncode not in (0, 1):
        raise GateError(f"{path}: checkov ended with {done.returncode} as {framework}, {_last_line(done.stderr)}")
    try:
        report = json.loads(done.stdout)
    except ValueError as error:
        raise GateError(f"{path}: checkov wrote no JSON as {framework}, {_last_line(done.stderr)}") from error
    return report if isinstance(report, dict) else {}


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no message"
