"""Alarm of the rules of EventBridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import Concern, Formula, Metric
from modules.blocks.alarms.tier import Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from modules.areas.alerts.alerts import Alerts
    from modules.blocks.alarms.event_rule import Notice
    from modules.core.region import Region

#: Metrics that one alarm takes.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
MOST = 10


class EventAlarms(Tier):
    """Events that EventBridge could not hand to a topic: a wrong policy of a topic or its key would lose all of them.

    Parameters
    ----------
    region
        The region.
    alerts
        The region's topics.
    notices
        The rules that hand events on.

    See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, alerts: Alerts, notices: Sequence[Notice]
    ) -> None:
        concerns = {}
        parts = [notices[first : first + MOST] for first in range(0, len(notices), MOST)]
        for number, some in enumerate(parts, start=1):
            metrics = {
                f"rule{place}": Metric(
                    namespace="AWS/Events",
                    name="FailedInvocations",
                    dimensions={"RuleName": notice.rule},
                    statistic="Sum",
                )
                for place, notice in enumerate(some)
            }
            concerns["undelivered" if number == 1 else f"undelivered-{number}"] = Concern(
                measure=Formula(expression=f"MAX([{', '.join(metrics)}])", metrics=metrics),
                threshold=0,
                period=300,
                periods=1,
                # Published only when something fails.
                missing="notBreaching",
                severity="ticket",
                meaning="EventBridge could not hand an event to its topic: nobody was told. See that the policies "
                "of the topic and of its key let it publish.",
            )
        super().__init__(scope, id_, region=region, alerts=alerts, title="events", concerns=concerns)
