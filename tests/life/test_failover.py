"""`make drill`, step by step, and what is looked at more closely after some of its steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.lives import CLEAN
from tests.support.region_pages import RegionPages
from tools.drill.context import Drill
from tools.drill.picture import differences, picture
from tools.drill.run import local_platform_in, play, prepared, sentence
from tools.drill.sequence import STEPS
from tools.drill.step import Step

pytestmark = pytest.mark.emulator


def status_tells_of_every_region(drill: Drill) -> None:
    text = drill.type("status")
    assert f"available, replica of {drill.home}" in text
    assert "available, standalone, with replicas" in text
    assert text.count("out of DNS since") == 0


def dry_run_tells_what_would_be_lost(drill: Drill) -> None:
    assert "loss_seconds" in drill.said
    assert drill.replicates(drill.survivor) == drill.home


def closing_statement_is_true(drill: Drill) -> None:
    assert f"is: the writer is {drill.instance(drill.survivor)['Endpoint']['Address']}" in drill.said
    assert "is not: fenced" in drill.said
    assert f"{drill.survivor}: {{role: writer}}, {drill.home}: {{role: detached}}" in drill.said
    took = drill.timeline.at("failover: announce") - drill.timeline.at("dry run")
    assert took < 180
    # What a dry run does not change is seen when it changes.
    changed = {line.split()[1] for line in differences(drill.noted["picture"], picture(drill))}
    assert {"alarm", "execution", "instance", "item", "queue", "secret"} <= changed


def goes_on_from_here(drill: Drill) -> None:
    """The other driver finds the same journal."""
    assert "is: the writer is" in drill.said


def is_fenced_once(drill: Drill) -> None:
    assert drill.keep(drill.home)["returned"] == {}
    record = drill.record()
    assert record
    assert record.steps["fence"]["fenced"] is True
    what_was_done_is_no_drift(drill)


def what_was_done_is_no_drift(drill: Drill) -> None:
    """What the failover and the keeper have changed is told as theirs, and nobody else has changed anything."""
    assert drill.local.drift() == 0
    said = json.loads((drill.local.paths.reports / "drift.json").read_text(encoding="utf-8"))
    assert (said["outcome"], said["drift"], said["notes"]) == ("none", [], [])
    assert {one["failover"].rpartition(": ")[2] for one in said["failover"]} >= {"fence", "promoted"}


CLOSER: dict[str, Callable[[Drill], None]] = {
    "keepers run": status_tells_of_every_region,
    "dry run": dry_run_tells_what_would_be_lost,
    "failover": closing_statement_is_true,
    "the command again": goes_on_from_here,
    "pages of both regions": is_fenced_once,
}


def test_the_drill(tmp_path: Path) -> None:
    assert CLOSER.keys() <= {step.name for step in STEPS}
    with prepared(local_platform_in(tmp_path, environ=CLEAN)) as drill:
        pages = RegionPages(drill)
        assert pages.after.keys() <= {step.name for step in STEPS}

        def look_closer(step: Step) -> None:
            if step.name in CLOSER:
                CLOSER[step.name](drill)
            if step.name in pages.after:
                pages.after[step.name]()

        play(drill, after=look_closer)
        assert f"{drill.home} was lost at" in sentence(drill)
