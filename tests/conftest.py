import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.processor import Costs
from tests.support.synthesized import SESSION_FOLDER

#: The fixture of the platform that is applied once: whose tests ask for it run in one process, and begin first.
PLATFORM = "life"
#: Sets of more regions are for the whole test, and not for the fast loop.
MOST_REGIONS = 3


def pytest_configure(config: pytest.Config) -> None:
    """Give the session's processes a folder; the first of them makes it and clears it away."""
    if not hasattr(config, "workerinput"):
        folder = TemporaryDirectory(prefix="meridian-tests-")
        os.environ[SESSION_FOLDER] = folder.name
        config.add_cleanup(folder.cleanup)
    config.pluginmanager.register(Costs(Path(os.environ[SESSION_FOLDER]) / "costs"))


# Around all others, since pytest-xdist writes the groups into the ids of tests in the same hook.
@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Keep the tests of the platform, and else of a file, in one process, the longest first."""
    items.sort(key=_rank)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
        if len(_regions(item)) > MOST_REGIONS:
            item.add_marker(pytest.mark.slow)
    yield


@pytest.fixture
def root() -> Path:
    return Path(__file__).parent.parent


def _group(item: pytest.Item) -> str:
    return PLATFORM if PLATFORM in getattr(item, "fixturenames", ()) else item.nodeid.partition("::")[0]


def _regions(item: pytest.Item) -> tuple[str, ...]:
    callspec = getattr(item, "callspec", None)
    return tuple(callspec.params.get("regions", ())) if callspec else ()


def _rank(item: pytest.Item) -> int:
    places = [PLATFORM, "tests/life/"]
    return next((rank for rank, place in enumerate(places) if _group(item).startswith(place)), len(places))
