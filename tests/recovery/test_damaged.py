from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tools.console import Reporter
from tools.errors import ToolError
from tools.recovery.damaged import hold_for_whole

DAMAGED = "aws_db_instance.main"


class Place:
    """A target whose state holds a database for damaged, and a network for whole."""

    def __init__(self, status: str) -> None:
        self.did: list[str] = []
        self._status = status

    def state(self, _stack: str) -> dict[str, Any]:
        whole = {"mode": "managed", "type": "aws_vpc", "name": "main", "instances": [{}]}
        database = {
            "mode": "managed",
            "type": "aws_db_instance",
            "name": "main",
            "instances": [{"status": self._status}],
        }
        return {"resources": [whole, database]}

    def backend_arguments(self) -> list[str]:
        return []

    def workspace(self, _stack: str) -> Any:
        return SimpleNamespace(prepare=lambda: self.did.append("prepare"))

    def terraform(self, _stack: str) -> Any:
        return SimpleNamespace(
            init=lambda _: self.did.append("init"), untaint=lambda address: self.did.append(f"untaint {address}")
        )


def hold(place: Any, questions: list[str]) -> list[str]:
    return hold_for_whole(place, reporter=Reporter(Console(quiet=True)), approve=questions.append)


def test_what_was_not_seen_to_become_ready_is_held_for_whole_after_a_yes() -> None:
    place, questions = Place("tainted"), list[str]()
    assert hold(place, questions) == [DAMAGED]
    assert len(questions) == 1
    assert place.did == ["prepare", "init", f"untaint {DAMAGED}"]


def test_nobody_is_asked_where_all_is_whole() -> None:
    place, questions = Place(""), list[str]()
    assert hold(place, questions) == []
    assert (questions, place.did) == ([], [])


def test_a_no_leaves_it_as_it_is() -> None:
    place = Place("tainted")

    def refuse(_what: str) -> None:
        raise ToolError("no")

    with pytest.raises(ToolError):
        hold_for_whole(place, reporter=Reporter(Console(quiet=True)), approve=refuse)  # type: ignore[arg-type]
    assert place.did == []
