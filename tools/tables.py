"""`make tables`: write the tables of docs/controls.md and docs/runbooks.md anew, which are never edited by hand."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tools import runbooks
from tools.controls import page as control_map
from tools.numbers import DEFAULT
from tools.paths import PLATFORM, ROOT, Paths
from tools.synth import synthesize


def write(*, environ: Mapping[str, str]) -> None:
    """Synthesize the default settings, and write the tables of both pages anew."""
    with TemporaryDirectory() as folder:
        paths = Paths(settings=ROOT / DEFAULT, build=Path(folder) / "build", out=Path(folder) / "out")
        synthesize(paths, environ=environ)
        output = json.loads((paths.stack_output(PLATFORM) / "cdk.tf.json").read_text(encoding="utf-8"))
    for tables in (control_map, runbooks):
        tables.PAGE.write_text(tables.page(output["resource"]), encoding="utf-8")
