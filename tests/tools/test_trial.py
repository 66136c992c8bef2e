import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tests.support.region_sets import settings_of, write_settings
from tools import trial
from tools.console import Reporter
from tools.errors import ToolError
from tools.local import LocalPlatform
from tools.paths import PLATFORM, STACKS

CONFIGURATION = '{"resource": {"aws_vpc": {"a": {"//": {"metadata": {"path": "platform/eu-west-1/network/vpc"}}}}}}'
PLAN = {
    "resource_changes": [
        {"address": "aws_vpc.a", "mode": "managed", "type": "aws_vpc", "change": {"actions": ["create"]}}
    ],
    "configuration": {
        "provider_config": {"aws": {"alias": "eu-west-1"}},
        "root_module": {"resources": [{"address": "aws_vpc.a", "provider_config_key": "aws"}]},
    },
}
REPORT = '<testsuites name="policies" tests="10" failures="0" errors="0" skipped="3"/>'


class Look:
    """A first look whose steps are noted and not taken."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, *, refused: bool = False) -> None:
        write_settings(folder, settings_of("eu-west-1"))
        self.steps: list[str] = []
        self._file = io.StringIO()
        self.life = LocalPlatform(
            settings=folder / "settings.yaml",
            build=folder / "build" / "try",
            out=folder / "out",
            environ={},
            reporter=Reporter(Console(file=self._file, width=100)),
        )
        self._refused = refused
        fakes: Mapping[str, Any] = {"target": self._target, "check": self._check}
        for name, fake in fakes.items():
            monkeypatch.setattr(self.life, name, fake)
        monkeypatch.setattr(self.life.emulator_session, "temporary", self._temporary)
        monkeypatch.setattr(trial, "synthesize", self._synthesize)

    def run(self) -> str:
        trial.trial(self.life)
        return self._file.getvalue()

    def _synthesize(self, *_: object, **__: object) -> str:
        self.steps.append("synth")
        for stack in STACKS:
            directory = self.life.paths.stack_output(stack)
            directory.mkdir(parents=True)
            (directory / "cdk.tf.json").write_text(CONFIGURATION)
        return "what was synthesized"

    @contextmanager
    def _temporary(self) -> Iterator[str]:
        self.steps.append("emulator")
        yield "emulator"
        self.steps.append("gone")

    def _target(self, emulator: str, synthesis: str) -> Any:
        assert (emulator, synthesis) == ("emulator", "what was synthesized")

        def save_plan(stack: str) -> Any:
            self.steps.append(f"plan {stack}")
            return SimpleNamespace(content=PLAN)

        return SimpleNamespace(save_plan=save_plan, settings=SimpleNamespace(fails_over=False))

    def _check(self, plans: Any, synthesis: str) -> None:
        assert synthesis == "what was synthesized"
        self.steps.append(f"judge {len(list(plans))}")
        if self._refused:
            raise ToolError("the policy gate refuses this platform")
        self.life.paths.reports.mkdir(parents=True, exist_ok=True)
        (self.life.paths.reports / "policy.junit.xml").write_text(REPORT)


def test_synthesizes_plans_and_judges_and_applies_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Look(tmp_path, monkeypatch)
    look.run()
    assert look.steps == ["synth", "emulator", *(f"plan {stack}" for stack in STACKS), "gone", "judge 2"]


def test_shows_what_would_be_built_what_was_judged_and_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Look(tmp_path, monkeypatch).run()
    assert "│ network │         1 │   1 │" in said
    assert "10 checks of output and plans: 7 passed, 0 failed, 3 waived" in said
    assert "make demo" in said
    assert "config/prod.yaml" in said or "settings.yaml" in said
    for step in ("synth", f"plan {PLATFORM}"):
        assert f"│ {step}" in said


def test_a_refusal_of_the_gate_is_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Look(tmp_path, monkeypatch, refused=True)
    with pytest.raises(ToolError, match="refuses"):
        look.run()


@pytest.mark.parametrize("text", [None, "", "<other/>"])
def test_rejects_a_report_that_is_none_of_the_gate_s(tmp_path: Path, text: str | None) -> None:
    life = LocalPlatform(settings=tmp_path / "s", build=tmp_path / "build" / "try", out=tmp_path / "out", environ={})
    if text is not None:
        life.paths.reports.mkdir(parents=True)
        (life.paths.reports / "policy.junit.xml").write_text(text)
    with pytest.raises(ToolError, match="is no report of the gate"):
        trial.verdict(life.paths)
