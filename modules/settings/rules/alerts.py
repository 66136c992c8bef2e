"""Rules about who is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modules.settings.faults import Fault
from modules.settings.rules.rule import section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modules.settings.rules.rule import Rule

UUID = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
#: By protocol, what its endpoints look like, in an expression and in words.
ENDPOINTS = {
    "email": (r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", "an e-mail address"),
    "https": (r"https://[^\s/]\S*", "a URL that opens with https://"),
    "lambda": (r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w:-]+", "the ARN of a function"),
    "slack": (r"[ET][A-Z0-9]+/[CG][A-Z0-9]+", "WORKSPACE/CHANNEL by their ids, such as T07EA123LEP/C07EZ1ABC23"),
    "sqs": (r"arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]+", "the ARN of a queue"),
    "teams": (
        rf"{UUID}/{UUID}/[\w=+.,-]+%3[aA][\w=+.,-]+%40[\w=+.,-]+",
        "TENANT/TEAM/CHANNEL, two UUIDs and the id in the channel's link, such as 19%3aID%40thread.tacv2",
    ),
}


def endpoints_suit_their_protocol(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """SNS refuses an endpoint of another protocol only when it is applied."""
    for path, protocol, endpoint in _subscriptions(raw):
        expression, allowed = ENDPOINTS[protocol]
        if not re.fullmatch(expression, endpoint):
            yield Fault(f"{path}.endpoint", f"not an endpoint of {protocol}", endpoint, allowed)


def nobody_is_told_twice(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A topic has an endpoint once."""
    seen = set()
    for path, protocol, endpoint in _subscriptions(raw):
        key = (path.partition("[")[0], protocol, endpoint)
        if key in seen:
            yield Fault(f"{path}.endpoint", "subscribed twice", endpoint, "each endpoint once for a severity")
        seen.add(key)


def a_team_has_one_channel(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Terraform's provider finds a channel of Teams by its team, and fails where it finds two.

    See https://github.com/hashicorp/terraform-provider-aws/pull/47039
    """
    channels: dict[str, str] = {}
    for path, protocol, endpoint in _subscriptions(raw):
        expression, _ = ENDPOINTS[protocol]
        if protocol == "teams" and re.fullmatch(expression, endpoint):
            team = endpoint.split("/")[1].lower()
            if channels.setdefault(team, endpoint) != endpoint:
                yield Fault(f"{path}.endpoint", "another channel of a team", endpoint, f"one, such as {channels[team]}")


def _subscriptions(raw: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Path, protocol and endpoint of each subscription that is whole."""
    for severity in ("page", "ticket"):
        found = section(raw, "alerts").get(severity)
        for position, one in enumerate(found if isinstance(found, list) else []):
            protocol, endpoint = (one.get("protocol"), one.get("endpoint")) if isinstance(one, dict) else (None, None)
            if protocol in ENDPOINTS and isinstance(endpoint, str):
                yield f"alerts.{severity}[{position}]", protocol, endpoint


RULES: tuple[Rule, ...] = (
    endpoints_suit_their_protocol,
    nobody_is_told_twice,
    a_team_has_one_channel,
)
