from collections.abc import Iterator

import pytest

from tools.emulator import Emulator
from tools.emulator.account import Kind


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One emulator for all rules, with the quotas that a life meets."""
    with Emulator.start(directory=tmp_path_factory.mktemp("rules"), account=Kind.FRESH) as running:
        yield running
