"""The `terraform` program: where it is, and whether it is one that the project works with."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.errors import ToolError

MINIMUM = (1, 11)
"""The first version with ephemeral values, write-only arguments and `use_lockfile`."""
BELOW = 2
_HOW_TO_GET_IT = (
    "install Terraform 1.11 or newer from https://developer.hashicorp.com/terraform/install and put it on PATH"
)
_VERSION = re.compile(r"(\d+)\.(\d+)\.\d+")


@dataclass(frozen=True, kw_only=True)
class Binary:
    """A `terraform` program that the project works with.

    Parameters
    ----------
    path : Path
        Its absolute path.
    version : str
        What it says it is, as in `1.11.4`.
    """

    path: Path
    version: str


def find_terraform(search_path: str | None = None) -> Binary:
    """Find `terraform` and check its version.

    Parameters
    ----------
    search_path : str, optional
        Directories to look in, as in PATH. By default PATH itself.

    Raises
    ------
    ToolError
        When there is none, when it cannot say its version, or when its version is none of 1.11 or newer, below 2.
    """
    found = shutil.which("terraform", path=search_path)
    if found is None:
        raise ToolError("no terraform on PATH", advice=_HOW_TO_GET_IT)
    path = Path(found).absolute()
    version = _ask_version(path)
    match = _VERSION.match(version)
    number = (int(match[1]), int(match[2])) if match else (0, 0)
    if number < MINIMUM or number[0] >= BELOW:
        raise ToolError(f"{path} is terraform {version}; allowed is 1.11 or newer, below 2", advice=_HOW_TO_GET_IT)
    return Binary(path=path, version=version)


def _ask_version(path: Path) -> str:
    try:
        answer = subprocess.run(  # noqa: S603 - the user's own terraform, found on PATH
            [path, "version", "-json"], capture_output=True, text=True, check=True, timeout=60
        )
        return str(json.loads(answer.stdout)["terraform_version"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise ToolError(f"{path} does not tell its version: {error}", advice=_HOW_TO_GET_IT) from error
