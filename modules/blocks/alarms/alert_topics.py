"""A region's SNS topics for alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.blocks.alarms.topic import Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.blocks.keys.key import Key
    from modules.core.region import Region
    from modules.settings.alerts import Subscription


class AlertTopics(Construct):
    """Two topics: one for pages and one for tickets.

    Every region has both, with the subscriptions of the settings. Alarms and event rules can only notify a topic of
    their own region, and the loss of a region must not silence another one.

    Parameters
    ----------
    region
        The region, with ``alerts`` of the settings.
    key
        The key that messages are encrypted with.

    Attributes
    ----------
    region, key
        What it was made with.
    page
        The topic for what must wake someone up.
    ticket
        The topic for what can wait until working hours.
    topics
        Both, by severity.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, key: Key) -> None:
        super().__init__(scope, id_)
        self.region, self.key = region, key
        settings = region.settings
        self.page = self._topic("page", settings.alerts.page)
        self.ticket = self._topic("ticket", settings.alerts.ticket)
        self.topics = {"page": self.page, "ticket": self.ticket}

    def _topic(self, severity: str, subscriptions: Sequence[Subscription]) -> Topic:
        # Amazon Q Developer in chat applications subscribes chat channels by itself.
        by_sns = [subscription for subscription in subscriptions if not subscription.is_chat]
        return Topic(self, severity, region=self.region, identifier=severity, key=self.key, subscriptions=by_sns)
