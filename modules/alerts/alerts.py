"""A region's topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.alerts.topic import Topic

if TYPE_CHECKING:
    from modules.keys.key import Key
    from modules.region import Region


class Alerts(Construct):
    """Two topics: one for what cannot wait, and one for what can.

    They are in every region, because alarms and rules can only act on a topic of their own region. With central
    delivery the subscriptions of the settings are made in the home region alone.

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
        subscribed = settings.alerts.delivery == "regional" or region.name == settings.home
        page, ticket = (settings.alerts.page, settings.alerts.ticket) if subscribed else ((), ())
        self.page = Topic(self, "page", region=region, identifier="page", key=key, subscriptions=page)
        self.ticket = Topic(self, "ticket", region=region, identifier="ticket", key=key, subscriptions=ticket)
        self.topics = {"page": self.page, "ticket": self.ticket}
