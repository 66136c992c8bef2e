import gzip
import json

import pytest

from modules.settings.capacity import highest_utilization, left_without_a_zone, smallest_size
from modules.settings.compute import architecture_of
from tests.support.packages import folder_of

TYPES = folder_of("moto") / "ec2/resources/instance_types.json.gz"


def test_architecture_is_what_aws_says_of_every_instance_type() -> None:
    known = json.loads(gzip.decompress(TYPES.read_bytes()))
    wrong = {
        name: architectures
        for name, one in known.items()
        if architecture_of(name) not in (architectures := one["ProcessorInfo"]["SupportedArchitectures"])
        # Macs are not launched by groups of ours.
        and not name.startswith("mac")
    }
    assert len(known) > 500
    assert wrong == {}


@pytest.mark.parametrize("zones", range(2, 7))
@pytest.mark.parametrize("carried", range(1, 30))
def test_smallest_size_leaves_what_is_needed_and_one_less_does_not(carried: int, zones: int) -> None:
    size = smallest_size(carried, zones=zones)
    assert left_without_a_zone(size, zones=zones) >= carried
    assert left_without_a_zone(size - 1, zones=zones) < carried


def test_utilization_leaves_room_for_a_zone() -> None:
    assert [highest_utilization(zones) for zones in (2, 3, 4)] == [50, 66, 75]
