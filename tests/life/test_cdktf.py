"""The cdktf command line, as users run it: against the embedded AWS, in a shell that `make local-env` has set up."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.lives import CLEAN, Applied
from support.region_sets import settings_of, write_settings

from tools.paths import ROOT

pytestmark = pytest.mark.emulator


def run(command: str, *, settings: Path, out: Path, shell: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f'{shell}\nexec node_modules/.bin/cdktf {command} --output "$OUT"'],
        cwd=ROOT,
        env={**CLEAN, "MERIDIAN_SETTINGS": str(settings), "OUT": str(out), "CHECKPOINT_DISABLE": "1", "CI": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def vpc_count(life: Applied) -> int:
    return sum(not vpc["IsDefault"] for vpc in life.client("ec2", "eu-west-1").describe_vpcs()["Vpcs"])


def test_cdktf_deploys_and_destroys_the_platform(small_life: Applied, tmp_path: Path) -> None:
    shell = small_life.life.environment()
    for command, vpcs in (("deploy", 1), ("destroy", 0)):
        ended = run(
            # The lock file is there, so nothing is asked of the registry.
            f"{command} platform --auto-approve",
            settings=small_life.settings,
            out=tmp_path,
            shell=shell,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert vpc_count(small_life) == vpcs


def test_cdktf_synthesizes_both_stacks(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, settings_of("eu-west-1", "eu-central-1"))
    ended = run("synth", settings=settings, out=tmp_path / "out")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for stack in ("platform", "state-backend"):
        assert (tmp_path / "out" / "stacks" / stack / "cdk.tf.json").is_file()


def test_cdktf_rejects_faulty_settings_line_by_line_and_leaves_no_output(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, settings_of("eu-west-1", "eu-wets-2", owner="a${b}"))
    ended = run("synth", settings=settings, out=tmp_path / "out")
    told = ended.stdout + ended.stderr
    assert ended.returncode != 0
    assert "regions[1]: unknown AWS region (did you mean 'eu-west-2'?), got 'eu-wets-2', allowed: " in told
    assert "owner: Terraform would interpolate it, got 'a${b}'" in told
    assert "Traceback" not in told
    assert list(tmp_path.glob("out/stacks/*")) == []
