"""An update of Meridian: the last release stands on the emulator, and this version is planned and applied over it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.lives import Applied, new_life
from tests.support.releases import DEPLOYED, last_release
from tools.applying import apply
from tools.bootstrap import bootstrap
from tools.danger import HOLD_DATA
from tools.part import part_of
from tools.paths import PLATFORM, STACKS
from tools.plan import destroyed
from tools.workspace import CONFIGURATION, Workspace

pytestmark = pytest.mark.emulator


def test_the_last_release_is_updated_and_nothing_that_holds_data_is_replaced(tmp_path: Path) -> None:
    prepare = Workspace.prepare

    def as_released(workspace: Workspace) -> None:
        prepare(workspace)
        shutil.copyfile(last_release() / f"{workspace.stack}.json", workspace.directory / CONFIGURATION)

    def what_holds_data(workspace: Workspace) -> None:
        prepare(workspace)
        if workspace.stack == PLATFORM:
            part = part_of(workspace.configuration(), HOLD_DATA)
            (workspace.directory / CONFIGURATION).write_text(json.dumps(part), encoding="utf-8")

    life = new_life(tmp_path, DEPLOYED)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Workspace, "prepare", as_released)
        emulator = life.start()
        try:
            standing = Applied(life, emulator, life.target(emulator))
            life.up()
            before = ids(standing)
            assert {address.partition(".")[0] for address in before} >= {"aws_db_instance", "aws_dynamodb_table"}

            monkeypatch.setattr(Workspace, "prepare", what_holds_data)
            bootstrap(standing.target)
            saved = standing.target.save_plan(PLATFORM)
            assert destroyed(saved.content) == []
            if saved.changed:
                apply(standing.target, PLATFORM, saved)
            assert ids(standing).items() >= before.items()
            for stack in STACKS:
                changed, plan = standing.target.plan(stack)
                assert not changed, plan["resource_changes"]
        finally:
            emulator.stop()


def ids(life: Applied) -> dict[str, str]:
    """What holds data in both states: its address, and what AWS calls it."""
    found = {}
    for stack in STACKS:
        for one in (life.target.state(stack) or {})["resources"]:
            if one["mode"] == "managed" and one["type"] in HOLD_DATA:
                attributes = one["instances"][0]["attributes"]
                found[f"{one['type']}.{one['name']}"] = str(attributes.get("arn") or attributes["id"])
    return found
