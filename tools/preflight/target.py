"""What is looked at, made of a target."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from tools.aws_session import new_session
from tools.errors import ToolError
from tools.paths import BACKEND, PLATFORM, STACKS
from tools.preflight.dns import name_servers
from tools.preflight.session import session_end
from tools.preflight.stacks import Held, Wanted
from tools.preflight.subject import Subject
from tools.regions_in_state import look_at_regions
from tools.target import Clients, Target
from tools.workspace import CONFIGURATION

CONNECT_SECONDS, READ_SECONDS = 4, 10
ATTEMPTS = 3


def subject_of(target: Target, *, environ: Mapping[str, str], clients: Clients | None = None) -> Subject:
    """Return a target's account, what its stacks make, and what their states hold.

    Parameters
    ----------
    target : Target
        Its stacks must be synthesized.
    environ : mapping
        `AWS_ENDPOINT_URL` in it says that this is not AWS, so that DNS has nothing to say.
    clients : callable, optional
        Makes clients. By default as the target does.
    """
    return Subject(
        settings=target.settings,
        account_id=target.account_id,
        clients=clients or target.clients,
        wanted=Wanted(
            stacks=tuple(_configuration(target, stack) for stack in STACKS),
            account_id=target.account_id,
        ),
        held=_held(target),
        name_servers=None if target.local or environ.get("AWS_ENDPOINT_URL") else name_servers,
        session_end=_session_end,
        regions_in_state=partial(look_at_regions, target),
    )


def quick_clients() -> Clients:
    """Return what makes clients that wait for nobody long: the name of a service that a region lacks leads nowhere."""
    from botocore.config import Config  # noqa: PLC0415 - slow to import

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    session = new_session()
    return lambda service, region: session.client(service, region_name=region, config=config)


def _session_end() -> datetime | None:
    return session_end(new_session().get_credentials())


def _configuration(target: Target, stack: str) -> dict[str, Any]:
    file = target.paths.stack_output(stack) / CONFIGURATION
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _held(target: Target) -> Held:
    try:
        states = [target.state(PLATFORM), target.state(BACKEND), target.workspace(BACKEND).local_state()]
    except ToolError:
        return Held(known=False)
    return Held.of(states)
