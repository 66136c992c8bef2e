"""Other sets of regions, from files with eight keys: planned by Terraform, which validates them, and judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.lives import new_life
from tests.support.region_sets import FIVE, ONE, settings_of, told_in
from tools.paths import PLATFORM
from tools.plan import resources_by_region

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize("regions", [ONE, FIVE], ids=len)
def test_a_file_of_eight_keys_is_planned_and_passes_the_gate(regions: tuple[str, ...], tmp_path: Path) -> None:
    life = new_life(tmp_path, settings_of(*regions))
    life.policy()
    made = resources_by_region(json.loads(life.paths.plan_json(PLATFORM).read_text()))
    assert set(made) == told_in(regions)
    assert all(made[region] > 60 for region in regions)
