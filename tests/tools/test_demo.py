import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tests.support.region_sets import settings_of, write_settings
from tools import demo
from tools.console import Reporter
from tools.errors import ToolError
from tools.local import LocalPlatform

EMPTY: dict[str, Any] = {"resource_changes": []}


class Demo:
    """A demo whose steps are noted and not taken."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, *, refused: str = "", changed: bool = False
    ) -> None:
        write_settings(folder, settings_of("eu-west-1"))
        self.steps: list[str] = []
        self._refused, self._changed = refused, changed
        reporter = Reporter(Console(file=io.StringIO()))
        settings, out = folder / "settings.yaml", folder / "out"
        self._life = LocalPlatform(
            settings=settings, build=folder / "build" / "local", out=out, environ={}, reporter=reporter
        )
        monkeypatch.setattr(self._life.emulator_session, "temporary", lambda: self._around("emulator"))
        monkeypatch.setattr(self._life, "target", lambda _emulator: SimpleNamespace(plan=self._plan))
        monkeypatch.setattr(self._life, "plan_stacks", lambda _target: self.steps.append("plan"))
        monkeypatch.setattr(self._life, "apply", self._apply)
        monkeypatch.setattr(self._life, "destroy", self._destroy)
        monkeypatch.setattr(demo, "synthesize", lambda *_, **__: self.steps.append("synth"))
        monkeypatch.setattr(demo, "make_roles", lambda *_, **__: None)
        monkeypatch.setattr(demo, "bootstrap", lambda _target: self.steps.append("bootstrap"))
        monkeypatch.setattr(demo, "checking", lambda *_, **__: self._around("gate"))
        monkeypatch.setattr(demo, "checking_plan", lambda *_, **__: self._around("gate again"))

    def run(self) -> list[str]:
        demo.demo(self._life)
        return self.steps

    @contextmanager
    def _around(self, name: str) -> Iterator[None]:
        self.steps.append(f"{name} begins")
        yield
        self.steps.append(f"{name} ends")
        if name == self._refused:
            raise ToolError("the policy gate refuses")

    def _apply(self, _target: object) -> dict[str, Any]:
        self.steps.append("apply")
        return EMPTY

    def _plan(self, _stack: str, *, name: str) -> tuple[bool, dict[str, Any]]:
        self.steps.append(name)
        return self._changed, EMPTY

    def _destroy(self, _target: object) -> None:
        self.steps.append("destroy")


def test_scans_run_while_terraform_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Demo(tmp_path, monkeypatch).run() == [
        "synth",
        "emulator begins",
        "plan",
        "gate begins",
        "bootstrap",
        "gate ends",
        "apply",
        "second-plan",
        "gate again begins",
        "destroy",
        "gate again ends",
        "emulator ends",
    ]


def test_what_the_gate_refuses_is_not_applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = Demo(tmp_path, monkeypatch, refused="gate")
    with pytest.raises(ToolError, match="refuses"):
        begun.run()
    assert "apply" not in begun.steps


def test_a_refusal_of_what_stands_is_an_error_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ToolError, match="refuses"):
        Demo(tmp_path, monkeypatch, refused="gate again").run()


def test_a_second_plan_that_changes_something_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ToolError, match="the plan after the apply is not empty"):
        Demo(tmp_path, monkeypatch, changed=True).run()
