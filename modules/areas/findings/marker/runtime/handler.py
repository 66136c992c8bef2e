"""The Lambda function's entry point, ``marker.handler.handler``."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, cast

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping

LOGGER = logging.getLogger("marker")
#: Seconds; a call with all its repetitions takes less than the function's timeout.
CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


class Hub(Protocol):
    """The part of Security Hub's client that is used."""

    def batch_update_findings(self, **request: object) -> Mapping[str, Any]:
        """Change what an account may change of its findings."""


class MarkError(Exception):
    """Findings that were not marked; Lambda calls again, and after the third time puts the call into the queue."""


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Mark the findings of an event of EventBridge as told.

    Raises
    ------
    MarkError
        If one was not marked.
    """
    mark(event, client=_client())


def mark(event: Mapping[str, Any], *, client: Hub) -> None:
    """Set the workflow status of the event's findings to ``NOTIFIED``.

    Marking twice changes nothing. Security Hub sets the status back to ``NEW`` when a control that has passed fails
    again.

    Parameters
    ----------
    event
        As ``handler`` is given it.
    client
        Security Hub's client.

    Raises
    ------
    MarkError
        If one was not marked.

    See https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateFindings.html
    """
    found = [{"Id": one["Id"], "ProductArn": one["ProductArn"]} for one in event["detail"]["findings"]]
    answer = client.batch_update_findings(FindingIdentifiers=found, Workflow={"Status": "NOTIFIED"})
    if left := answer.get("UnprocessedFindings"):
        reasons = {f"{one['ErrorCode']}: {one.get('ErrorMessage', '')}" for one in left}
        raise MarkError(f"{len(left)} of {len(found)} not marked: {'; '.join(sorted(reasons))}")
    LOGGER.info("marked", extra={"findings": len(found)})


@cache
def _client() -> Hub:
    return cast("Hub", boto3.client("securityhub", config=CONFIG))
