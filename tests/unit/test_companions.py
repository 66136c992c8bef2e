"""Where copies go: by the name of a region, and not by the list that it stands in."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from modules.areas.state.location import StateLocation
from modules.settings import Settings, load_settings
from modules.settings.companions import COMPANIONS, companion, preference
from modules.settings.region_table import REGIONS
from modules.settings.regions import REGIONS_OF_CHATBOT, REGIONS_THAT_LACK_RULES, chatbot_region
from tests.support.region_sets import FIVE, THREE, TWO, settings_of, write_settings


def choices(folder: Path, *regions: str, primary: str) -> dict[str, object]:
    """Every default that depends on the regions."""
    skipped = {region: [] for region in REGIONS_THAT_LACK_RULES & {*regions}}
    content = settings_of(*regions, primary_region=primary, configuration={"skip_rules": skipped})
    settings: Settings = load_settings(write_settings(folder, content), {})
    return {
        "state": StateLocation.of(settings).replica_region,
        "backups": settings.backups_in(primary),
        "copies": settings.backup_copies_of(primary),
        "chats": chatbot_region(settings.home),
        **{f"copies of {name}": settings.backup_copies_of(name) for name in regions if name != primary},
        **{f"source of {name}": settings.topology.places[name].source for name in regions if name != primary},
        **{f"replicated from {name}": settings.replication_destinations(name) for name in regions if name != primary},
    }


def test_every_region_has_companions_that_exist_and_prefers_each_other_region_once() -> None:
    assert COMPANIONS.keys() == REGIONS
    for region in REGIONS:
        order = preference(region)
        assert sorted([region, *order]) == sorted(REGIONS)
        assert order[: len(COMPANIONS[region])] == COMPANIONS[region]


def test_the_first_companion_is_on_the_same_continent_if_the_continent_has_another() -> None:
    continents = {region: region.partition("-")[0] for region in REGIONS}
    for region, (first, *_) in COMPANIONS.items():
        alone = list(continents.values()).count(continents[region]) == 1
        assert alone or continents[first] == continents[region]


def test_every_region_of_the_default_set_keeps_its_companions_whatever_joins(tmp_path: Path) -> None:
    before = choices(tmp_path, *THREE, primary=THREE[0])
    for joining in sorted(REGIONS - {*THREE}):
        after = choices(tmp_path, *THREE, joining, primary=THREE[0])
        assert before.items() <= after.items(), joining


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_a_first_companion_that_is_there_stays_whatever_joins(region: str) -> None:
    first = companion(region, REGIONS)
    assert first == COMPANIONS[region][0]
    assert all(companion(region, [first, joining]) == first for joining in REGIONS - {region, first})


@pytest.mark.parametrize("regions", [TWO, THREE, FIVE], ids=len)
def test_no_permutation_makes_another_choice(regions: tuple[str, ...], tmp_path: Path) -> None:
    found = [choices(tmp_path, *order, primary=regions[0]) for order in list(permutations(regions))[:24]]
    assert all(one == found[0] for one in found)


def test_a_region_alone_has_no_companion() -> None:
    assert companion("eu-west-1", ["eu-west-1"]) is None


def test_chats_are_reached_where_there_is_an_api() -> None:
    assert {chatbot_region(home) for home in REGIONS} == {*REGIONS_OF_CHATBOT}
    assert [chatbot_region(home) for home in ("us-east-1", "eu-central-1", "ap-south-1", "me-central-1")] == [
        *("us-west-2", "eu-west-1", "ap-southeast-1", "eu-west-1")
    ]
