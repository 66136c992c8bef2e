from collections.abc import Iterator

import pytest

from tools.emulator import Emulator


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One emulator for all tests of this folder: each makes resources under names of its own."""
    with Emulator.start(directory=tmp_path_factory.mktemp("emulator")) as running:
        yield running
