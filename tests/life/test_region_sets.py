"""Other sets of regions and other settings: planned by Terraform, which validates them, and judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modules.settings.choice_table import CHOICES
from tests.support.lives import new_life
from tests.support.region_sets import FIVE, ONE, settings_of, told_in
from tests.support.walk import walk
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


def test_many_choices_are_planned_and_pass_the_gate(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A plan shows checkov more than the JSON does, which is all that the walk through every setting reads."""
    most = max(walk().whole, key=lambda file: len(file.walked))
    # Clients that are named need the prefix list of the health checkers, which a plan looks up.
    with_clients = most.with_("entry.client_cidrs", ["198.51.100.0/24"], beside={})
    assert with_clients
    life = new_life(tmp_path, with_clients.content)
    life.policy()
    assert capfd.readouterr().out.count("chosen: ") > len(CHOICES) / 2
