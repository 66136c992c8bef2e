"""The tables of docs/cost.md and docs/quotas.md, and the picture of the docs: computed, and never edited by hand."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tools import cost, quotas
from tools.diagram.build import picture_of
from tools.diagram.command import IMAGES, drawn
from tools.paths import ROOT, STACKS, Paths
from tools.prices import PAGES, PRICES, USES
from tools.savings import Saving, savings, settings_total
from tools.synth import synthesize
from tools.usage import usage

Stack = Mapping[str, Any]

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


def pages(stacks: Mapping[str, Sequence[Stack]], chosen: Sequence[Saving]) -> dict[Path, str]:
    """Return both pages with their tables.

    Parameters
    ----------
    stacks : mapping
        By settings file, `DEFAULT` and `SMALLEST`, the JSON of its stacks.
    chosen : sequence of Saving
        What other values would save in `DEFAULT`.
    """
    found = {name: cost.lines(*stacks[name]) for name in (DEFAULT, SMALLEST)}
    tables = {
        "totals": "\n".join(f"- `{name}`: **{cost.total(its):,.0f} USD** a month" for name, its in found.items()),
        "areas": cost.area_table(found[DEFAULT]),
        "savings": cost.savings_table(chosen),
        "uses": cost.uses_table(),
        "sources": sources_table(),
        **{name: cost.table(its) for name, its in found.items()},
    }
    costs = COST.read_text(encoding="utf-8")
    for name, table in tables.items():
        costs = replaced(costs, name, table)
    return {
        COST: costs,
        QUOTAS: replaced(QUOTAS.read_text(encoding="utf-8"), DEFAULT, quotas.table(usage(*stacks[DEFAULT]))),
    }


def sources_table() -> str:
    """Return where the prices are from, as a Markdown table: a row for each page of AWS and way of reading it."""
    rows: dict[tuple[str, str], list[str]] = {}
    for name, price in PRICES.items():
        rows.setdefault((price.page, price.read), []).append(name)
        for region in price.other:
            rows.setdefault((price.page, f"Price List, 2026: {region}"), []).append(name)
    for use in USES:
        rows.setdefault((use.page, use.read), []).append(use.name)
    lines = [
        f"| [{page}]({PAGES[page]}) | {read} | {', '.join(names)} |" for (page, read), names in sorted(rows.items())
    ]
    return "\n".join(["| AWS's page | how it was read | prices |", "|---|---|---|", *lines])


def write(*, environ: Mapping[str, str]) -> None:
    """Synthesize both settings files, and write the tables of the pages and the picture anew."""
    stacks = {name: _stacks(ROOT / name, environ=environ) for name in (DEFAULT, SMALLEST)}
    total_of = settings_total(cost.total_of_stacks, environ=environ)
    text = (ROOT / DEFAULT).read_text(encoding="utf-8")
    chosen = savings(text, now=cost.total_of_stacks(*stacks[DEFAULT]), total_of=total_of, workers=2)
    for page, content in pages(stacks, chosen).items():
        page.write_text(content, encoding="utf-8")
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, drawing in drawn(picture_of(*stacks[DEFAULT])).items():
        (IMAGES / name).write_text(drawing, encoding="utf-8")


def _stacks(settings: Path, *, environ: Mapping[str, str]) -> list[Stack]:
    with TemporaryDirectory() as folder:
        paths = Paths(settings=settings, build=Path(folder) / "build", out=Path(folder) / "out")
        synthesize(paths, environ=environ)
        return [json.loads((paths.stack_output(one) / "cdk.tf.json").read_text(encoding="utf-8")) for one in STACKS]
