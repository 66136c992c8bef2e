"""Settings of a region that stays lost, and of a state that is kept elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modules.areas.failover.description import describe
from modules.areas.state.location import StateLocation
from modules.settings import Settings, SettingsError, load_settings
from modules.settings.regions import REGIONS_OF_CHATBOT, chatbot_region
from tests.support.region_sets import THREE, settings_of, write_settings

EAST, WEST, SOUTH = THREE
ACCOUNT = "123456789012"


def load(folder: Path, *regions: str, **more: Any) -> Settings:
    return load_settings(write_settings(folder, settings_of(*regions, **more)), {})


def faults(folder: Path, *regions: str, **more: Any) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, *regions, **more)
    return {fault.path: str(fault) for fault in caught.value.faults}


def test_names_follow_the_home_region_unless_a_region_is_named(tmp_path: Path) -> None:
    assert load(tmp_path, EAST, WEST).named_home == EAST
    assert load(tmp_path, WEST, lost_regions=[EAST], name_region=EAST).named_home == EAST
    assert "name_region" in faults(tmp_path, EAST, name_region="us-east-9")


def test_a_lost_region_is_in_no_other_list(tmp_path: Path) -> None:
    assert load(tmp_path, WEST, lost_regions=[EAST]).lost_regions == (EAST,)
    assert list(faults(tmp_path, EAST, WEST, lost_regions=[EAST])) == [
        "lost_regions[0]",
        f"database.instances.{WEST}",
    ]
    assert "lost_regions[0]" in faults(tmp_path, WEST, lost_regions=[EAST], retired_regions=[EAST])
    assert "twice" in str(faults(tmp_path, WEST, lost_regions=[EAST, EAST]))


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("home_region", {"home_region": EAST}),
        ("primary_region", {"primary_region": EAST}),
        ("state.replica_region", {"state": {"replica_region": EAST}}),
        ("backup.copy_region", {"backup": {"copy_region": EAST}}),
        (f"network.zones.{EAST}", {"network": {"zones": {EAST: [f"{EAST}a", f"{EAST}b"]}}}),
    ],
)
def test_what_needs_a_lost_region_is_named(tmp_path: Path, path: str, more: dict[str, Any]) -> None:
    found = faults(tmp_path, WEST, **({"lost_regions": [EAST]} | more))
    assert "lost region" in found[path]
    assert "docs/region-lost.md" in found[path]


def test_an_instance_may_still_replicate_a_lost_one_and_has_to_be_stated(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, WEST, SOUTH, lost_regions=[EAST]).values()
    assert fault.startswith(f"database.instances.{SOUTH}: a region is lost")
    instances = {"instances": {SOUTH: {"of": EAST}}}
    settings = load(tmp_path, WEST, SOUTH, lost_regions=[EAST], database=instances)
    assert settings.topology.places[SOUTH].source == EAST
    assert settings.topology.contradictions() == []
    # Without the list it is a source that there is not.
    assert f"database.instances.{SOUTH}" in faults(tmp_path, WEST, SOUTH, database=instances)


def test_what_is_recorded_about_a_lost_region_stays(tmp_path: Path) -> None:
    before = load(tmp_path, EAST, WEST)
    after = load(tmp_path, WEST, lost_regions=[EAST], name_region=EAST)
    assert after.fails_over
    # The functions in the other region are the same, to the byte.
    assert describe(after) == describe(before)


def test_a_lost_region_keeps_no_journal_that_another_could_keep(tmp_path: Path) -> None:
    """A failover of what is left would find nobody to record it, and DNS nobody to hold a region."""
    instances = {"instances": {SOUTH: {"of": EAST}}}
    settings = load(tmp_path, WEST, SOUTH, lost_regions=[EAST], name_region=EAST, database=instances)
    assert {region: place.keeper for region, place in describe(settings).places.items()} == {
        EAST: WEST,
        WEST: SOUTH,
        SOUTH: WEST,
    }


def test_chats_go_through_a_region_that_is_not_lost() -> None:
    assert chatbot_region(EAST) == WEST
    assert chatbot_region(EAST, lost=[WEST]) in {*REGIONS_OF_CHATBOT} - {WEST}


def test_the_state_is_kept_in_one_of_its_buckets(tmp_path: Path) -> None:
    there = StateLocation.of(load(tmp_path, EAST, WEST, state={"kept_in": WEST}))
    assert there.is_elsewhere
    assert there.bucket(ACCOUNT) == f"prod-s3-test-state-{ACCOUNT}-{WEST}"
    assert there.key_alias == f"alias/PROD-kms-test-state-{WEST}"
    home = StateLocation.of(load(tmp_path, EAST, WEST))
    assert not home.is_elsewhere
    # The bucket of the replica is the one that a home region there would have.
    moved = StateLocation.of(load(tmp_path, WEST, lost_regions=[EAST]))
    assert (moved.bucket(ACCOUNT), moved.key_alias) == (there.bucket(ACCOUNT), there.key_alias)
    (fault,) = faults(tmp_path, *THREE, state={"kept_in": SOUTH}).values()
    assert "us-east-1 or us-west-2" in fault
