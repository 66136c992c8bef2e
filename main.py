"""Synthesize the stacks of one settings file to Terraform JSON, in ``cdktf.out`` or where ``CDKTF_OUTDIR`` says."""

import os
import sys
from pathlib import Path

from modules.settings import SettingsError, load_settings

DEFAULT_SETTINGS = "config/prod.yaml"


def main() -> int:
    """Synthesize; on a fault print one line each, leave no output and return 1."""
    try:
        settings = load_settings(Path(os.environ.get("MERIDIAN_SETTINGS") or DEFAULT_SETTINGS), os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    from modules.app import synthesize  # noqa: PLC0415 - faulty settings are reported before cdktf is loaded

    return synthesize(settings)


if __name__ == "__main__":
    sys.exit(main())
