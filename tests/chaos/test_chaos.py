"""Chaos: what is killed in which order, and when it has failed; that it recovers is shown by its life."""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from rich.console import Console

from modules.settings import load_settings
from tools.chaos import chaos as module
from tools.chaos.chaos import chaos
from tools.chaos.kill import Kill
from tools.chaos.part import cut
from tools.chaos.scenes import BOTH, LIFE, Scene, settings_of
from tools.chaos.step import local_platform_in
from tools.console import Reporter
from tools.errors import ToolError
from tools.files import write_text
from tools.paths import Paths
from tools.recovery.recovery import working_in


class Lives:
    """A life that does nothing and is written down; each step that is not killed was through before."""

    def __init__(self, folder: Path, *through: bool) -> None:
        self.did: list[str] = []
        self.drawn: list[float] = []
        self.changed: list[dict[str, Any]] = []
        self.standing: list[set[tuple[str, str, str]]] = []
        self.out = io.StringIO()
        self.reporter = Reporter(Console(file=self.out, width=120))
        self.paths, self.environ = local_platform_in(folder).paths, {"HOME": "/"}
        self._through: Iterator[bool] = iter(through)

    def start(self) -> Any:
        self.did.append("started")
        return SimpleNamespace(stop=lambda: self.did.append("stop"), client=None)

    def target(self, _emulator: object) -> Any:
        return SimpleNamespace(plan=lambda *_, **__: (True, {"resource_changes": self.changed}), state=lambda _: None)

    def apply(self, _target: object) -> None:
        self.did.append("applied")

    def destroy(self, _target: object) -> None:
        self.did.append("destroyed")

    def inventory(self, _clients: object, _regions: object) -> set[tuple[str, str, str]]:
        return self.standing.pop(0) if self.standing else set()

    def kill(
        self, _target: object, _local: object, step: str, *, scene: str, moments: random.Random, **_: object
    ) -> Any:
        after = moments.uniform(0, 1)
        if next(self._through, False):
            self.did.append(f"{scene}: {step} was through")
            return None
        self.did.append(f"{scene}: {step} killed")
        self.drawn.append(after)
        return Kill(scene=scene, step=step, what="everything", after=after, found=1, left=2)


SCENES = (Scene(name="make"), Scene(name="join", settings={"regions": BOTH}), Scene(name="end", step="destroy"))


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, lives: Lives, **environ: str) -> list[Kill]:
    regions: list[list[str]] = []

    def edited(paths: Paths, **_: object) -> None:
        regions.append(yaml.safe_load(paths.settings.read_text())["regions"])
        lives.did.append(f"{len(regions[-1])} regions")

    monkeypatch.setattr(module, "LIFE", SCENES)
    monkeypatch.setattr(module, "local_platform_in", lambda _: lives)
    monkeypatch.setattr(module, "kill_one", lives.kill)
    monkeypatch.setattr(module, "synthesize", edited)
    monkeypatch.setattr(module, "inventory", lives.inventory)
    return chaos(environ=environ, folder=folder)


def test_each_scene_is_killed_until_it_is_through(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lives = Lives(tmp_path, False, True, False, False, True)
    assert len(run(monkeypatch, tmp_path, lives, KILLS="4")) == 4
    made = ["1 regions", "make: apply killed", "make: apply was through", "applied"]
    joined = ["2 regions", "join: apply killed", "join: apply killed", "join: apply was through", "applied"]
    # What is destroyed is what was applied last.
    ended = ["2 regions", "end: destroy killed", "destroyed"]
    assert lives.did == ["started", *made, *joined, *ended, "2 regions", "destroyed", "stop"]


def test_after_some_kills_a_scene_is_let_through(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lives = Lives(tmp_path)
    run(monkeypatch, tmp_path, lives, KILLS="5")
    killed = ["make: apply killed"] * 3
    assert lives.did[2:8] == [*killed, "applied", "2 regions", "join: apply killed"]


def test_a_scene_that_leaves_something_in_no_state_is_a_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lives = Lives(tmp_path)
    before, twin = ("us-east-1", "list_tables", "theirs"), ("us-west-2", "describe_vpcs", "vpc-2")
    lives.standing = [{before}, {before, twin}]
    with pytest.raises(ToolError, match=r"'make' these stand .*:\n  vpc-2 in us-west-2 \(describe_vpcs\)$"):
        run(monkeypatch, tmp_path, lives, KILLS="1")
    assert lives.did[-1] == "stop"


def test_scenes_add_to_the_settings_section_by_section() -> None:
    scene = Scene(name="x", settings={"regions": BOTH, "database": {"version": "17.5"}})
    base = {"regions": ["us-east-1"], "database": {"storage_gb": 20, "version": "17.4"}, "environment": "trial"}
    found = settings_of(scene, base)
    assert found["database"] == {"storage_gb": 20, "version": "17.5", "apply_immediately": True}
    assert (found["regions"], found["environment"], found["environment_suffix"]) == (BOTH, "trial", "chaos")
    assert base["regions"] == ["us-east-1"]


@pytest.mark.parametrize("scene", LIFE, ids=lambda scene: scene.name)
def test_the_settings_of_each_scene_are_accepted(scene: Scene, tmp_path: Path) -> None:
    base = yaml.safe_load(module.SETTINGS.read_text(encoding="utf-8"))
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump(settings_of(scene, base)))
    assert set(load_settings(file, {}).regions) <= set(BOTH)


def test_a_part_is_killed_with_what_it_needs(tmp_path: Path) -> None:
    resources = {
        "aws_s3_bucket": {"data": {"bucket": "data"}, "other": {}},
        "aws_s3_bucket_policy": {"data": {"bucket": "${aws_s3_bucket.data.id}"}},
        "aws_s3_bucket_versioning": {"data": {"bucket": "${aws_s3_bucket.data.id}"}},
        "aws_iam_role": {"logs": {"name": "logs"}, "other": {}},
        "aws_iam_role_policy": {"logs": {"role": "${aws_iam_role.logs.id}"}, "other": {}},
        "aws_lambda_function": {"rotation": {"depends_on": ["aws_iam_role_policy.logs"]}},
    }
    life = local_platform_in(tmp_path)
    file = life.paths.stack_output("platform") / "cdk.tf.json"
    write_text(file, json.dumps({"resource": resources, "output": {"all": {}}}))
    cut(file)
    kept = json.loads(file.read_text())
    assert {f"{kind}.{name}" for kind, named in kept["resource"].items() for name in named} == {
        "aws_s3_bucket.data",
        "aws_s3_bucket_policy.data",
        "aws_iam_role.logs",
        "aws_iam_role_policy.logs",
        "aws_lambda_function.rotation",
    }
    assert "output" not in kept


def test_a_seed_names_the_moments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first, second, other = Lives(tmp_path), Lives(tmp_path), Lives(tmp_path)
    run(monkeypatch, tmp_path, first, KILLS="3", SEED="7")
    run(monkeypatch, tmp_path, second, KILLS="3", SEED="7")
    run(monkeypatch, tmp_path, other, KILLS="3", SEED="8")
    assert first.drawn == second.drawn != other.drawn
    assert "SEED=7" in first.out.getvalue()


def test_rejects_a_platform_that_is_not_what_it_should_be_at_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lives = Lives(tmp_path)
    lives.changed = [{"address": "aws_vpc.main", "mode": "managed", "change": {"actions": ["create"]}}]
    with pytest.raises(ToolError, match=r"not empty:\n  create aws_vpc\.main"):
        run(monkeypatch, tmp_path, lives, KILLS="1")
    assert lives.did[-1] == "stop"
    assert "apply" in lives.out.getvalue()


@pytest.mark.parametrize(
    ("program", "place", "works"),
    [("terraform", "here", True), ("terraform", ".", False), ("terraform-provider-aws_v5", "here", False)],
)
def test_who_works_in_a_directory_is_known_by_program_and_place(
    tmp_path: Path, program: str, place: str, *, works: bool
) -> None:
    shutil.copy("/bin/sleep", tmp_path / program)
    here = tmp_path / "here"
    here.mkdir()
    with subprocess.Popen([tmp_path / program, "60"], cwd=tmp_path / place) as process:
        assert working_in(here) == ([process.pid] if works else [])
        process.kill()


def test_another_program_does_not_count(tmp_path: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "60"], cwd=tmp_path) as process:
        assert working_in(tmp_path) == []
        process.kill()
