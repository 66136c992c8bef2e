"""Terraform's CLI configuration: where its providers come from."""

import json
from collections.abc import Mapping
from pathlib import Path

from tools.files import write_text
from tools.terraform.mirror import AWS, find_mirror

VARIABLE = "TF_CLI_CONFIG_FILE"


def cli_configuration(
    *, environ: Mapping[str, str], file: Path, binary: Path, version: str | None = None, discover: bool = True
) -> Path | None:
    """Give the CLI configuration that terraform is to run with, written to `file` unless the user has one.

    Parameters
    ----------
    environ : mapping
        A `TF_CLI_CONFIG_FILE` in it is respected if its file exists.
    file : Path
        Where to write ours, if there is a mirror to name. It serves the AWS provider and nothing else.
    binary : Path
        The terraform program; see `find_mirror`.
    version : str, optional
        The AWS provider version that is needed. By default any will do.
    discover : bool
        Whether a mirror is sought where none is named. True by default.

    Returns
    -------
    Path or None
        None leaves it to Terraform: the user's `~/.terraformrc`, its own local mirrors, the registry.

    Raises
    ------
    ToolError
        When `MERIDIAN_PROVIDER_MIRROR` names a directory without the provider.
    """
    users = environ.get(VARIABLE)
    if users and Path(users).is_file():
        return Path(users).absolute()
    mirror = find_mirror(environ=environ, binary=binary, version=version, discover=discover)
    if mirror is None:
        return None
    write_text(file, installation(mirror))
    return file.absolute()


def installation(mirror: Path) -> str:
    """Write the `provider_installation` block that serves the AWS provider from a mirror."""
    # The registry is left out for what the mirror holds: terraform asks every method that may serve a provider, and
    # fails without internet although the mirror has it.
    held = json.dumps([str(AWS)])
    return (
        "provider_installation {\n"
        f"  filesystem_mirror {{\n    path    = {json.dumps(str(mirror))}\n    include = {held}\n  }}\n"
        f"  direct {{\n    exclude = {held}\n  }}\n"
        "}\n"
    )
