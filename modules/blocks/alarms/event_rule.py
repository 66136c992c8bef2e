"""What EventBridge tells a human."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modules.blocks.alarms.alarm import Severity
    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.region import Region


@dataclass(frozen=True, kw_only=True)
class Event:
    """Events of AWS that are alike.

    Parameters
    ----------
    source, kinds
        Their ``source``, or a comparison such as ``{"prefix": "aws."}`` that it passes, and the ``detail-type`` that
        they may have.
    detail
        What their ``detail`` may say, by key, as a pattern of EventBridge has it; empty for anything.

    See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
    """

    source: str | Mapping[str, str]
    kinds: Sequence[str]
    detail: Mapping[str, object]

    @property
    def pattern(self) -> dict[str, object]:
        """The pattern that matches them and nothing else."""
        pattern: dict[str, object] = {"source": [self.source], "detail-type": list(self.kinds)}
        return pattern | {"detail": dict(self.detail)} if self.detail else pattern


class EventRule(Construct):
    """A rule that hands events of AWS to a topic as they are.

    Parameters
    ----------
    region
        The region whose events are looked at.
    alerts
        The region's topics.
    severity
        Which of them is told.
    description
        What the event means and what to do about it.
    event
        The events.

    Attributes
    ----------
    name
        The rule's name.

    See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        alerts: AlertTopics,
        severity: Severity,
        description: str,
        event: Event,
    ) -> None:
        super().__init__(scope, id_)
        name = region.names.of("events", id_)
        rule = CloudwatchEventRule(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            description=description,
            event_pattern=json.dumps(event.pattern),
            # Said, so that a rule that somebody disables is a change in the next plan.
            state="ENABLED",
            tags={"Name": name},
        )
        topic = alerts.page if severity == "page" else alerts.ticket
        CloudwatchEventTarget(self, "target", provider=region.provider, rule=rule.name, arn=topic.arn)
        self.name = rule.name
