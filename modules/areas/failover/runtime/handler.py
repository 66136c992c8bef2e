"""Entry points of the Lambda functions: ``failover.handler.look`` and ``failover.handler.act``."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import advance
from .clients import Clients, DarkError
from .keeper import keep
from .world import Platform, World

if TYPE_CHECKING:
    from collections.abc import Mapping

LOGGER = logging.getLogger("failover")
#: Shipped beside the code.
PLATFORM = Path(__file__).with_name("platform.json")


def look(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - of Lambda
    """Look what a failover would do and lose. Its role may change nothing.

    Parameters
    ----------
    event
        See ``request.Request``; ``dry_run`` is always on.
    context
        Lambda's context.
    """
    return _logged("look", advance.advance({**event, "dry_run": True}, _world(context)))


def act(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - of Lambda
    """Do the next step of a failover, or what the keeper does in a minute.

    Parameters
    ----------
    event
        ``{"keep": true}``, or see ``request.Request``.
    context
        Lambda's context.
    """
    world = _world(context)
    if event.get("keep"):
        try:
            return _logged("keep", keep(os.environ["AWS_REGION"], world))
        except DarkError as dark:
            # Its own region is ill. The next minute tries again, and an alarm tells of a keeper that is silent.
            return _logged("keep", {"why": str(dark)})
    return _logged("advance", advance.advance(event, world))


def _world(context: Any) -> World:  # noqa: ANN401 - of Lambda
    # arn:aws:lambda:REGION:ACCOUNT:function:NAME
    account = context.invoked_function_arn.split(":")[4]
    region = os.environ["AWS_REGION"]
    return World(platform=Platform.parse(PLATFORM.read_text(encoding="utf-8")), aws=Clients(region), account=account)


def _logged(what: str, answer: dict[str, Any]) -> dict[str, Any]:
    LOGGER.info(what, extra={"answer": json.dumps(answer, default=str)})
    return answer
