"""Alarm of the rules of EventBridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, MathExpression, Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.alarms.event_rule import EventRule

#: Metrics that one alarm takes.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
MOST = 10


def event_alarms(*, rules: Sequence[EventRule]) -> dict[str, AlarmSpec]:
    """Events that EventBridge could not hand to a topic: a wrong policy of a topic or its key would lose all of them.

    Parameters
    ----------
    rules
        The rules that send events on.

    See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    """
    specs = {}
    parts = [rules[first : first + MOST] for first in range(0, len(rules), MOST)]
    for number, some in enumerate(parts, start=1):
        metrics = {
            f"rule{place}": Metric(
                namespace="AWS/Events",
                name="FailedInvocations",
                dimensions={"RuleName": rule.name},
                statistic="Sum",
            )
            for place, rule in enumerate(some)
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
