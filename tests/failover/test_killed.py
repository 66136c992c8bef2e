"""A driver that ends before or after every step, and before or after every change: the next one goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from modules.areas.failover.runtime.advance import STEPS
from modules.areas.failover.runtime.keeper import keep
from tests.failover.aws import HOME, SOUTH, WEST, FakeAws, Killed, drive

pytestmark = pytest.mark.slow

REQUEST: dict[str, Any] = {"id": "a", "origin": HOME, "target": WEST}
PLANNED = {**REQUEST, "planned": True}
PROGRAM = Path(__file__).with_name("driver.py")
ROOT = Path(__file__).parents[2]
#: More than a failover changes.
MOST_CHANGES = 60


def prepared(file: Path | None = None, *, dark: bool = True) -> FakeAws:
    aws = FakeAws(file)
    for region in (WEST, SOUTH, HOME):
        keep(region, aws.world())
    if dark:
        aws.go_dark(HOME)
        aws.pass_time(60)
        keep(WEST, aws.world())
    return aws


def expected(request: dict[str, Any], *, dark: bool) -> dict[str, Any]:
    aws = prepared(dark=dark)
    assert drive(aws, request)[1]["state"] == "done"
    return aws.picture()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["look", *[step.__name__ for step in STEPS]])
def test_a_process_that_exits_at_a_step(step: str, when: str, tmp_path: Path) -> None:
    file = tmp_path / "aws"
    prepared(file)
    command = [sys.executable, str(PROGRAM), str(file), json.dumps(REQUEST)]
    first = subprocess.run([*command, when, step], cwd=ROOT, capture_output=True, text=True, check=False)
    assert first.returncode == 9, first.stderr
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    *did, end = [json.loads(line) for line in second.stdout.splitlines()]
    assert end["state"] == "done"
    names = ["look", *[one.__name__ for one in STEPS]]
    # The claim follows the look in the same call, so neither end of the look leaves a record.
    position = names.index(step)
    assert did == names[0 if step == "look" else position :]
    assert FakeAws(file).picture() == expected(REQUEST, dark=True)


@pytest.mark.parametrize("when", ["die_before", "die_after"])
@pytest.mark.parametrize("planned", [False, True])
def test_a_driver_that_ends_at_a_change(planned: bool, when: str) -> None:  # noqa: FBT001
    request = PLANNED if planned else REQUEST
    wanted = expected(request, dark=not planned)
    ended = 0
    for number in range(1, MOST_CHANGES):
        aws = prepared(dark=not planned)
        aws._changes = 0
        setattr(aws, when, number)
        try:
            drive(aws, request)
        except Killed:
            ended += 1
            assert drive(aws, request)[1]["state"] == "done", number
        assert aws.picture() == wanted, number
    assert 15 < ended < MOST_CHANGES - 1
