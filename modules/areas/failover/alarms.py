"""Alarms on failovers and on the keepers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.areas.failover.runtime.names import HELD_METRIC, KEPT_METRIC, MINUTES_METRIC, NAMESPACE
from modules.blocks.alarms.alarm import AlarmSpec, Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.areas.failover.journal import Journal

#: Minutes. A promotion takes several, and a planned failover waits for the replica before.
LONGEST_MINUTES = 30
HELD = "held"


def failover_alarms(*, region: str, kept: Sequence[str], journal: Journal) -> dict[str, AlarmSpec]:
    """A keeper that is silent; and for each region that it keeps, whether it is held, and a failover that takes long.

    Parameters
    ----------
    region
        The keeper's region.
    kept
        The regions that it keeps.
    journal
        Its journal.
    """

    def metric(name: str, about: str, statistic: str = "Maximum") -> Metric:
        dimensions = {"Journal": journal.name, "Region": about}
        return Metric(namespace=NAMESPACE, name=name, dimensions=dimensions, statistic=statistic)

    specs = {
        "keeper-silent": AlarmSpec(
            metric=metric(KEPT_METRIC, region, "SampleCount"),
            threshold=1,
            below=True,
            treat_missing_data="breaching",
            severity="ticket",
            description="The keeper has not run: a failover from here would not be gone on with, and a region that "
            "returns would not be fenced. Its function's log says why.",
        )
    }
    for name in kept:
        specs[f"{HELD}-{name}"] = AlarmSpec(
            metric=metric(HELD_METRIC, name),
            threshold=0,
            evaluation_periods=1,
            # Whether a region is held does not change because a keeper is ill.
            treat_missing_data="ignore",
            severity="ticket",
            description=f"A failover has left {name}, and DNS does not use it until somebody lets it back: "
            f"docs/failover.md, make failback.",
        )
        specs[f"running-{name}"] = AlarmSpec(
            metric=metric(MINUTES_METRIC, name),
            threshold=LONGEST_MINUTES,
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            severity="page",
            description=f"A failover from {name} has not ended in half an hour. make region-status says what it waits "
            "for.",
        )
    return specs
