"""Alarms on the delivery of alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, Metric

if TYPE_CHECKING:
    from modules.blocks.alarms.alert_topics import AlertTopics


def topic_alarms(*, alerts: AlertTopics) -> dict[str, AlarmSpec]:
    """Messages that did not reach a subscriber. The alarms make tickets, and the dashboard shows them.

    Parameters
    ----------
    alerts
        The region's topics.

    See https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
    """
    return {
        f"{severity}-undelivered": AlarmSpec(
            metric=Metric(
                namespace="AWS/SNS",
                name="NumberOfNotificationsFailed",
                dimensions={"TopicName": topic.name},
                statistic="Sum",
            ),
            threshold=0,
            evaluation_periods=1,
            # SNS publishes it only while it has messages to deliver.
            treat_missing_data="notBreaching",
            severity="ticket",
            description=f"A {severity} did not reach one of its subscribers. See that the endpoint is up, and that its "
            "queue or function lets SNS in.",
        )
        for severity, topic in (("page", alerts.page), ("ticket", alerts.ticket))
    }
