"""The changes of the table in docs/changes.md, planned on the platform that stands, many at a time."""

from __future__ import annotations

import pytest

from tests.support.changes import ELSEWHERE, Trials, expected, location
from tests.support.lives import Applied
from tests.support.region_sets import EIGHT_KEYS
from tests.support.standing import Standing
from tools.changes.effect import summarized, told_apart
from tools.changes.table import packs, rows, tried

pytestmark = pytest.mark.emulator
TOGETHER = {key: effects for key, effects in tried().items() if not rows()[key].alone}
SILENT = [key for key, effects in TOGETHER.items() if not effects]
LEAVING = [key for key, effects in TOGETHER.items() if effects == (ELSEWHERE,)]


@pytest.fixture(scope="module")
def trials(life: Applied, tmp_path_factory: pytest.TempPathFactory) -> Trials:
    return Trials(Standing(life, tmp_path_factory.mktemp("changes")), EIGHT_KEYS)


@pytest.mark.parametrize("number", range(len(packs())))
def test_changes_do_what_the_table_says(trials: Trials, number: int) -> None:
    keys = packs()[number]
    pack = [trials.untried(rows()[key]) for key in keys]
    more, missing = told_apart(trials.effects(pack).values(), expected=expected(keys))
    assert (sorted(map(str, summarized(more))), sorted(map(str, missing))) == ([], [])


@pytest.mark.parametrize("key", SILENT)
def test_changes_that_do_nothing_keep_the_state(trials: Trials, key: str) -> None:
    trial = trials.untried(rows()[key])
    before, after = (location(trials.file(keys).load()) for keys in (trial.before, trial.after))
    assert before == after == location(trials.file({}).load())


@pytest.mark.parametrize("key", LEAVING)
def test_changes_that_lead_elsewhere_have_another_state(trials: Trials, key: str) -> None:
    after = trials.file(trials.untried(rows()[key]).after).load()
    assert location(after) != location(trials.file({}).load())


def test_changes_that_do_nothing_change_nothing_together(trials: Trials) -> None:
    silent = [trials.untried(rows()[key]) for key in SILENT]
    assert [str(each) for each in trials.effects(silent).values() if each.action != "follow"] == []
