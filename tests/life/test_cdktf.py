"""The cdktf command line, as users run it: against the embedded AWS, in a shell that `make local-env` has set up."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from policies.gate import judge
from policies.scan import Framework
from tests.support.cdktf import run, vpc_count
from tests.support.lives import Applied, new_life
from tests.support.region_sets import settings_of, write_settings
from tools.paths import ROOT
from tools.plan import changes
from tools.synth import synthesize

pytestmark = pytest.mark.emulator


def test_cdktf_deploys_the_platform(deployed: Applied) -> None:
    assert vpc_count(deployed) == 1


def test_a_change_of_what_stands_passes_the_gate_after_a_refresh(deployed: Applied, tmp_path: Path) -> None:
    """The state then holds all that AWS says of each resource; waivers and choices cover it as they did before."""
    settings = yaml.safe_load(deployed.settings.read_text())
    life = new_life(tmp_path, settings | {"logs": {"retention_days": 400}})
    synthesize(life.paths, environ=life.environ)
    target = life.target(deployed.emulator)
    workspace = target.workspace("platform")
    workspace.prepare()
    target.terraform("platform").init(target.backend_arguments())
    subprocess.run(
        ["terraform", "apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"],
        cwd=workspace.directory,
        env=dict(target.environment),
        capture_output=True,
        check=True,
    )
    changed, plan = target.plan("platform")
    assert changed
    assert {line.partition(" ")[0] for line in changes(plan)} == {"update"}
    verdict = judge(
        names=("platform",),
        stacks_dir=life.paths.out / "stacks",
        plans_dir=life.paths.build,
        waivers_path=ROOT / "policies" / "waivers.yaml",
        today=datetime.now(tz=UTC).date(),
        frameworks=(Framework.PLAN,),
    )
    assert (verdict.errors, verdict.waiver_faults, verdict.findings) == ((), (), [])
    assert "CKV_AWS_293" in {outcome.check for outcome in verdict.waived}


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
