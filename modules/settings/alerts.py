"""Settings of the alerts area."""

from __future__ import annotations

from typing import Literal

from modules.settings.types import Section

Protocol = Literal["email", "https", "lambda", "sqs"]


class Subscription(Section):
    """Who is told.

    Parameters
    ----------
    protocol
        ``email``, ``https``, ``lambda`` or ``sqs``.
    endpoint
        An address, a URL that opens with ``https://``, or the ARN of a function or queue, which must let SNS in.
    """

    protocol: Protocol
    endpoint: str


class AlertSettings(Section):
    """Who is told of what goes wrong.

    Parameters
    ----------
    page
        Subscriptions to what cannot wait. None by default: topics without subscriptions are made.
    ticket
        Subscriptions to what can wait until the morning. None by default.
    """

    page: tuple[Subscription, ...] = ()
    ticket: tuple[Subscription, ...] = ()
