"""`python main.py`, as the cdktf command line runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.golden import GOLDEN
from tests.support.region_sets import TWO, settings_of, write_settings
from tools.paths import ROOT


def run(settings: Path, out: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "main.py"],
        cwd=ROOT,
        env={**os.environ, "MERIDIAN_SETTINGS": str(settings), "CDKTF_OUTDIR": str(out), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_synthesizes_quietly_with_the_fast_bindings_and_without_to_the_same_bytes(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, settings_of(*TWO))
    outs = {}
    for fast in ("1", "0"):
        ended = run(settings, tmp_path / fast, MERIDIAN_FAST_BINDINGS=fast)
        assert (ended.returncode, ended.stderr) == (0, "")
        outs[fast] = {
            path.relative_to(tmp_path / fast): path.read_bytes()
            for path in (tmp_path / fast / "stacks").rglob("*.json")
        }
    assert len(outs["1"]) >= 2
    assert outs["1"] == outs["0"]


@pytest.mark.slow
def test_synthesizes_quietly_with_every_option(tmp_path: Path) -> None:
    ended = run(GOLDEN / "every_option.yaml", tmp_path / "out")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_rejects_faulty_settings_with_one_line_each_and_no_output(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, settings_of("eu-west-1", primary_region="eu-west-2", domain="x"))
    ended = run(settings, tmp_path / "out")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert [line.split(":")[0] for line in ended.stderr.splitlines()] == ["domain", "primary_region"]
    assert not (tmp_path / "out").exists()


def test_rejects_a_missing_file_in_one_line(tmp_path: Path) -> None:
    ended = run(tmp_path / "none.yaml", tmp_path / "out")
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "none.yaml: cannot be read" in ended.stderr


@pytest.mark.slow
def test_says_in_one_line_that_the_output_cannot_be_written(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, settings_of("eu-west-1"))
    ended = run(settings, settings / "out")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"CDKTF_OUTDIR: cannot be written to (Not a directory), got {str(settings / 'out')!r}\n"


@pytest.mark.parametrize(("variable", "expected"), [("0", 1), pytest.param("1", None, marks=pytest.mark.slow)])
def test_a_failure_in_a_construct_names_area_and_region_in_one_line(
    tmp_path: Path, variable: str, expected: int | None
) -> None:
    program = (
        "import modules.areas.network.network as network\n"
        "def fail(*_, region, **__):\n"
        "    if region.name == 'us-east-1': raise ValueError('no zone is left')\n"
        "network.FlowLogs = fail\n"
        "import main, sys\n"
        "sys.exit(main.main())\n"
    )
    settings = write_settings(tmp_path, settings_of(*TWO))
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={
            **os.environ,
            "MERIDIAN_SETTINGS": str(settings),
            "CDKTF_OUTDIR": str(tmp_path / "out"),
            "MERIDIAN_TRACEBACK": variable,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "network in us-east-1: no zone is left" in ended.stderr
    assert ("Traceback" in ended.stderr) == (expected is None)
    assert expected is None or len(ended.stderr.splitlines()) == expected
    assert expected is None or not (tmp_path / "out").exists()
