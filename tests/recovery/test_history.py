from __future__ import annotations

import json
from pathlib import Path

from tools.recovery.history import History


def event(kind: str, address: str, action: str = "create", **hook: str) -> str:
    return json.dumps({"type": kind, "hook": {"resource": {"addr": address}, "action": action, **hook}})


def test_what_has_ended_has_an_id_and_what_has_not_is_in_flight() -> None:
    history = History.of(
        [
            event("apply_start", "aws_vpc.main"),
            event("apply_complete", "aws_vpc.main", id_key="id", id_value="vpc-1"),
            event("apply_start", "aws_db_instance.main"),
            event("apply_progress", "aws_db_instance.main"),
        ]
    )
    assert history.made == {"aws_vpc.main": "vpc-1"}
    assert history.in_flight == {"aws_db_instance.main"}


def test_what_failed_may_stand_all_the_same() -> None:
    history = History.of([event("apply_start", "aws_lb.main"), event("apply_errored", "aws_lb.main")])
    assert history.in_flight == {"aws_lb.main"}


def test_what_is_changed_or_destroyed_is_no_creation() -> None:
    history = History.of([event("apply_start", f"aws_vpc.{action}", action) for action in ("update", "delete")])
    assert history.addresses == set()


def test_a_log_that_was_cut_or_is_lost_tells_what_it_can(tmp_path: Path) -> None:
    cut = event("apply_start", "aws_vpc.main") + '\n{"type":"apply_com'
    (tmp_path / "log").write_text(cut)
    assert History.read(tmp_path / "log").addresses == {"aws_vpc.main"}
    assert History.read(tmp_path / "none").addresses == set()
