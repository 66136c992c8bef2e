"""How much faster the synthesis is with the fast bindings, measured side by side."""

import filecmp
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from time import monotonic

from tools.console import Reporter
from tools.errors import ToolError
from tools.paths import Paths
from tools.synth import synthesize

RUNS = 3
HIGHEST_RATIO = 0.25
_SWITCH = "MERIDIAN_FAST_BINDINGS"


def bench(*, settings: Path, environ: Mapping[str, str] = os.environ, reporter: Reporter | None = None) -> float:
    """Synthesize with and without the fast bindings, three times each in turn, and return the ratio of the medians.

    Parameters
    ----------
    settings : Path
        The settings file.
    environ : mapping, optional
        By default this process's environment.
    reporter : Reporter, optional
        By default standard output.

    Raises
    ------
    ToolError
        When a synthesis fails, when the two outputs differ in a byte, or when the ratio is above 0.25.
    """
    reporter = reporter or Reporter()
    kept = {name: value for name, value in environ.items() if name != _SWITCH}
    kinds = {"fast bindings": kept, "plain imports": {**kept, _SWITCH: "0"}}
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory(prefix="meridian-bench-") as directory:
        outputs = {kind: Path(directory) / kind.replace(" ", "-") for kind in kinds}
        for run in range(1, RUNS + 1):
            for kind, variables in kinds.items():
                paths = Paths(settings=settings.absolute(), build=Path(directory), out=outputs[kind])
                started = monotonic()
                synthesize(paths, environ=variables)
                times[kind].append(monotonic() - started)
                reporter.say(f"run {run}, {kind}: {times[kind][-1]:.2f} s")
        if differing := differences(*outputs.values()):
            raise ToolError(f"the two outputs differ: {', '.join(differing)}")
    fast, plain = (median(times[kind]) for kind in kinds)
    ratio = fast / plain
    reporter.say(f"median: {fast:.2f} s with fast bindings, {plain:.2f} s with plain imports, byte-identical output")
    reporter.say(f"ratio: {ratio:.2f} (allowed: {HIGHEST_RATIO:.2f})")
    if ratio > HIGHEST_RATIO:
        raise ToolError(
            f"the ratio is {ratio:.2f}, allowed is {HIGHEST_RATIO:.2f}",
            advice="see what main.py imports: `python -X importtime main.py`",
        )
    return ratio


def differences(one: Path, other: Path) -> list[str]:
    """List the files that differ between two directories, or are in only one of them."""
    files = {str(path.relative_to(top)) for top in (one, other) for path in top.rglob("*") if path.is_file()}
    _, mismatching, missing = filecmp.cmpfiles(one, other, sorted(files), shallow=False)
    return sorted([*mismatching, *missing])
