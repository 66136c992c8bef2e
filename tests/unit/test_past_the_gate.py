"""`cdktf deploy` is refused, and what only looks is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modules.past_the_gate import STARTED_BY_CDKTF, VARIABLE, command_of, refusal
from tests.support.region_sets import EIGHT_KEYS, write_settings

#: Stands for the CLI, which is a script of Node's: its name and its arguments are what is looked at.
CLI = "import subprocess, sys; sys.exit(subprocess.run(['sh', '-c', sys.argv[-1]]).returncode)"


def started(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`main.py` below a program that is called `cdktf`."""
    program = folder / "cdktf"
    program.write_text(CLI)
    # Nothing is synthesized: the settings are refused.
    settings = write_settings(folder, EIGHT_KEYS | {"regions": []})
    environ = {STARTED_BY_CDKTF: "true", "MERIDIAN_SETTINGS": str(settings)} | environ
    return subprocess.run(
        [sys.executable, str(program), *arguments, f"{sys.executable} main.py; exit $?"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "instead"),
    [
        (("deploy", "platform"), "make deploy"),
        (("--log-level", "DEBUG", "apply"), "make deploy"),
        (("watch",), "make deploy"),
        (("destroy", "--auto-approve"), "make destroy"),
    ],
)
def test_what_applies_past_the_gate_is_refused_with_what_does_it_behind_the_gate(
    tmp_path: Path, arguments: tuple[str, ...], instead: str
) -> None:
    ended = started(tmp_path, *arguments)
    assert ended.returncode == 1
    assert f"`{instead}`" in ended.stderr
    assert f"{VARIABLE}=yes" in ended.stderr
    assert "regions" not in ended.stderr


@pytest.mark.parametrize("arguments", [("synth",), ("diff", "deploy"), ("plan",), ("output",)])
def test_what_only_looks_is_not_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert started(tmp_path, *arguments).stderr.startswith("regions: an empty list")


def test_who_means_it_goes_on(tmp_path: Path) -> None:
    assert started(tmp_path, "deploy", **{VARIABLE: "yes"}).stderr.startswith("regions: an empty list")


def test_without_the_cli_nobody_looks_at_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modules.past_the_gate._parents", lambda: pytest.fail("looked"))
    assert refusal({}) is None


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("node /p/node_modules/.bin/cdktf deploy platform", "deploy"),
        ("/p/node_modules/cdktf-cli/bundle/bin/cdktf.js destroy", "destroy"),
        ("node /p/node_modules/.bin/cdktf --version", None),
        ("sh -c cdktf deploy", None),
        ("vim cdktf-deploy.md deploy", None),
        ("", None),
    ],
)
def test_commands_are_known_by_the_arguments(line: str, command: str | None) -> None:
    assert command_of(line.split()) == command
