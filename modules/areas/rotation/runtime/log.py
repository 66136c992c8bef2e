"""Logs of one JSON object a line, without secrets."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import PurePath
from traceback import extract_tb
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from .errors import RotationError

if TYPE_CHECKING:
    from types import TracebackType

LOGGER = logging.getLogger("rotation")
#: These write whole requests and answers, secret values among them, at the level DEBUG.
TALKATIVE = ("boto3", "botocore", "urllib3")


class JsonFormatter(logging.Formatter):
    """Writes time, level, message and the record's ``fields``, in the keys that Lambda's own JSON logs have.

    Nothing else of a record is written, tracebacks least of all.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write the line."""
        return json.dumps(
            {
                "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
                "level": record.levelname,
                "message": record.getMessage(),
                **getattr(record, "fields", {}),
            }
        )


def configure() -> None:
    """Send our records to standard output as JSON, whatever log format and level the function has; repeatable."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.INFO)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    if not LOGGER.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonFormatter())
        LOGGER.addHandler(handler)


def described(error: BaseException) -> str:
    """Say what went wrong in a line that is safe to log.

    Our texts hold no secret, nor do those of AWS. Of any other exception only its type and place are given: its text
    may hold the value that it stumbled over.
    """
    if isinstance(error, (RotationError, ClientError)):
        return str(error)
    return f"{type(error).__name__} at {_place(error.__traceback__)}"


def _place(trace: TracebackType | None) -> str:
    frames = extract_tb(trace)
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
