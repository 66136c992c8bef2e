"""A copy of the tree in which a mutant lives, and the tests that look at it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Folders whose tests are fast and look at what modules and policies make.
FOLDERS = ("unit", "synth", "policies", "rotation", "boot")
#: What a file's area is called in the names of tests, where that is not its folder.
ALSO: Mapping[str, str] = {
    "naming": "names",
    "addressing": "network",
    "alarm": "alarms",
    "administrators": "state",
    "container": "compute",
    "database_instances": "database",
    "postgres": "database",
}
#: Environments, which a copy borrows.
BORROWED = (".venv", ".venv-checkov", "node_modules", "build/nginx")
#: A mutant that goes round in circles is found out by that.
LONGEST = 900
#: Exit codes of pytest: all passed, and there was none to run; some failed, and tests or their conftest could not be
#: imported.
WELL, ENDED = (0, 5), (1, 2, 4)
#: Which tests are fast, as `make test-unit` has it.
FAST = "not slow and not emulator"
#: Compares all that is synthesized from two settings files with what it was.
OUTPUT = "tests/synth/test_golden.py"


def that_know(root: Path, file: str) -> list[str]:
    """Return tests that know a file by name: in their own name or in what they import, and its tier's alarms."""
    path = Path(file)
    words = {path.stem, *path.parent.parts} - {"modules", "policies", "runtime", "__init__", "rules", "settings"}
    words |= {ALSO[word] for word in words & ALSO.keys()}
    dotted = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    found = []
    for folder in FOLDERS:
        for test in sorted((root / "tests" / folder).glob("test_*.py")):
            named = words & {*test.stem.removeprefix("test_").split("_"), test.stem.removeprefix("test_"), folder}
            if named or dotted in test.read_text(encoding="utf-8"):
                found.append(str(test.relative_to(root)))
    if path.parts[0] == "policies":
        found += [str(test.relative_to(root)) for test in sorted((root / "tests" / "policies").glob("test_*.py"))]
    return list(dict.fromkeys(found))


class Trial:
    """A copy of the tree.

    Parameters
    ----------
    root
        The tree.
    folder
        Where the copy goes; what was there is gone.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder
        shutil.rmtree(folder, ignore_errors=True)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            capture_output=True,
            check=True,
            text=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (root / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, folder / name)
        for name in BORROWED:
            if (root / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).symlink_to(root / name)
        if failed := self._failed_of([OUTPUT]):
            raise RuntimeError(f"fails without a mutant: {failed}")

    def killed_by(self, file: str, source: str) -> str:
        """Return the test that fails with another source of a file; empty if none does.

        First it is seen whether something else reaches AWS, which takes seconds. Then the tests that know the file run.

        Raises
        ------
        RuntimeError
            When the test fails without the mutant, and so says nothing; or when pytest did not run as it should.
        """
        place = self.folder / file
        ours = place.read_text(encoding="utf-8")
        place.write_text(source, encoding="utf-8")
        try:
            # Any other byte of a function's code is another digest, and says nothing of what it does.
            first = [] if "/runtime/" in file else [OUTPUT]
            # Tests of the gate need Terraform, and no emulator.
            chosen = "" if file.startswith("policies/") else FAST
            failed = self._failed_of(first) or self._failed_of(that_know(self.folder, file), chosen)
        finally:
            place.write_text(ours, encoding="utf-8")
        if failed.startswith("tests/") and not failed.startswith(OUTPUT) and self._failed_of([failed], chosen):
            raise RuntimeError(f"fails without a mutant: {failed}")
        return failed

    def _failed_of(self, tests: Sequence[str], chosen: str = FAST) -> str:
        """Return the first test that fails, or in words what went wrong without one."""
        if not tests:
            return ""
        # A compiled file goes by the second and the size of its source, which a mutant may share.
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [".venv/bin/python", "-m", "pytest", "-n0", "-q", "-x", "-m", chosen]
        quiet = ["-p", "no:cacheprovider", "--no-header", "--tb=no"]
        try:
            ended = subprocess.run(
                [*command, *quiet, *tests],
                cwd=self.folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "time"
        if ended.returncode in WELL:
            return ""
        if ended.returncode not in ENDED:
            raise RuntimeError(f"pytest ended with {ended.returncode}: {ended.stdout[-500:]}{ended.stderr[-500:]}")
        named = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", ended.stdout, re.MULTILINE)
        return named[1] if named else f"exit code {ended.returncode}"
