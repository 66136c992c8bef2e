"""One page that says which region is ill."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.areas.monitoring.health import RegionHealth
    from modules.blocks.alarms.alarm import Alarm
    from modules.core.region import Region

    Widget = dict[str, Any]

#: The grid of CloudWatch, and the parts of it that a region's row is made of.
WIDTH, LABEL, STATES, GRAPH = 24, 3, 9, 4
ROW = 5
GRAPHS = (WIDTH - LABEL - STATES) // GRAPH
#: As many alarms as one widget shows.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
MOST_STATES = 100
#: States of this many alarms stand in one line of a widget of full width.
IN_A_LINE = 6


class RegionView:
    """What the dashboard shows of one region.

    Parameters
    ----------
    region
        The region.
    health
        The alarm that says whether it is ill.
    alarms
        All its alarms.
    """

    def __init__(self, *, region: Region, health: RegionHealth, alarms: Sequence[Alarm]) -> None:
        self.region, self.health, self.alarms = region, health, alarms

    @property
    def headlines(self) -> list[Alarm]:
        """The alarms whose measures are drawn: the first of each tier, then more, as many as there is room for."""
        drawn = [alarm for alarm in self.alarms if alarm.spec.on_dashboard]
        first = {alarm.tier: alarm for alarm in reversed(drawn)}
        ordered = sorted(drawn, key=lambda alarm: first[alarm.tier] is not alarm)
        return ordered[:GRAPHS]


class Dashboard(Construct):
    """What clients reach and all regions' health in the first line; a row for each: its alarms and what drives them.

    It is made from the alarms that there are, so nothing is shown that is not watched and nothing watched is left out.

    Parameters
    ----------
    region
        The region whose name and provider it gets; dashboards are global.
    views
        What is shown of each region, in the order of the rows.
    others
        Alarms of no region's row, which the first line shows besides the healths. None by default.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, views: Sequence[RegionView], others: Sequence[Alarm] = ()
    ) -> None:
        super().__init__(scope, id_)
        first = [view.health.arn for view in views] + [alarm.arn for alarm in others]
        top = 1 + -(-len(first) // IN_A_LINE)
        widgets = [_states(0, 0, WIDTH, top, "Which region is ill?", first)]
        for number, view in enumerate(views):
            widgets += _row(view, top + number * ROW)
        CloudwatchDashboard(
            self,
            "Resource",
            provider=region.provider,
            dashboard_name=region.names.of("dashboard", "regions"),
            dashboard_body=json.dumps({"widgets": widgets}),
        )


def _row(view: RegionView, y: int) -> list[Widget]:
    name = view.region.name
    link = f"https://{name}.console.aws.amazon.com/cloudwatch/home?region={name}#alarmsV2:"
    role = "primary" if name == view.region.settings.primary_region else "secondary"
    label = _widget("text", 0, y, LABEL, {"markdown": f"## {name}\n{role}\n\n[Alarms]({link})"})
    arns = [alarm.arn for alarm in view.alarms]
    parts = [arns[start : start + MOST_STATES] for start in range(0, len(arns), MOST_STATES)]
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
                # The alarm brings its metric and its threshold with it.
                "annotations": {"alarms": [alarm.arn]},
            },
        )
        for place, alarm in enumerate(view.headlines)
    ]
    return [label, *states, *graphs]


def _states(x: int, y: int, width: int, height: int, title: str, arns: Sequence[str]) -> Widget:
    # What has changed last comes first.
    properties = {"title": title, "alarms": list(arns), "sortBy": "stateUpdatedTimestamp"}
    return _widget("alarm", x, y, width, properties, height)


def _widget(kind: str, x: int, y: int, width: int, properties: dict[str, Any], height: int = ROW) -> Widget:
    return {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}
