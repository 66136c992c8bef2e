"""EventBridge rules that notify a topic."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from constructs import Construct

from modules.blocks.alarms.runbooks import with_runbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modules.blocks.alarms.alarm import Severity
    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.region import Region


@dataclass(frozen=True, kw_only=True)
class Event:
    """Events of AWS, as an event pattern.

    Parameters
    ----------
    source, kinds
        Their ``source``, or a comparison such as ``{"prefix": "aws."}``, and the possible values of ``detail-type``.
    detail
        The pattern of their ``detail``, by key. Empty matches anything.

    See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
    """

    source: str | Mapping[str, str]
    kinds: Sequence[str]
    detail: Mapping[str, object]

    @property
    def pattern(self) -> dict[str, object]:
        """The event pattern, as EventBridge expects it."""
        pattern: dict[str, object] = {"source": [self.source], "detail-type": list(self.kinds)}
        return pattern | {"detail": dict(self.detail)} if self.detail else pattern


class EventRule(Construct):
    """A rule that sends events of AWS to a topic, unchanged.

    Parameters
    ----------
    region
        The region of the events.
    alerts
        The region's topics.
    severity
        Which topic gets the events.
    description
        What the event means and what to do about it. The rule's own also names its page in docs/runbooks, if any.
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
            description=with_runbook(id_, description),
            event_pattern=json.dumps(event.pattern),
            # Explicit, so that the next plan shows a rule that somebody has disabled.
            state="ENABLED",
            tags={"Name": name},
        )
        topic = alerts.page if severity == "page" else alerts.ticket
        CloudwatchEventTarget(self, "target", provider=region.provider, rule=rule.name, arn=topic.arn)
        self.name = rule.name
