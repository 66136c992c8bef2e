"""`make tables`: write anew what is never edited by hand: the reference, and the tables of two pages of docs."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tools import runbooks
from tools.controls import page as control_map
from tools.numbers import DEFAULT
from tools.paths import PLATFORM, ROOT, Paths
from tools.reference import page as reference
from tools.reference import schema
from tools.synth import synthesize


def write(*, environ: Mapping[str, str]) -> None:
    """Write the reference of the settings and its schema; synthesize the default settings, and write both tables."""
    with TemporaryDirectory() as folder:
        paths = Paths(settings=ROOT / DEFAULT, build=Path(folder) / "build", out=Path(folder) / "out")
        synthesize(paths, environ=environ)
        output = json.loads((paths.stack_output(PLATFORM) / "cdk.tf.json").read_text(encoding="utf-8"))
    reference.write()
    schema.write()
    for tables in (control_map, runbooks):
        tables.PAGE.write_text(tables.page(output["resource"]), encoding="utf-8")
