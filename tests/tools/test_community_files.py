"""Pre-commit, Renovate and code owners: what they name is there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from typing import Any

import pytest
import yaml

from tools.paths import ROOT

HOOKS = {
    hook["id"]: hook
    for repository in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in repository["hooks"]
}
RENOVATE: dict[str, Any] = json.loads((ROOT / "renovate.json").read_text())


def test_hooks_are_local_so_that_nothing_is_fetched() -> None:
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert {one["repo"] for one in repositories} == {"local"}
    assert {hook["language"] for hook in HOOKS.values()} == {"system"}


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_the_program_of_a_hook_is_one_that_make_install_installs(name: str) -> None:
    program, *_ = shlex.split(HOOKS[name]["entry"])
    assert program.startswith((".venv/bin/", "node_modules/.bin/"))
    assert (ROOT / program).exists()


def test_hooks_run_what_make_lint_runs() -> None:
    makefile = (ROOT / "Makefile").read_text().replace("$(VENV)", ".venv")
    for name in ("actionlint", "mypy", "zizmor"):
        assert re.sub("[\"']", "", HOOKS[name]["entry"]) in re.sub("[\"']", "", makefile)
    for name in ("ruff", "ruff-format"):
        assert HOOKS[name]["entry"].removesuffix(" --force-exclude") in makefile


@pytest.mark.parametrize(("name", "file"), [("ruff", "main.py"), ("shellcheck", "tools/doctor/doctor.sh")])
def test_a_hook_with_files_runs(name: str, file: str) -> None:
    command = [*shlex.split(HOOKS[name]["entry"]), file]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_packages_that_renovate_groups_are_in_the_lock_files() -> None:
    files = [*(ROOT / "requirements").glob("*.lock"), ROOT / "package-lock.json", ROOT / ".terraform.lock.hcl"]
    text = "\n".join(file.read_text() for file in files)
    grouped = {name for rule in RENOVATE["packageRules"] for name in rule.get("matchPackageNames", ())} - {"node"}
    assert {name for name in grouped if not re.search(rf'(?m)(^|["/]){re.escape(name)}(==|"|\[)', text)} == set()
    (cdktf,) = [rule for rule in RENOVATE["packageRules"] if "cdktf" in rule.get("matchPackageNames", ())]
    assert {"cdktf-cdktf-provider-aws", "cdktf-cli", "hashicorp/aws"} <= {*cdktf["matchPackageNames"]}


def test_python_packages_come_together_as_they_are_locked_but_for_those_with_a_rule_of_their_own() -> None:
    # A lock file holds what fits together: one package alone, or four at a time, would mostly not install.
    first, *others = RENOVATE["packageRules"]
    assert first["matchManagers"] == ["pip_requirements"]
    assert first["groupName"]
    # What comes later counts: https://docs.renovatebot.com/configuration-options/#packagerules
    assert any("cdktf" in rule.get("matchPackageNames", ()) and rule["groupName"] for rule in others)


def test_renovate_reads_every_lock_file() -> None:
    patterns = [pattern.strip("/") for pattern in RENOVATE["pip_requirements"]["managerFilePatterns"]]
    files = [*ROOT.glob("requirements/*"), *ROOT.glob("examples/application/requirements*")]
    names = [file.relative_to(ROOT).as_posix() for file in files]
    assert {name for name in names if any(re.search(pattern, name) for pattern in patterns)} == set(names)


def test_code_owners_are_said_to_be_a_placeholder_and_own_what_there_is() -> None:
    lines = (ROOT / ".github" / "CODEOWNERS").read_text().splitlines()
    assert "placeholder" in lines[0]
    for line in lines:
        if line.startswith("/"):
            path, *owners = line.split()
            assert (ROOT / path.strip("/")).exists(), path
            assert owners
