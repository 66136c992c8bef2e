"""Regions in memory on which keepers have run."""

import pytest

from modules.areas.failover.runtime.keeper import keep
from tests.failover.aws import HOME, SOUTH, WEST, FakeAws


@pytest.fixture
def aws() -> FakeAws:
    """A platform on which keepers have run for a while."""
    found = FakeAws()
    for region in (HOME, WEST, SOUTH):
        keep(region, found.world())
    return found
