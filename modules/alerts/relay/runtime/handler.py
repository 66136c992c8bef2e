"""The Lambda function's entry point, ``relay.handler.handler``."""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, cast

import boto3
from botocore.config import Config

from .message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOGGER = logging.getLogger("relay")
#: Seconds; a message with all its repetitions takes less than the function's timeout.
CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


class Publisher(Protocol):
    """The part of SNS's client that is used."""

    def publish(self, **request: object) -> Mapping[str, Any]:
        """Publish one message."""


class RelayError(Exception):
    """Messages that were not handed on; Lambda calls again, and after the third time puts the call into the queue."""


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Hand the messages of an event of SNS on to the topics in ``HOME_TOPICS``, ARNs with commas between them.

    Raises
    ------
    RelayError
        If a message was not handed on.
    """
    relay(event, client=_client(), homes=os.environ["HOME_TOPICS"].split(","))


def relay(event: Mapping[str, Any], *, client: Publisher, homes: Sequence[str]) -> None:
    """Publish every message of the event to the home topic of its severity.

    SNS puts one message into an event. Were there more, all would be tried before the error is raised, and those that
    had got through would be told again with the next call: like SNS itself it tells at least once, and the attribute
    ``OriginMessageId`` is the same each time.

    Parameters
    ----------
    event
        As ``handler`` is given it.
    client
        SNS's client.
    homes
        ARNs of the home region's topics.

    Raises
    ------
    RelayError
        If a message was not handed on, also because no home topic is for it.
    """
    failed = []
    for record in event["Records"]:
        message = Message.parse(record["Sns"])
        fields = {"origin_topic": message.topic, "origin_message": message.id}
        try:
            answer = client.publish(**message.request(homes))
        except Exception:
            LOGGER.exception("not handed on", extra=fields)
            failed.append(message.id)
        else:
            LOGGER.info("handed on", extra=fields | {"home_message": answer["MessageId"]})
    if failed:
        raise RelayError(f"not handed on: {', '.join(failed)}")


@cache
def _client() -> Publisher:
    return cast("Publisher", boto3.client("sns", config=CONFIG))
