"""What a plan says of AWS Config."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.lives import new_life
from tests.support.region_sets import ONE, settings_of

pytestmark = pytest.mark.emulator


def test_plan_warns_that_there_is_no_recorder_where_the_settings_say_there_is(tmp_path: Path) -> None:
    least = {"nat_gateways": "none", "interface_endpoints": ["secretsmanager"], "availability_zones": "2"}
    life = new_life(tmp_path, settings_of(*ONE, network=least, configuration={"recorder": "existing"}))
    life.plan()
    plan = json.loads(life.paths.plan_json("platform").read_text())
    (problem,) = [
        problem["message"]
        for check in plan["checks"]
        if check["address"]["to_display"] == "check.configuration_recorder_exists"
        for instance in check["instances"]
        for problem in instance["problems"]
    ]
    assert "set configuration.recorder to managed" in problem
