import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.processor import Costs
from tests.support.session import SESSION_FOLDER

#: Fixtures of platforms that are applied once: whose tests ask for one run in one process. Three regions take longest.
PLATFORM = "life"
PLATFORMS = (PLATFORM, "deployed", "spare_life")
LIVES = "tests/life/"
#: Lives that share a process. pytest-xdist gives a process that has two tests or fewer left the next group at once, for
#: which that has to wait, so `make test-life` has as many processes as there are groups.
SHARED = (
    ("test_cdktf", "test_database", "test_faults", "test_state_administrators"),
    ("test_database_rebuild", "test_update"),
)
#: Those that take longest, for fewer processes than that: they begin first.
LONGEST = tuple(
    f"{LIVES}test_{name}.py"
    for name in ("failover", "region_leaves", "database_major_versions", "permissions", "database_versions")
)
#: The whole run waits for these, which wait for AWS's provider most of the time: all others step back behind them.
FIRST = (PLATFORM, f"{LIVES}test_failover.py")
BEHIND = 5
#: Sets of more regions are for the whole test, and not for the fast loop.
MOST_REGIONS = 3


def pytest_configure(config: pytest.Config) -> None:
    """Give the session's processes a folder; the first of them makes it and clears it away."""
    # What a team has in `extensions` is not what these tests are about.
    os.environ["MERIDIAN_EXTENSIONS"] = ""
    for number in (signal.SIGHUP, signal.SIGINT):
        # A shell in the background, or nohup, ignores them; children would inherit that, and tests send them both.
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
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


def pytest_collection_finish() -> None:
    """Leave thousands of tests, which stay until the end, out of what Python looks through for garbage."""
    gc.freeze()


@pytest.fixture
def root() -> Path:
    return Path(__file__).parent.parent


def _group(item: pytest.Item) -> str:
    fixtures = getattr(item, "fixturenames", ())
    file = item.nodeid.partition("::")[0]
    together = next((names for names in SHARED if file.startswith(LIVES) and Path(file).stem in names), None)
    return next((name for name in PLATFORMS if name in fixtures), f"{LIVES}{together[0]}" if together else file)


def _regions(item: pytest.Item) -> tuple[str, ...]:
    callspec = getattr(item, "callspec", None)
    return tuple(callspec.params.get("regions", ())) if callspec else ()


def _rank(item: pytest.Item) -> int:
    places = [*PLATFORMS, *LONGEST, LIVES]
    return next((rank for rank, place in enumerate(places) if _group(item).startswith(place)), len(places))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Let a process that holds none of the first step back, once: there is no way to the front again."""
    if os.environ.get("PYTEST_XDIST_WORKER") and _group(item) not in FIRST and os.nice(0) < BEHIND:
        os.nice(BEHIND - os.nice(0))
    yield
