"""Alarms on failed invocations of event rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, MathExpression, Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.alarms.event_rule import EventRule

#: The most metrics that one alarm can use.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
METRICS_PER_ALARM = 10


def failed_invocation_alarms(*, rules: Sequence[EventRule]) -> dict[str, AlarmSpec]:
    """Events that EventBridge could not deliver to a topic, such as with a wrong policy of the topic or of its key.

    Parameters
    ----------
    rules
        The rules.

    See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    """
    specs = {}
    parts = [rules[first : first + METRICS_PER_ALARM] for first in range(0, len(rules), METRICS_PER_ALARM)]
    for number, part in enumerate(parts, start=1):
        metrics = {
            f"rule{place}": Metric(
                namespace="AWS/Events",
                name="FailedInvocations",
                dimensions={"RuleName": rule.name},
                statistic="Sum",
            )
            for place, rule in enumerate(part)
        }
        specs["undelivered" if number == 1 else f"undelivered-{number}"] = AlarmSpec(
            metric=MathExpression(expression=f"MAX([{', '.join(metrics)}])", metrics=metrics),
            threshold=0,
            period=300,
            evaluation_periods=1,
            # Published only when something fails.
            treat_missing_data="notBreaching",
            severity="ticket",
            description="EventBridge could not hand an event to its topic: nobody was told. See that the policies "
            "of the topic and of its key let it publish.",
        )
    return specs
