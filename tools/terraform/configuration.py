"""Terraform's CLI configuration: where its providers come from."""

import json
from collections.abc import Mapping
from pathlib import Path

from tools.files import write_text
from tools.terraform.mirror import find_mirror, providers_in

VARIABLE = "TF_CLI_CONFIG_FILE"


def cli_configuration(*, environ: Mapping[str, str], file: Path, binary: Path, version: str | None = None) -> Path:
    """Give the CLI configuration that terraform is to run with, written to `file` unless the user has one.

    Parameters
    ----------
    environ : mapping
        A `TF_CLI_CONFIG_FILE` in it is respected if its file exists.
    file : Path
        Where to write ours. It names the mirror for what the mirror holds and the registry for the rest.
    binary : Path
        The terraform program; see `find_mirror`.
    version : str, optional
        The AWS provider version that is needed. By default any will do.

    Raises
    ------
    ToolError
        When `MERIDIAN_PROVIDER_MIRROR` names a directory without the provider.
    """
    users = environ.get(VARIABLE)
    if users and Path(users).is_file():
        return Path(users).absolute()
    write_text(file, installation(find_mirror(environ=environ, binary=binary, version=version)))
    return file.absolute()


def installation(mirror: Path | None) -> str:
    """Write the `provider_installation` block for a mirror, or for the registry alone."""
    if mirror is None:
        return "provider_installation {\n  direct {}\n}\n"
    # The registry is left out for what the mirror holds: terraform asks every method that may serve a provider, and
    # fails without internet although the mirror has it.
    held = json.dumps(providers_in(mirror))
    return (
        "provider_installation {\n"
        f"  filesystem_mirror {{\n    path    = {json.dumps(str(mirror))}\n    include = {held}\n  }}\n"
        f"  direct {{\n    exclude = {held}\n  }}\n"
        "}\n"
    )
