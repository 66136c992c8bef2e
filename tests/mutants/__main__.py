"""`make mutants`: change one place of the program at a time, and see whether a fast test notices.

`MUTANTS` says how many, by default 200, and `SEED` which, by default 1. What survives is to be looked at: either it
changes nothing that anybody could see, or a test is missing.
"""

from __future__ import annotations

import difflib
import json
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.mutations import Mutation, mutations
from tests.mutants.trial import Trial

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "mutants"
#: Mutants at the same time, each in a tree of its own.
WORKERS = 2


def sample(count: int, seed: int) -> list[tuple[Mutation, str]]:
    """Return mutations with the sources that they make, as many of one file as it has lines of all lines."""
    files = [path for folder in ("modules", "policies") for path in sorted((ROOT / folder).rglob("*.py"))]
    sources = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files}
    drawn = random.Random(seed)  # noqa: S311 - nothing is secret about it
    known: dict[str, list[Mutation]] = {}
    found: dict[Mutation, str] = {}
    while len(found) < count:
        (file,) = drawn.choices(list(sources), weights=[text.count("\n") for text in sources.values()])
        if file not in known:
            known[file] = list(mutations(ROOT, file))
        if known[file]:
            family = drawn.choice(sorted({one.family for one in known[file]}))
            mutation = drawn.choice([one for one in known[file] if one.family == family])
            known[file].remove(mutation)
            if changed := mutation.applied_to(sources[file]):
                found[mutation] = changed
        elif not any(known.get(each, [True]) for each in sources):
            break
    return list(found.items())


def difference(mutation: Mutation, source: str) -> str:
    ours = (ROOT / mutation.file).read_text(encoding="utf-8")
    lines = difflib.unified_diff(ours.splitlines(), source.splitlines(), mutation.file, "mutant", n=0, lineterm="")
    return "\n".join(list(lines)[2:])


def main() -> int:
    """Try a sample, tell of each mutant, and leave a report."""
    count, seed = int(os.environ.get("MUTANTS") or 200), int(os.environ.get("SEED") or 1)
    began, results = time.monotonic(), []
    trees: SimpleQueue[Trial] = SimpleQueue()
    for number in range(WORKERS):
        trees.put(Trial(ROOT, FOLDER / f"tree-{number}"))

    def attempt(drawn: tuple[Mutation, str]) -> tuple[Mutation, str, str, float]:
        trial, begun = trees.get(), time.monotonic()
        try:
            return *drawn, trial.killed_by(drawn[0].file, drawn[1]), round(time.monotonic() - begun, 1)
        finally:
            trees.put(trial)

    with ThreadPoolExecutor(WORKERS) as workers:
        for number, done in enumerate(workers.map(attempt, sample(count, seed)), start=1):
            mutation, source, killer, seconds = done
            change = difference(mutation, source)
            results.append(
                {"file": mutation.file, "operator": mutation.operator, "change": change}
                | {"killed by": killer, "seconds": seconds}
            )
            say(f"{number:4} {seconds:6} s  {mutation.file}  {mutation.operator}  {killer or 'SURVIVED'}")
            if not killer:
                say(change)
            (FOLDER / "report.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    left = sum(not one["killed by"] for one in results)
    say(f"{len(results)} mutants with SEED={seed} in {time.monotonic() - began:.0f} s: {left} survived")
    return 0


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
