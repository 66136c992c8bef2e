"""The platform, applied once on the embedded AWS for every test that only reads; a small one for those that break."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import pytest

from tests.support.cdktf import run, vpc_count
from tests.support.init_once import once
from tests.support.lives import SMALL, Applied, new_life
from tests.support.lock_file import the_real, without_hashes
from tests.support.neighbours import EXISTING, held_by, kinds_of, move_in
from tests.support.region_sets import EIGHT_KEYS, FEW_RULES, settings_of
from tests.support.session import SESSION_FOLDER
from tests.support.shared_synthesis import run_once
from tests.support.turns import in_turns
from tools import synth
from tools.saved_plan import SavedPlan


@pytest.fixture(scope="session", autouse=True)
def _one_synthesis_for_the_same_settings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        # Read here: some lives have an environment of their own.
        monkeypatch.setattr(synth, "run", partial(run_once, session=Path(os.environ[SESSION_FOLDER])))
        yield


@pytest.fixture(scope="session", autouse=True)
def _providers_are_not_hashed() -> Iterator[None]:
    with without_hashes(Path(os.environ[SESSION_FOLDER])):
        yield


@pytest.fixture(scope="session", autouse=True)
def _terraform_takes_turns() -> Iterator[None]:
    with in_turns(Path(os.environ[SESSION_FOLDER])):
        yield


@pytest.fixture(scope="session", autouse=True)
def _directories_are_initialized_once() -> Iterator[None]:
    with once():
        yield


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """The platform of the eight keys in its three regions: applied, and at the end destroyed without a rest."""
    begun = new_life(tmp_path_factory.mktemp("life"), EIGHT_KEYS)
    with the_real():
        emulator = begun.start()
    try:
        with the_real():
            begun.up()
        applied = Applied(begun, emulator, begun.target(emulator))
        yield applied
        begun.destroy(applied.target)
        assert applied.target.state("platform")["resources"] == []  # type: ignore[index]
        for region in EIGHT_KEYS["regions"]:
            vpcs = applied.client("ec2", region).describe_vpcs()["Vpcs"]
            assert [vpc["VpcId"] for vpc in vpcs if not vpc["IsDefault"]] == []
    finally:
        emulator.stop()


@pytest.fixture(scope="session")
def second_plan(life: Applied) -> tuple[SavedPlan, bytes]:
    """The plan after the apply, and the file that it was saved in, which the next plan takes away."""
    saved = life.target.save_plan("platform", name="second-plan")
    return saved, saved.file.read_bytes()


@contextmanager
def _small(folder: Path, *, backend: bool) -> Iterator[Applied]:
    """One region with the least network that there can be; the account is full of things of others."""
    least = {"nat_gateways": "none", "interface_endpoints": ["secretsmanager"], "availability_zones": 2}
    # Without a window a destroyed secret's name is free at once, for the next test that applies.
    at_once = {"recovery_window_days": 0}
    # The cdktf CLI lifts no deletion protection before it destroys, as `make local-down` does.
    unprotected = {"deletion_protection": "false"}
    areas = {"database": unprotected, "entry": {**unprotected, "firewall": FEW_RULES}, "sessions": unprotected}
    settings = settings_of(SMALL, network=least, secrets=at_once, **areas, **EXISTING)
    begun = new_life(folder, settings, backend=backend)
    emulator = begun.start()
    try:
        move_in(cache(emulator.client), emulator.account_id, SMALL)
        yield Applied(begun, emulator, begun.target(emulator))
    finally:
        emulator.stop()


@pytest.fixture(scope="session")
def small_life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """One region for what is deployed and tampered with; nothing is applied but the state backend."""
    with _small(tmp_path_factory.mktemp("small"), backend=True) as made:
        yield made


@pytest.fixture(scope="session")
def spare_life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """The same for tests that apply a part, or break it, and leave nothing that others have to know of."""
    with _small(tmp_path_factory.mktemp("spare"), backend=False) as made:
        yield made


@pytest.fixture(scope="session")
def of_others(small_life: Applied) -> set[str]:
    """What the account holds before anything is applied but the state backend."""
    return held_by(small_life)


@pytest.fixture(scope="session")
def deployed(small_life: Applied, of_others: set[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """The small platform, which the cdktf CLI has deployed and at the end destroys without a rest."""
    shell, out = small_life.life.environment(), tmp_path_factory.mktemp("cdktf")

    def give(command: str) -> None:
        # The lock file is there, so nothing is asked of the registry.
        ended = run(f"{command} platform --auto-approve", settings=small_life.settings, out=out, shell=shell)
        assert ended.returncode == 0, ended.stdout + ended.stderr

    give("deploy")
    yield small_life
    give("destroy")
    assert vpc_count(small_life) == 0
    after = held_by(small_life)
    assert of_others - after == set()
    # Only keys are left, until the end of their deletion window, and what a test has left of `stage`.
    left = {line for line in after - of_others if "stage-" not in line.lower()}
    assert {line for line in left if not kinds_of({line}) <= {"key", "key policy"}} == set()
