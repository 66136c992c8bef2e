from collections.abc import Iterator

import pytest

from tools.emulator import Emulator
from tools.emulator.account import Kind


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One emulator for all tests of this folder, with room for all: each makes resources under names of its own."""
    with Emulator.start(directory=tmp_path_factory.mktemp("emulator"), account=Kind.GROWN) as running:
        yield running
