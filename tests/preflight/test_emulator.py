"""The whole preflight against the emulator, for one region, of which nothing is applied."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.region_sets import ONE, settings_of, write_settings
from support.synthesized import stacks

from modules.settings import load_settings
from tools.emulator import Emulator
from tools.paths import Paths
from tools.preflight import Finding, Report, Severity, look_at, subject_of
from tools.preflight.stacks import Held
from tools.target import Target

pytestmark = pytest.mark.emulator

(REGION,) = ONE


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator.start(directory=tmp_path_factory.mktemp("emulator")) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """An account in which nothing was done."""
    running.reset()
    return running


@pytest.fixture
def target(emulator: Emulator, tmp_path: Path) -> Target:
    for name, stack in stacks(*ONE).items():
        folder = tmp_path / "out/stacks" / name
        folder.mkdir(parents=True)
        (folder / "cdk.tf.json").write_text(json.dumps(stack.json))
    settings = write_settings(tmp_path, settings_of(*ONE))
    return Target(
        paths=Paths(settings=settings, build=tmp_path / "build", out=tmp_path / "out"),
        settings=load_settings(settings, {}),
        environment={},
        clients=emulator.client,
        account_id=emulator.account_id,
        local=True,
    )


def look(target: Target) -> Report:
    return look_at(subject_of(target, environ=os.environ))


def found(report: Report, check: str) -> list[Finding]:
    return [one for one in report.findings if one.check == check]


def test_an_account_in_which_nothing_was_done_lacks_a_hosted_zone(target: Target) -> None:
    report = look(target)
    for one in report.findings:
        print(one)
    (zone,) = report.stopping
    assert 0
