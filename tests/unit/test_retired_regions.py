"""Settings of regions that leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modules.settings import Settings, SettingsError, load_settings
from tests.support.region_sets import THREE, settings_of, write_settings

EAST, WEST, SOUTH = THREE
KEEP = {"objects": "keep", "backups": "keep"}


def load(folder: Path, *regions: str, **more: Any) -> Settings:
    return load_settings(write_settings(folder, settings_of(*regions, **more)), {})


def faults(folder: Path, *regions: str, **more: Any) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, *regions, **more)
    return {fault.path: str(fault) for fault in caught.value.faults}


def test_a_region_that_leaves_is_named_in_one_of_the_lists(tmp_path: Path) -> None:
    assert load(tmp_path, EAST, WEST, retired_regions=[SOUTH]).retired_regions == (SOUTH,)
    assert list(faults(tmp_path, *THREE, retired_regions=[SOUTH])) == ["retired_regions[0]"]
    assert "twice" in str(faults(tmp_path, EAST, WEST, retired_regions=[SOUTH, SOUTH]))


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("home_region", {"home_region": SOUTH}),
        ("state.replica_region", {"state": {"replica_region": SOUTH}}),
        ("backup.copy_region", {"backup": {"copy_region": SOUTH}}),
        (f"database.instances.{WEST}.of", {"database": {"instances": {WEST: {"of": SOUTH}}}}),
        (f"database.instances.{EAST}.backups_in", {"database": {"instances": {EAST: {"backups_in": SOUTH}}}}),
        (f"database.instances.{SOUTH}", {"database": {"instances": {SOUTH: {"role": "detached"}}}}),
        (f"network.zones.{SOUTH}", {"network": {"zones": {SOUTH: [f"{SOUTH}a", f"{SOUTH}b"]}}}),
    ],
)
def test_what_needs_a_retired_region_is_named(tmp_path: Path, path: str, more: dict[str, Any]) -> None:
    found = faults(tmp_path, EAST, WEST, retired_regions=[SOUTH], **more)
    assert path in found
    assert SOUTH in found[path]
    assert "retired" in found[path]
    assert "docs/regions.md" in found[path]


def test_the_primary_region_does_not_retire(tmp_path: Path) -> None:
    found = faults(tmp_path, EAST, WEST, retired_regions=[SOUTH], primary_region=SOUTH)
    assert "a retired region" in found["primary_region"]


@pytest.mark.parametrize(
    ("region", "more"),
    [
        (EAST, {}),
        (WEST, {"database": {"instances": {WEST: {"role": "writer"}, EAST: {"role": "detached"}}}}),
        ("eu-west-1", {}),
        (
            EAST,
            {
                "primary_region": WEST,
                "home_region": EAST,
                "database": {"instances": {EAST: {"role": "detached"}, SOUTH: {"of": EAST}}},
            },
        ),
    ],
    ids=["primary", "writer", "unknown", "home"],
)
def test_what_cannot_leave_is_not_prepared_for_it(tmp_path: Path, region: str, more: dict[str, Any]) -> None:
    assert f"leaving.{region}" in faults(tmp_path, *THREE, leaving={region: KEEP}, **more)


def test_both_kinds_of_data_are_decided(tmp_path: Path) -> None:
    assert list(faults(tmp_path, *THREE, leaving={SOUTH: {"objects": "delete"}})) == [f"leaving.{SOUTH}.backups"]


def test_data_is_given_up_where_it_is_said_and_nowhere_else(tmp_path: Path) -> None:
    settings = load(tmp_path, *THREE, leaving={SOUTH: {"objects": "delete", "backups": "keep"}})
    assert [settings.gives_up("objects", region=name) for name in THREE] == [False, False, True]
    assert not any(settings.gives_up("backups", region=name) for name in THREE)
    assert [settings.leaves(name) for name in THREE] == [False, False, True]
    everywhere = load(tmp_path, *THREE, storage={"force_destroy": True})
    assert all(everywhere.gives_up("objects", region=name) for name in THREE)


def test_nothing_is_replicated_to_a_region_that_leaves_and_all_from_it(tmp_path: Path) -> None:
    settings = load(tmp_path, *THREE, leaving={SOUTH: KEEP})
    assert settings.replication_destinations(EAST) == (WEST,)
    assert settings.replication_destinations(SOUTH) == (EAST,)
    assert settings.replication_sources(EAST) == (WEST, SOUTH)
    assert settings.replication_sources(SOUTH) == ()
    # A platform of two regions keeps its copy until the end.
    assert load(tmp_path, EAST, SOUTH, leaving={SOUTH: KEEP}).replication_destinations(EAST) == (SOUTH,)
