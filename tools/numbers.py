"""The tables of docs/cost.md and docs/quotas.md, and the picture of the docs: computed, and never edited by hand."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tools import cost, quotas
from tools.diagram.build import picture_of
from tools.diagram.command import IMAGES, drawn
from tools.paths import ROOT, STACKS, Paths
from tools.synth import synthesize
from tools.usage import Usage, usage

DEFAULT, SMALLEST = "config/prod.yaml", "config/smallest.yaml"
COST, QUOTAS = ROOT / "docs" / "cost.md", ROOT / "docs" / "quotas.md"


def replaced(text: str, name: str, table: str) -> str:
    """Return a page with another table between the comments `<!-- NAME -->` and `<!-- end -->`."""
    return re.sub(
        rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}{table}\n{found[2]}",
        text,
        flags=re.DOTALL,
    )


def pages(used: Mapping[str, Usage]) -> dict[Path, str]:
    """Return both pages with the tables of the given usage.

    Parameters
    ----------
    used : mapping
        By settings file, `DEFAULT` and `SMALLEST`, what its stacks take.
    """
    costs = COST.read_text(encoding="utf-8")
    for name in (DEFAULT, SMALLEST):
        costs = replaced(costs, name, cost.table(used[name]))
    sums = "\n".join(f"- `{name}`: **{cost.total(cost.lines(used[name])):,.0f} USD** a month" for name in used)
    return {
        COST: replaced(costs, "totals", sums),
        QUOTAS: replaced(QUOTAS.read_text(encoding="utf-8"), DEFAULT, quotas.table(used[DEFAULT])),
    }


def write(*, environ: Mapping[str, str]) -> None:
    """Synthesize both settings files, and write the tables of the pages and the picture anew."""
    used, pictures = {}, {}
    for name in (DEFAULT, SMALLEST):
        with TemporaryDirectory() as folder:
            paths = Paths(settings=ROOT / name, build=Path(folder) / "build", out=Path(folder) / "out")
            synthesize(paths, environ=environ)
            texts = ((paths.stack_output(stack) / "cdk.tf.json").read_text(encoding="utf-8") for stack in STACKS)
            stacks = list(map(json.loads, texts))
            used[name], pictures[name] = usage(*stacks), picture_of(*stacks)
    for page, text in pages(used).items():
        page.write_text(text, encoding="utf-8")
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, text in drawn(pictures[DEFAULT]).items():
        (IMAGES / name).write_text(text, encoding="utf-8")
