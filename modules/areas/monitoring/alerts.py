"""Alarm of the alerts themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import Concern, Metric
from modules.blocks.alarms.tier import Tier

if TYPE_CHECKING:
    from constructs import Construct

    from modules.areas.alerts.alerts import Alerts
    from modules.core.region import Region


class AlertAlarms(Tier):
    """Messages that did not reach a subscriber, told to those of the topic for tickets, and shown by the dashboard.

    Parameters
    ----------
    region
        The region.
    alerts
        The region's topics.

    See https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, alerts: Alerts) -> None:
        concerns = {
            f"{severity}-undelivered": Concern(
                measure=Metric(
                    namespace="AWS/SNS",
                    name="NumberOfNotificationsFailed",
                    dimensions={"TopicName": topic.name},
                    statistic="Sum",
                ),
                threshold=0,
                periods=1,
                # Published only while there is something to deliver.
                missing="notBreaching",
                severity="ticket",
                meaning=f"A {severity} did not reach one of its subscribers. See that the endpoint is up, and that its "
                "queue or function lets SNS in.",
            )
            for severity, topic in (("page", alerts.page), ("ticket", alerts.ticket))
        }
        super().__init__(scope, id_, region=region, alerts=alerts, title="alerts", concerns=concerns)
