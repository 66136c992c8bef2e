"""Saved plans without a Terraform."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from modules.areas.state.location import StateLocation
from modules.settings import Settings
from tests.support.region_sets import settings_of
from tools.saved_plan import SavedPlan


class FakeTerraform:
    """Plans what it is told, whenever it is asked, and notes what it is given to apply."""

    def __init__(self, content: Mapping[str, Any] | None = None, *, changed: bool = True) -> None:
        self.content = content or {"resource_changes": []}
        self.changed = changed
        self.applied: list[str] = []

    def refresh(self) -> None:
        """There is nothing to look at."""

    def plan(self, out: Path, *, destroy: bool = False, refresh: bool = True, only: Sequence[str] = ()) -> bool:
        del destroy, refresh, only
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(f"binary {json.dumps(self.content)}")
        return self.changed

    def show(self, plan: Path, *, to: Path) -> dict[str, Any]:
        text = plan.read_text().removeprefix("binary ")
        to.write_text(text)
        document: dict[str, Any] = json.loads(text)
        return document

    def apply(self, plan: Path) -> int:
        self.applied.append(plan.read_text())
        return 3

    def log(self, command: str) -> Path:
        return Path(f"{command}.log")


def saved(directory: Path, content: Mapping[str, Any] | None = None, *, changed: bool = True) -> SavedPlan:
    """Return a plan that was saved in a directory."""
    terraform: Any = FakeTerraform(content, changed=changed)
    return SavedPlan.make(terraform, file=directory / "plan-1.tfplan", json_file=directory / "plan.json")


def targeting(paths: Any, **more: Any) -> Any:
    """Return what a plan is approved and applied for, with this much of a `Target`."""
    settings = Settings.model_validate(settings_of("eu-west-1"))
    known: dict[str, Any] = {
        "paths": paths,
        "settings": settings,
        "location": StateLocation.of(settings),
        "environment": {},
        "synthesis": None,
        "account_id": "123456789012",
        "has_backend": lambda: True,
        "terraform": lambda _stack: FakeTerraform(),
    }
    return SimpleNamespace(**(known | more))


def set_anew(plan: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What updates set to another value: types and attributes, but for values that are known after the apply only.

    These are policies that name what changes. Of what has drifted, the settings say the value.
    """
    return {
        (change["type"], name)
        for change in plan["resource_changes"]
        if change["change"]["actions"] == ["update"]
        for name, value in change["change"]["before"].items()
        if change["change"]["after"].get(name) != value and not _unknown(change["change"]["after_unknown"].get(name))
    }


#: What another `logs.retention_days` sets anew.
BY_RETENTION = {("aws_cloudwatch_log_group", "retention_in_days"), ("aws_config_config_rule", "input_parameters")}


def _unknown(mark: object) -> bool:
    if isinstance(mark, dict | list):
        return any(map(_unknown, mark.values() if isinstance(mark, dict) else mark))
    return mark is True
