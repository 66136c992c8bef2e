"""Other sets of regions, from files with eight keys: validated and planned by Terraform, and judged by the gate."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.lives import new_life
from support.region_sets import FIVE, ONE, settings_of, told_in

from tools.paths import STACKS
from tools.plan import resources_by_region

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize("regions", [ONE, FIVE], ids=len)
def test_a_file_of_eight_keys_validates_plans_and_passes_the_gate(regions: tuple[str, ...], tmp_path: Path) -> None:
    life = new_life(tmp_path, settings_of(*regions))
    life.policy()
    with life.hosting.running() as emulator:
        target = life.target(emulator)
        for stack in STACKS:
            target.terraform(stack).validate()
        _, plan = target.plan("platform")
    made = resources_by_region(plan)
    assert set(made) == told_in(regions)
    assert all(made[region] > 60 for region in regions)
