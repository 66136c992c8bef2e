"""The changes of the table in docs/changes.md, planned on the platform that stands, many at a time."""

from __future__ import annotations

import pytest

from modules.settings import SettingsError
from tests.support.changes import ELSEWHERE, PREVENTED, REFUSED, Trials, expected, location, merged
from tests.support.lives import Applied
from tests.support.region_sets import EIGHT_KEYS
from tests.support.standing import Standing
from tools.changes.effect import summarized, told_apart
from tools.changes.table import packs, rows, tried
from tools.errors import ToolError

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def trials(life: Applied, tmp_path_factory: pytest.TempPathFactory) -> Trials:
    return Trials(Standing(life, tmp_path_factory.mktemp("changes")), EIGHT_KEYS)


@pytest.mark.parametrize("number", range(len(packs())))
def test_changes_do_what_the_table_says(trials: Trials, number: int) -> None:
    keys = packs()[number]
    pack = [trials.untried(rows()[key]) for key in keys]
    found = {each for each in trials.effects(pack).values() if each.action != "follow"}
    more, missing = told_apart(found, expected=expected(keys))
    assert (sorted(map(str, summarized(more))), sorted(map(str, missing))) == ([], [])


def test_changes_that_are_in_no_plan_do_nothing_or_are_refused_or_lead_elsewhere(trials: Trials) -> None:
    planned = {key for keys in packs() for key in keys}
    stands = location(trials.file({}).load())
    for key, effects in tried().items():
        if key in planned or rows()[key].alone:
            continue
        trial = trials.untried(rows()[key])
        before, after = trial.before, trial.after
        if effects == (REFUSED,):
            with pytest.raises(SettingsError):
                trials.file(after).load()
        elif effects == (ELSEWHERE,):
            assert location(trials.file(after).load()) != stands
        elif effects == (PREVENTED,):
            with pytest.raises(ToolError):
                trials.effects([trial])
        else:
            assert effects == ()
            assert location(trials.file(before).load()) == location(trials.file(after).load()) == stands


def test_changes_that_do_nothing_change_nothing_together(trials: Trials) -> None:
    silent = [trials.untried(rows()[key]) for key, effects in tried().items() if not effects]
    before, after = (trials.file(merged(silent, name)).content for name in ("before", "after"))
    assert trials.standing.plan(after) == trials.standing.plan(before)
