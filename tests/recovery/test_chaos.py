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
from rich.console import Console

from tools.console import Reporter
from tools.errors import ToolError
from tools.files import write_text
from tools.recovery import chaos as module
from tools.recovery.chaos import Kill, chaos, keep_part
from tools.recovery.recovery import working_in
from tools.recovery.step import local_platform_in


class Lives:
    """A life that does nothing and is written down; each apply that is not killed was through before."""

    def __init__(self, *through: bool) -> None:
        self.did: list[str] = []
        self.drawn: list[float] = []
        self.changed: list[dict[str, Any]] = []
        self.out = io.StringIO()
        self.reporter = Reporter(Console(file=self.out, width=120))
        self._through: Iterator[bool] = iter(through)

    def start(self) -> Any:
        self.did.append("started")
        return SimpleNamespace(stop=lambda: self.did.append("stop"))

    def target(self, _emulator: object) -> Any:
        return SimpleNamespace(plan=lambda *_, **__: (True, {"resource_changes": self.changed}))

    def apply(self, _target: object) -> None:
        self.did.append("applied")

    def destroy(self, _target: object) -> None:
        self.did.append("destroyed")

    def kill(self, _target: object, _life: object, step: str, *, folder: Path, moments: random.Random) -> Kill | None:
        del folder
        after = moments.uniform(0, 1)
        if next(self._through, False):
            self.did.append(f"{step} was through")
            return None
        self.did.append(f"{step} killed")
        self.drawn.append(after)
        return Kill(step=step, what="everything", after=after, found=1, left=2)


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, lives: Lives, **environ: str) -> list[Kill]:
    monkeypatch.setattr(module, "local_platform_in", lambda _: lives)
    monkeypatch.setattr(module, "kill_one", lives.kill)
    monkeypatch.setattr(module, "keep_part", lambda _: lives.did.append("reduced"))
    return chaos(environ=environ, folder=folder)


def test_it_kills_applies_until_one_is_through_and_then_a_destruction(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lives = Lives(False, True, False, False)
    assert len(run(monkeypatch, tmp_path, lives, KILLS="3")) == 3
    steps = ["apply killed", "apply was through", "destroy killed", "apply killed"]
    assert lives.did == ["started", "reduced", *steps, "applied", "destroyed", "stop"]


def test_after_some_kills_an_apply_is_let_through_so_that_a_destruction_is_killed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lives = Lives()
    run(monkeypatch, tmp_path, lives, KILLS="6")
    killed = ["apply killed"] * 4
    assert lives.did[2:-3] == [*killed, "applied", "destroy killed", "apply killed"]


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
    keep_part(life)
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
    first, second, other = Lives(), Lives(), Lives()
    run(monkeypatch, tmp_path, first, KILLS="3", SEED="7")
    run(monkeypatch, tmp_path, second, KILLS="3", SEED="7")
    run(monkeypatch, tmp_path, other, KILLS="3", SEED="8")
    assert first.drawn == second.drawn != other.drawn
    assert "SEED=7" in first.out.getvalue()


def test_rejects_a_platform_that_is_not_what_it_should_be_at_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lives = Lives()
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
