import pytest

from modules.settings.topology import DatabaseMember, topology
from tests.support.region_sets import FIVE, ONE, THREE, TWO

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
EAST, WEST, SOUTH = THREE


def replica(region: str, source: str) -> DatabaseMember:
    return DatabaseMember(region=region, role="replica", source=source)


def problems(*places: DatabaseMember) -> dict[str, str]:
    stated = {place.region: place for place in places}
    return dict(topology(THREE, primary=EAST, stated=stated).contradictions())


@SETS
def test_primary_is_the_writer_and_every_other_region_its_replica_if_nothing_is_said(regions: tuple[str, ...]) -> None:
    found = topology(regions, primary=regions[0], stated={})
    assert found.contradictions() == []
    assert found.writer == regions[0]
    assert sorted(found.places) == sorted(regions)
    assert {place.source for place in found.places.values() if place.region != found.writer} <= {regions[0]}
    assert [place.role for place in found.in_order] == ["writer", *["replica"] * (len(regions) - 1)]


def test_sources_come_before_their_replicas_and_the_order_of_regions_makes_no_difference() -> None:
    stated = {WEST: DatabaseMember(region=WEST, role="writer"), EAST: DatabaseMember(region=EAST, role="detached")}
    one, other = (topology(order, primary=EAST, stated=stated).in_order for order in (THREE, THREE[::-1]))
    assert one == other
    assert [place.region for place in one] == [EAST, WEST, SOUTH]
    assert one[-1].source == EAST


def test_switch_in_which_the_others_stay_what_they_are_can_be() -> None:
    assert problems(DatabaseMember(region=WEST, role="writer"), DatabaseMember(region=EAST, role="detached")) == {}


def test_rebuilt_former_writer_can_be() -> None:
    assert problems(DatabaseMember(region=WEST, role="writer"), replica(EAST, WEST), replica(SOUTH, WEST)) == {}


def test_refuses_two_writers() -> None:
    assert problems(DatabaseMember(region=WEST, role="writer")) == {WEST: f"a second writer beside {EAST}"}


def test_refuses_a_platform_without_a_writer() -> None:
    assert problems(DatabaseMember(region=EAST, role="detached")) == {"": "no region is the writer"}


def test_refuses_a_replica_of_a_replica() -> None:
    assert problems(replica(SOUTH, WEST)) == {SOUTH: f"a replica of {WEST}, which is a replica itself"}


def test_refuses_a_loop() -> None:
    found = problems(replica(SOUTH, WEST), replica(WEST, SOUTH))
    assert found == {
        WEST: f"a replica of {SOUTH}, which replicates it in turn",
        SOUTH: f"a replica of {WEST}, which replicates it in turn",
    }


def test_refuses_a_loop_round_three_regions() -> None:
    found = problems(replica(EAST, WEST), replica(WEST, SOUTH), replica(SOUTH, EAST))
    assert all("in turn" in found[region] for region in THREE)


def test_refuses_a_replica_of_itself_and_of_a_region_that_is_not_built() -> None:
    assert problems(replica(SOUTH, SOUTH)) == {SOUTH: "a replica of itself"}
    assert problems(replica(SOUTH, "eu-west-1")) == {SOUTH: "a replica of eu-west-1, which is not one of the regions"}
