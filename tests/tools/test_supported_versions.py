"""Which versions are supported: everything that says so says the same, and is asked before anything is installed."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tools.doctor import __main__ as doctor
from tools.doctor import checks
from tools.paths import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
SCRIPTS = sorted((ROOT / "tools/doctor").glob("*.sh"))


def test_shellcheck_finds_nothing() -> None:
    program = Path(sys.executable).parent / "shellcheck"
    assert len(SCRIPTS) == 2
    ended = subprocess.run([program, *SCRIPTS], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "")


def test_doctor_runs_with_a_python_that_the_project_does_not() -> None:
    """As far as grammar and the library go: what it runs has to parse, and to import nothing that is installed."""
    files = [*(ROOT / "tools/doctor").glob("*.py"), ROOT / "tools/errors.py", ROOT / "tools/__init__.py"]
    for file in files:
        tree = ast.parse(file.read_text(), feature_version=(3, 8))
        modules = {
            name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
        }
        assert modules <= {*sys.stdlib_module_names, "tools"}, file
        # Otherwise annotations are read, in words that 3.8 does not know.
        assert not file.read_text().count("def ") or "from __future__ import annotations" in file.read_text(), file


def test_every_environment_is_preceded_by_a_look_at_what_it_needs() -> None:
    recipes = re.findall(r"((?:\t.*\n)+)", MAKEFILE)
    for makes, name in (("-m venv", "python"), ("npm ci", "node")):
        found = [recipe for recipe in recipes if makes in recipe]
        assert found
        for recipe in found:
            first = recipe.splitlines()[0]
            assert first.startswith("\t$(DOCTOR) ")
            assert name in first.split()[1:]
            assert set(first.split()[1:]) <= doctor.BY_NAME.keys()


def test_supported_versions_are_the_same_everywhere() -> None:
    package, lock = (json.loads((ROOT / name).read_text()) for name in ("package.json", "package-lock.json"))
    assert package["engines"] == lock["packages"][""]["engines"] == {"node": " || ".join(f"^{n}" for n in checks.NODES)}
    assert int((ROOT / ".nvmrc").read_text()) in checks.NODES
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["requires-python"] == ">=3.11,<3.14"
    assert (project["tool"]["ruff"]["target-version"], project["tool"]["mypy"]["python_version"]) == ("py311", "3.11")
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    assert re.search(r"python:3\.(11|12|13)-", container["image"])
    versions = {name.split("/")[-1].split(":")[0]: one["version"] for name, one in container["features"].items()}
    assert int(versions["node"]) in checks.NODES
    assert versions["terraform"].startswith("1.")
