"""What the tests of a failover begin with: what is asked for, and regions that are lost."""

from __future__ import annotations

from typing import Any

from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.keeper import keep
from tests.failover.aws import HOME, SOUTH, WEST, FakeAws, arn

REQUEST: dict[str, Any] = {"id": "a", "origin": HOME, "target": WEST, "by": "me"}
PLANNED = {**REQUEST, "planned": True}


def lose(aws: FakeAws, *regions: str) -> None:
    """Regions go dark, and the keepers of the others notice in their next minute."""
    aws.go_dark(*regions)
    aws.pass_time(60)
    for region in (HOME, WEST, SOUTH):
        if region not in aws.dark:
            keep(region, aws.world())
    aws.pass_time(60)


def record(aws: FakeAws, region: str = WEST) -> journal.Run:
    found = journal.load(aws.world(), region, arn(HOME))
    assert found
    return found
