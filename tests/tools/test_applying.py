import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tools.applying import Applying, applying, begin, end, read
from tools.paths import PLATFORM, Paths
from tools.workspace import CONFIGURATION, Workspace


@pytest.fixture
def target(tmp_path: Path) -> Any:
    paths = Paths(settings=tmp_path / "settings.yaml", build=tmp_path / "build", out=tmp_path / "out")
    terraform = SimpleNamespace(log=lambda command: paths.logs / f"{PLATFORM}-{command}.log")
    return SimpleNamespace(paths=paths, terraform=lambda _stack: terraform)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    file = tmp_path / "plan.json"
    file.write_text('{"of": "this apply"}')
    return file


def test_an_apply_that_ends_well_leaves_no_record(target: Any, plan: Path) -> None:
    with applying(target, PLATFORM, plan):
        assert read(target, PLATFORM) is not None
    assert read(target, PLATFORM) is None
    assert list((target.paths.build / PLATFORM).iterdir()) == []


def test_the_record_of_a_broken_apply_outlives_the_next_plan_and_preparation(target: Any, plan: Path) -> None:
    with pytest.raises(RuntimeError), applying(target, PLATFORM, plan):
        raise RuntimeError
    plan.write_text('{"of": "the next"}')
    source = target.paths.stack_output(PLATFORM)
    source.mkdir(parents=True)
    (source / CONFIGURATION).write_text("{}")
    Workspace(directory=target.paths.build / PLATFORM, source=source).prepare()
    left = read(target, PLATFORM)
    assert left is not None
    assert json.loads(left.plan.read_text()) == {"of": "this apply"}
    assert left.log == target.paths.logs / "platform-apply.log"
    assert left.settings == target.paths.settings


def test_the_record_is_a_json_object_in_a_fixed_place(target: Any, plan: Path) -> None:
    written = begin(target, PLATFORM, plan)
    text = (target.paths.build / PLATFORM / "applying.json").read_text()
    assert set(json.loads(text)) == {"plan", "log", "started", "settings"}
    assert Applying.of(text) == written


def test_record_that_is_not_there_ends_without_a_fault(target: Any) -> None:
    end(target, PLATFORM)
    assert read(target, PLATFORM) is None
