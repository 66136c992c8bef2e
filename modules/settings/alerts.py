"""Settings of the alerts area."""

from __future__ import annotations

import hashlib
from typing import Literal

from modules.settings.types import Section

Protocol = Literal["email", "https", "lambda", "slack", "sqs", "teams"]
#: Protocols that SNS does not speak itself.
CHATS = frozenset({"slack", "teams"})
#: Characters of the digest that tells one subscription from another.
DIGEST_LENGTH = 8


class Subscription(Section):
    """Who is told.

    Parameters
    ----------
    protocol
        ``email``, ``https``, ``lambda``, ``slack``, ``sqs`` or ``teams``.
    endpoint
        An address, a URL that opens with ``https://``, the ARN of a function or queue, which must let SNS in, or a
        channel: ``WORKSPACE/CHANNEL`` of Slack, ``TENANT/TEAM/CHANNEL`` of Microsoft Teams.
    """

    protocol: Protocol
    endpoint: str

    @property
    def is_chat(self) -> bool:
        """Whether it is a channel of a chat."""
        return self.protocol in CHATS

    @property
    def id(self) -> str:
        """An id that does not show whom it is about, and that another order of the settings does not move."""
        return f"{self.protocol}-{hashlib.sha256(self.endpoint.encode()).hexdigest()[:DIGEST_LENGTH]}"


class AlertSettings(Section):
    """Who is told of what goes wrong, in every region.

    Parameters
    ----------
    page
        Subscriptions to what cannot wait. None by default: topics without subscriptions are made.
    ticket
        Subscriptions to what can wait until the morning. None by default.
    """

    page: tuple[Subscription, ...] = ()
    ticket: tuple[Subscription, ...] = ()

    @property
    def channels(self) -> dict[Subscription, tuple[str, ...]]:
        """Each channel of a chat once, and the severities that it is told of."""
        severities = {"page": self.page, "ticket": self.ticket}
        channels = {one for told in severities.values() for one in told if one.is_chat}
        return {
            channel: tuple(severity for severity, told in severities.items() if channel in told)
            for channel in sorted(channels, key=lambda channel: channel.id)
        }
