"""Other sets of regions and other settings: planned by Terraform, which validates them, and judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modules.settings.choice_table import CHOICES
from tests.support.lives import new_life
from tests.support.region_sets import FIVE, ONE, THREE, settings_of, told_in
from tests.support.walk import walk
from tools.paths import PLATFORM
from tools.plan import Plan, resources_by_region

pytestmark = pytest.mark.emulator


#: None of these is in the set that is applied, and one has two zones; each takes 15 seconds of the processor.
OTHERS = FIVE[1:4]


def judged(settings: dict[str, Any], folder: Path) -> Plan:
    """The plan of settings, which the gate has let through."""
    life = new_life(folder, settings)
    life.policy()
    plan: Plan = json.loads(life.paths.plan_json(PLATFORM).read_text())
    return plan


def test_a_file_of_eight_keys_is_planned_and_passes_the_gate(tmp_path: Path) -> None:
    assert not {*OTHERS} & {*THREE}
    made = resources_by_region(judged(settings_of(*OTHERS), tmp_path))
    assert set(made) == told_in(OTHERS)
    assert all(made[region] > 60 for region in OTHERS)


def test_one_region_passes_the_gate_and_is_warned_that_there_is_no_recorder_where_the_settings_say_there_is(
    tmp_path: Path,
) -> None:
    least = {"nat_gateways": "none", "interface_endpoints": ["secretsmanager"], "availability_zones": "2"}
    plan = judged(settings_of(*ONE, network=least, configuration={"recorder": "existing"}), tmp_path)
    made = resources_by_region(plan)
    assert set(made) == told_in(ONE)
    assert made[ONE[0]] > 60
    (problem,) = [
        problem["message"]
        for check in plan["checks"]
        if check["address"]["to_display"] == "check.configuration_recorder_exists"
        for instance in check["instances"]
        for problem in instance["problems"]
    ]
    assert "set configuration.recorder to managed" in problem


def test_many_choices_are_planned_and_pass_the_gate(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A plan shows checkov more than the JSON does, which is all that the walk through every setting reads."""
    most = max(walk().whole, key=lambda file: len(file.walked))
    # Clients that are named need the prefix list of the health checkers, which a plan looks up.
    with_clients = most.with_("entry.client_cidrs", ["198.51.100.0/24"], beside={})
    assert with_clients
    judged(with_clients.content, tmp_path)
    assert capfd.readouterr().out.count("chosen: ") > len(CHOICES) / 2
