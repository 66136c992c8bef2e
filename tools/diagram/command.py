"""`make diagram`, and the picture of `config/prod.yaml` in the docs."""

import json
from collections.abc import Mapping
from pathlib import Path

from modules.settings import load_settings
from tools.diagram.build import picture_of
from tools.diagram.icons import symbols
from tools.diagram.layout import laid_out
from tools.diagram.model import Picture
from tools.diagram.style import THEMES
from tools.diagram.svg import svg
from tools.paths import ROOT, STACKS, Paths
from tools.synth import synthesize

IMAGES = ROOT / "docs" / "images"
"""Where the picture of `config/prod.yaml` is kept, by `make numbers`."""


def drawn(picture: Picture) -> dict[str, str]:
    """Return the SVG of a platform by file name, one for each theme: `diagram.svg` and `diagram-dark.svg`."""
    drawing = laid_out(picture)
    return {
        f"diagram{'' if theme == 'light' else f'-{theme}'}.svg": svg(drawing, picture, theme=theme, symbols=symbols)
        for theme in THEMES
    }


def diagram(paths: Paths, *, environ: Mapping[str, str]) -> list[Path]:
    """Synthesize, draw what was synthesized, and return the files, which are left in `build`.

    Parameters
    ----------
    paths : Paths
        Where to read and write.
    environ : mapping
        The environment of the synthesis.
    """
    load_settings(paths.settings, environ)
    synthesize(paths, environ=environ)
    outputs = (paths.stack_output(stack) / "cdk.tf.json" for stack in STACKS)
    files = drawn(picture_of(*(json.loads(output.read_text(encoding="utf-8")) for output in outputs)))
    paths.reports.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (paths.reports / name).write_text(text, encoding="utf-8")
    return [paths.reports / name for name in files]
