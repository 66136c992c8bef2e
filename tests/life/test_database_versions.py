"""A minor version of PostgreSQL, raised by the command: in AWS's order, from wherever it was broken off."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.databases import plan_of, standing
from tests.support.versions import HOME, KINDS, OTHER, content, kill_before, versions
from tools.errors import Interrupted, ToolError
from tools.plan import changes
from tools.upgrade_words import upgrades_in_words
from tools.upgrades import require_order

pytestmark = pytest.mark.emulator


def test_a_minor_version_comes_to_the_replica_first_and_a_killed_command_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with standing(tmp_path, content("17.5"), kinds=KINDS) as life:
        # Terraform alone would begin with the writer.
        plan = plan_of(life, content("17.6"))
        assert len(upgrades_in_words(plan)) == 6
        with pytest.raises(ToolError, match=f"its replica in {OTHER} runs 17.5"):
            require_order(plan)
        with monkeypatch.context() as killing:
            kill_before(killing, 2)
            with pytest.raises(Interrupted):
                life.life.upgrade_database()
        assert versions(life) == {HOME: "17.5", OTHER: "17.6"}
        assert life.life.upgrade_database()
        assert versions(life) == {HOME: "17.6", OTHER: "17.6"}
        assert changes(plan_of(life, content("17.6"))) == []
