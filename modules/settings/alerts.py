"""Settings of the alerts area."""

from __future__ import annotations

from typing import Literal

from modules.settings.types import Section

Protocol = Literal["email", "https", "lambda", "sqs"]
Delivery = Literal["central", "regional"]


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
    delivery
        Where the subscriptions are made. ``regional``, by default: in every region, so that the loss of one silences no
        other. ``central``: in the home region alone, which the others hand their messages on to.
    page
        Subscriptions to what cannot wait. None by default: topics without subscriptions are made.
    ticket
        Subscriptions to what can wait until the morning. None by default.
    """

    delivery: Delivery = "regional"
    page: tuple[Subscription, ...] = ()
    ticket: tuple[Subscription, ...] = ()
