"""Turns of the lives' Terraform: tests/support/turns.py."""

from contextlib import ExitStack
from pathlib import Path

from tests.support.turns import turn


def test_so_many_hold_a_turn_and_the_next_goes_on_without_one_when_its_patience_ends(tmp_path: Path) -> None:
    with ExitStack() as holders:
        for _ in range(2):
            assert holders.enter_context(turn(tmp_path, at_once=2, patience=0))
        with turn(tmp_path, at_once=2, patience=0.3) as free:
            assert not free
    with turn(tmp_path, at_once=2, patience=0) as free:
        assert free
