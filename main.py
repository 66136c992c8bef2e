"""Synthesize the stacks of one settings file to Terraform JSON, in ``cdktf.out`` or where ``CDKTF_OUTDIR`` says."""

import os
import sys
from importlib import import_module
from pathlib import Path

from modules.past_the_gate import refusal
from modules.settings import SettingsError, load_settings

DEFAULT_SETTINGS = "config/prod.yaml"
DEFAULT_EXTENSIONS = "extensions"


def main() -> int:
    """Synthesize; on a fault print one line each, leave no output and return 1."""
    if told := refusal(os.environ):
        sys.stderr.write(f"{told}\n")
        return 1
    try:
        settings = load_settings(Path(os.environ.get("MERIDIAN_SETTINGS") or DEFAULT_SETTINGS), os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    from modules.app import synthesize  # noqa: PLC0415 - faulty settings are reported before cdktf is loaded

    # An empty variable leaves them out.
    extensions = os.environ.get("MERIDIAN_EXTENSIONS", DEFAULT_EXTENSIONS)
    return synthesize(settings, extend=import_module(extensions).extend if extensions else None)


if __name__ == "__main__":
    sys.exit(main())
