"""`make controls`: write the tables of docs/controls.md anew."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.controls.page import PAGE, page
from tools.numbers import DEFAULT
from tools.paths import PLATFORM, ROOT, Paths
from tools.synth import synthesize


def write(*, environ: Mapping[str, str]) -> None:
    """Synthesize the default settings, and write the tables of the page anew."""
    with TemporaryDirectory() as folder:
        paths = Paths(settings=ROOT / DEFAULT, build=Path(folder) / "build", out=Path(folder) / "out")
        synthesize(paths, environ=environ)
        output = json.loads((paths.stack_output(PLATFORM) / "cdk.tf.json").read_text(encoding="utf-8"))
    PAGE.write_text(page(output["resource"]), encoding="utf-8")
