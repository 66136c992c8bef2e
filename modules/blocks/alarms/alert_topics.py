"""A region's topics."""

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
    """Two topics: one for what cannot wait, and one for what can.

    They are in every region, with the subscriptions of the settings, because alarms and rules can only act on a topic
    of their own region, and because the loss of a region must silence no other.

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
        The topic that wakes someone up.
    ticket
        The topic of what waits for the morning.
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

    def _topic(self, severity: str, told: Sequence[Subscription]) -> Topic:
        subscriptions = [one for one in told if not one.is_chat]
        return Topic(self, severity, region=self.region, identifier=severity, key=self.key, subscriptions=subscriptions)
