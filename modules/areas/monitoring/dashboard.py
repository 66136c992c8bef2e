"""The dashboard, which shows which region is unhealthy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.areas.monitoring.region_health import RegionHealth
    from modules.blocks.alarms.alarm import Alarm
    from modules.core.region import Region

    Widget = dict[str, Any]

#: Width of CloudWatch's grid, and of the parts of a region's row: label, alarm states, and each graph.
WIDTH, LABEL, STATES, GRAPH = 24, 3, 9, 4
ROW = 5
GRAPHS = (WIDTH - LABEL - STATES) // GRAPH
#: The most alarms that one widget can show.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
ALARMS_PER_WIDGET = 100
#: Alarms in one line of a widget of full width.
ALARMS_PER_LINE = 6


class RegionView:
    """What the dashboard shows of one region.

    Parameters
    ----------
    region
        The region.
    health
        The alarm that is in ALARM while the region is unhealthy.
    alarms
        All its alarms.
    """

    def __init__(self, *, region: Region, health: RegionHealth, alarms: Sequence[Alarm]) -> None:
        self.region, self.health, self.alarms = region, health, alarms

    @property
    def graphs(self) -> list[Alarm]:
        """The alarms with a graph: the first of each tier, then more, as many as fit."""
        drawn = [alarm for alarm in self.alarms if alarm.spec.on_dashboard]
        first = {alarm.tier: alarm for alarm in reversed(drawn)}
        ordered = sorted(drawn, key=lambda alarm: first[alarm.tier] is not alarm)
        return ordered[:GRAPHS]


class Dashboard(Construct):
    """The health of all regions in the first row, then one row per region with its alarms and graphs of their metrics.

    It is made from the alarms themselves, so it shows every alarm and nothing else.

    Parameters
    ----------
    region
        The region whose name and provider it gets; dashboards are global.
    views
        What is shown of each region, in the order of the rows.
    other_alarms
        More alarms for the first row, such as those on health checks of Route 53. None by default.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        views: Sequence[RegionView],
        other_alarms: Sequence[Alarm] = (),
    ) -> None:
        super().__init__(scope, id_)
        first = [view.health.arn for view in views] + [alarm.arn for alarm in other_alarms]
        top = 1 + -(-len(first) // ALARMS_PER_LINE)
        widgets = [_states(0, 0, WIDTH, top, "Which region is ill?", first)]
        for number, view in enumerate(views):
            widgets += _row(view, top + number * ROW)
        CloudwatchDashboard(
            self,
            "Resource",
            provider=region.provider,
            dashboard_name=region.names_of_home.of("dashboard", "regions"),
            dashboard_body=json.dumps({"widgets": widgets}),
        )


def _row(view: RegionView, y: int) -> list[Widget]:
    name = view.region.name
    link = f"https://{name}.console.aws.amazon.com/cloudwatch/home?region={name}#alarmsV2:"
    role = "primary" if name == view.region.settings.primary_region else "secondary"
    label = _widget("text", 0, y, LABEL, {"markdown": f"## {name}\n{role}\n\n[Alarms]({link})"})
    arns = [alarm.arn for alarm in view.alarms]
    parts = [arns[start : start + ALARMS_PER_WIDGET] for start in range(0, len(arns), ALARMS_PER_WIDGET)]
    width = STATES // max(len(parts), 1)
    states = [
        _states(LABEL + place * width, y, width, ROW, name if place == 0 else f"{name}, more", part)
        for place, part in enumerate(parts)
    ]
    graphs = [
        _widget(
            "metric",
            LABEL + STATES + place * GRAPH,
            y,
            GRAPH,
            {
                "title": f"{alarm.tier} {alarm.node.id}",
                "region": name,
                "view": "timeSeries",
                # The graph takes metric and threshold from the alarm.
                "annotations": {"alarms": [alarm.arn]},
            },
        )
        for place, alarm in enumerate(view.graphs)
    ]
    return [label, *states, *graphs]


def _states(x: int, y: int, width: int, height: int, title: str, arns: Sequence[str]) -> Widget:
    # The latest change comes first.
    properties = {"title": title, "alarms": list(arns), "sortBy": "stateUpdatedTimestamp"}
    return _widget("alarm", x, y, width, properties, height)


def _widget(kind: str, x: int, y: int, width: int, properties: dict[str, Any], height: int = ROW) -> Widget:
    return {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}
