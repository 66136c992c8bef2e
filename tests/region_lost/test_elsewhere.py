"""The state elsewhere, and home again: who is let through, and who is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.region_lost.account import EAST, LOCK, WEST, Desk, bucket, state
from tools import state_elsewhere
from tools.errors import ToolError
from tools.paths import BACKEND, PLATFORM
from tools.state_elsewhere import go_elsewhere, go_home
from tools.state_place import NOTE, require_place

BOTH = (EAST, WEST)
THERE: dict[str, Any] = {"state": {"kept_in": WEST}}
TFLOCK = f"{PLATFORM}/terraform.tfstate.tflock"
MADE = {
    "mode": "managed",
    "type": "a",
    "name": "b",
    "provider": 'provider["registry.terraform.io/hashicorp/aws"].us-east-1',
}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(tmp_path)
    monkeypatch.setattr(state_elsewhere, "push", made.push)
    made.everywhere(5)
    return made


def leave(desk: Desk, *, dark: tuple[str, ...] = (EAST,), **more: Any) -> None:
    go_elsewhere(desk.target(*BOTH, dark=dark, **more), reporter=desk.reporter, approve=desk.approve)


def return_(desk: Desk, *, dark: tuple[str, ...] = (), **more: Any) -> None:
    go_home(desk.target(*BOTH, dark=dark, **more), reporter=desk.reporter, approve=desk.approve)


def refused(call: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(ToolError) as caught:
        call(*arguments, **more)
    return f"{caught.value.message} -> {caught.value.advice}"


def test_the_replica_counts_once_it_was_looked_at(desk: Desk) -> None:
    assert require_place(desk.target(*BOTH)) == []
    assert "nobody has seen to it" in refused(require_place, desk.target(*BOTH, **THERE))
    leave(desk)
    assert "platform: serial 5, written 7 minutes ago" in desk.told
    assert "now write `state: {kept_in: us-west-2}`" in desk.told
    # Whoever has the settings of before is stopped, with home dark or not.
    for dark in ((), (EAST,)):
        told = refused(require_place, desk.target(*BOTH, dark=dark))
        assert "these settings use the one in us-east-1" in told
        assert "`state: {kept_in: us-west-2}`" in told
    (line,) = require_place(desk.target(*BOTH, dark=(EAST,), **THERE))
    assert line.startswith("note: the state is kept in us-west-2 since")
    assert "user/me" in line


def test_it_may_be_said_again(desk: Desk) -> None:
    leave(desk)
    note = desk.aws.objects[bucket(WEST), NOTE]
    leave(desk, **THERE)
    assert desk.aws.objects[bucket(WEST), NOTE] == note


def test_a_copied_lock_goes_and_one_that_is_held_does_not(desk: Desk) -> None:
    desk.aws.objects[bucket(WEST), TFLOCK] = LOCK
    desk.aws.objects[bucket(EAST), TFLOCK] = LOCK
    assert "somebody works with the state in us-east-1" in refused(leave, desk, dark=())
    assert TFLOCK in desk.aws.keys(WEST)
    leave(desk)
    assert "platform: somebody@there since 2026-01-01" in "".join(desk.asked)
    assert TFLOCK not in desk.aws.keys(WEST)
    # From then on a lock there is somebody's who works.
    desk.aws.objects[bucket(WEST), TFLOCK] = LOCK
    leave(desk)
    assert TFLOCK in desk.aws.keys(WEST)


def test_a_lock_at_home_that_was_not_copied_yet_is_seen(desk: Desk) -> None:
    desk.aws.objects[bucket(EAST), TFLOCK] = LOCK
    assert "somebody works with the state in us-east-1" in refused(leave, desk, dark=())
    assert NOTE not in desk.aws.keys(WEST)


def test_an_older_replica_is_refused_while_home_can_be_asked(desk: Desk) -> None:
    desk.aws.put(EAST, PLATFORM, state(6))
    assert "serial 5 in us-west-2, and 6 in us-east-1" in refused(leave, desk, dark=())
    assert NOTE not in desk.aws.keys(WEST)
    leave(desk)
    assert NOTE in desk.aws.keys(WEST)


def test_there_has_to_be_a_replica_that_answers(desk: Desk) -> None:
    assert "no replica" in refused(go_elsewhere, desk.target(EAST), reporter=desk.reporter, approve=desk.approve)
    assert "does not answer" in refused(leave, desk, dark=(WEST,))
    desk.aws.objects.clear()
    assert "there is no state in" in refused(leave, desk)


def test_an_old_state_over_the_one_that_counts_is_refused(desk: Desk) -> None:
    leave(desk)
    desk.aws.put(WEST, PLATFORM, state(4))
    assert "has serial 4, and had 5 already" in refused(require_place, desk.target(*BOTH, **THERE))


def test_the_newer_state_goes_home(desk: Desk) -> None:
    leave(desk)
    desk.aws.put(WEST, PLATFORM, state(9, MADE))
    assert "us-east-1 does not answer" in refused(return_, desk, dark=(EAST,), **THERE)
    return_(desk, **THERE)
    assert desk.aws.state(EAST)["resources"] == [MADE]
    # What has not changed is not written.
    assert desk.aws.state(EAST, BACKEND)["serial"] == 5
    assert NOTE not in desk.aws.keys(WEST)
    assert "take `state.kept_in` out of the settings" in desk.told
    return_(desk)
    assert "there is nothing to bring back" in desk.told
    assert require_place(desk.target(*BOTH)) == []


def test_killed_on_the_way_home_it_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(desk)
    for stack in (BACKEND, PLATFORM):
        desk.aws.put(WEST, stack, state(9, MADE))

    def stop(target: Any, stack: str, content: Any) -> None:
        if stack == PLATFORM:
            raise KeyboardInterrupt
        desk.push(target, stack, content)

    monkeypatch.setattr(state_elsewhere, "push", stop)
    with pytest.raises(KeyboardInterrupt):
        return_(desk, **THERE)
    assert "these settings use" in refused(require_place, desk.target(*BOTH))
    monkeypatch.setattr(state_elsewhere, "push", desk.push)
    return_(desk, **THERE)
    assert desk.aws.state(EAST)["resources"] == desk.aws.state(EAST, BACKEND)["resources"] == [MADE]


@pytest.mark.parametrize(
    ("serial", "home"), [(9, state(9)), (9, state(10)), (5, state(5)), (9, state(3, lineage="other"))]
)
def test_two_states_that_were_both_used_are_refused(desk: Desk, serial: int, home: dict[str, Any]) -> None:
    leave(desk)
    desk.aws.put(WEST, PLATFORM, state(serial, MADE))
    desk.aws.put(EAST, PLATFORM, home)
    told = refused(return_, desk, **THERE)
    assert "somebody has used both" in told
    assert NOTE in desk.aws.keys(WEST)


def test_nobody_may_be_at_work_when_it_goes_home(desk: Desk) -> None:
    leave(desk)
    desk.aws.objects[bucket(WEST), TFLOCK] = LOCK
    assert "somebody works with the state in us-west-2" in refused(return_, desk, **THERE)
