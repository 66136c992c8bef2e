"""Settings of alerts: who is notified."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Literal

from modules.settings.faults import Fault, choices, nearest
from modules.settings.region_table import REFUSED_BY_PROVIDER, REGIONS
from modules.settings.types import REGIONS_PAGE, Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

Protocol = Literal["email", "https", "lambda", "slack", "sqs", "teams"]
#: Protocols that SNS does not speak itself.
CHATS = frozenset({"slack", "teams"})
#: Characters of the digest that tells one subscription from another.
DIGEST_LENGTH = 8

UUID = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
#: By protocol, what an endpoint looks like: a regular expression, and the same in words.
ENDPOINTS = {
    "email": (r"(?=.{3,320}$)[!-?A-~]+@[\w-]+(\.[\w-]+)+", "an e-mail address"),
    "https": (r"(?=.{9,2048}$)https://[!-.0-~][!-~]*", "a URL that opens with https://"),
    "lambda": (r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w:-]+", "the ARN of a function"),
    "slack": (r"[ET][A-Z0-9]+/[CG][A-Z0-9]+", "WORKSPACE/CHANNEL by their ids, such as T07EA123LEP/C07EZ1ABC23"),
    "sqs": (r"arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]+", "the ARN of a queue"),
    "teams": (
        rf"{UUID}/{UUID}/[\w=+.,-]+%3[aA][\w=+.,-]+%40[\w=+.,-]+",
        "TENANT/TEAM/CHANNEL, two UUIDs and the id in the channel's link, such as 19%3aID%40thread.tacv2",
    ),
}


class Subscription(Section):
    """A subscription to alerts.

    Parameters
    ----------
    protocol
        How it is sent.
    endpoint
        An address, a URL that opens with ``https://``, the ARN of a function or queue, which must allow SNS, or a
        channel: ``WORKSPACE/CHANNEL`` of Slack, ``TENANT/TEAM/CHANNEL`` of Microsoft Teams.
    """

    protocol: Protocol
    endpoint: str

    @property
    def is_chat(self) -> bool:
        """Whether it is a channel of Slack or Microsoft Teams."""
        return self.protocol in CHATS

    @property
    def id(self) -> str:
        """A construct id that does not show the endpoint and does not depend on the order of the settings."""
        return f"{self.protocol}-{hashlib.sha256(self.endpoint.encode()).hexdigest()[:DIGEST_LENGTH]}"


class AlertSettings(Section):
    """Who is notified of alerts, in every region.

    Parameters
    ----------
    page
        Subscriptions to alerts that cannot wait (docs/alerts.md).
    ticket
        Subscriptions to alerts that can wait until the morning (docs/alerts.md).
    """

    page: tuple[Subscription, ...] = ()
    ticket: tuple[Subscription, ...] = ()

    @property
    def channels(self) -> dict[Subscription, tuple[str, ...]]:
        """The severities of each channel of Slack or Microsoft Teams."""
        severities = {"page": self.page, "ticket": self.ticket}
        channels = {one for told in severities.values() for one in told if one.is_chat}
        return {
            channel: tuple(severity for severity, told in severities.items() if channel in told)
            for channel in sorted(channels, key=lambda channel: channel.id)
        }


def endpoints_match_their_protocol(draft: Draft) -> Iterator[Fault]:
    """SNS refuses an endpoint of another protocol only during an apply."""
    for path, protocol, endpoint in _subscriptions(draft):
        if not _matches(protocol, endpoint):
            yield Fault(f"{path}.endpoint", f"not an endpoint of {protocol}", endpoint, ENDPOINTS[protocol][1])


def endpoints_are_in_a_region(draft: Draft) -> Iterator[Fault]:
    """SNS delivers to functions and queues of any region of the partition, but not of one that does not exist."""
    regions = REGIONS | REFUSED_BY_PROVIDER
    for path, protocol, endpoint in _subscriptions(draft):
        if protocol in {"lambda", "sqs"} and _matches(protocol, endpoint):
            region = endpoint.split(":")[3]
            if region not in regions:
                problem = f"no region of AWS: {region}{nearest(region, regions)}"
                yield Fault(f"{path}.endpoint", problem, endpoint, choices(region, regions, where=REGIONS_PAGE))


def endpoints_are_unique(draft: Draft) -> Iterator[Fault]:
    """A topic has one subscription for an endpoint."""
    seen = set()
    for path, protocol, endpoint in _subscriptions(draft):
        key = (path.partition("[")[0], protocol, endpoint)
        if key in seen:
            yield Fault(f"{path}.endpoint", "subscribed twice", endpoint, "each endpoint once for a severity")
        seen.add(key)


def teams_have_one_channel(draft: Draft) -> Iterator[Fault]:
    """Terraform's provider finds a channel of Microsoft Teams by its team, and fails if there are two.

    See https://github.com/hashicorp/terraform-provider-aws/pull/47039
    """
    channels: dict[str, str] = {}
    for path, protocol, endpoint in _subscriptions(draft):
        if protocol == "teams" and _matches(protocol, endpoint):
            team = endpoint.split("/")[1].lower()
            if channels.setdefault(team, endpoint) != endpoint:
                yield Fault(f"{path}.endpoint", "another channel of a team", endpoint, f"one, such as {channels[team]}")


def _matches(protocol: str, endpoint: str) -> bool:
    return re.fullmatch(ENDPOINTS[protocol][0], endpoint, re.ASCII) is not None


def _subscriptions(draft: Draft) -> Iterator[tuple[str, str, str]]:
    """Path, protocol and endpoint of each complete subscription."""
    for severity in ("page", "ticket"):
        found = draft.mapping("alerts").get(severity)
        for position, one in enumerate(found if isinstance(found, list) else []):
            protocol, endpoint = (one.get("protocol"), one.get("endpoint")) if isinstance(one, dict) else (None, None)
            if isinstance(protocol, str) and protocol in ENDPOINTS and isinstance(endpoint, str):
                yield f"alerts.{severity}[{position}]", protocol, endpoint
