"""The settings of the proof's own copy of the platform: small, apart from every other copy, and guarded."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tools.errors import ToolError

DOMAIN = "PROVE_DOMAIN"
"""The environment variable that names a domain whose public hosted zone is in the account."""


def write(template: Path, *, to: Path, environ: Mapping[str, str], more: Mapping[str, Any] | None = None) -> None:
    """Write the settings of the proof.

    Parameters
    ----------
    template : Path
        Everything but the domain: `config/prove.yaml`.
    to : Path
        The file to write.
    environ : mapping
        `PROVE_DOMAIN` in it is the domain.
    more : mapping, optional
        Further settings; sections are put together key by key.

    Raises
    ------
    ToolError
        When no domain is named.
    """
    if not environ.get(DOMAIN):
        raise ToolError(
            f"{DOMAIN} names no domain",
            advice=f"{DOMAIN}=proof.example.com, a domain whose public hosted zone is in the account and delegated to: "
            "certificates are validated in it",
        )
    settings = {**yaml.safe_load(template.read_text(encoding="utf-8")), "domain": environ[DOMAIN]}
    for section, keys in (more or {}).items():
        settings[section] = {**settings.get(section, {}), **keys} if isinstance(keys, Mapping) else keys
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
