"""The examples, and other settings: planned by Terraform, which validates them, and judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.settings.choice_table import CHOICES
from tests.support.lives import new_life
from tests.support.region_sets import told_in
from tests.support.walk import walk
from tools.paths import PLATFORM, ROOT
from tools.plan import Plan, resources_by_region
from tools.synth import synthesize

pytestmark = pytest.mark.emulator

Look = Callable[[dict[str, Any], Path], Plan]


def judged(settings: dict[str, Any], folder: Path) -> Plan:
    """The plan of settings, which the gate has let through."""
    life = new_life(folder, settings)
    life.policy()
    plan: Plan = json.loads(life.paths.plan_json(PLATFORM).read_text())
    return plan


def planned(settings: dict[str, Any], folder: Path) -> Plan:
    """The plan of settings, which nobody judges: for eight regions that takes longer than the plan."""
    life = new_life(folder, settings)
    synthesis = synthesize(life.paths, environ=life.environ)
    with life.emulator_session.temporary() as emulator:
        return life.target(emulator, synthesis).save_plan(PLATFORM).content


def example(name: str) -> dict[str, Any]:
    """The settings of an example."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "config" / "examples" / f"{name}.yaml").read_text())
    return content


@pytest.mark.parametrize(("name", "look"), [("dev", judged), ("prod", planned), ("global", planned)])
def test_an_example_is_planned(tmp_path: Path, name: str, look: Look) -> None:
    """The gate has judged the output of each in `tests/policies/test_every_setting.py`; dev makes most choices."""
    settings = example(name)
    made = resources_by_region(look(settings, tmp_path))
    assert set(made) == told_in(settings["regions"])
    assert all(made[region] > 60 for region in settings["regions"])


def test_an_account_in_use_is_planned_and_is_warned_that_there_is_no_recorder_where_the_settings_say_there_is(
    tmp_path: Path,
) -> None:
    settings = example("account-in-use")
    plan = planned(settings, tmp_path)
    assert set(resources_by_region(plan)) == told_in(settings["regions"])
    problems = [
        problem["message"]
        for check in plan["checks"]
        if check["address"]["to_display"] == "check.configuration_recorder_exists"
        for instance in check["instances"]
        for problem in instance["problems"]
    ]
    assert problems
    assert all("set configuration.recorder to managed" in problem for problem in problems)


def test_many_choices_are_planned_and_pass_the_gate(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A plan shows checkov more than the JSON does, which is all that the walk through every setting reads."""
    most = max(walk().whole, key=lambda file: len(file.walked))
    # Clients that are named need the prefix list of the health checkers, which a plan looks up.
    with_clients = most.with_("entry.client_cidrs", ["198.51.100.0/24"], beside={})
    assert with_clients
    judged(with_clients.content, tmp_path)
    assert capfd.readouterr().out.count("chosen: ") > len(CHOICES) / 2
