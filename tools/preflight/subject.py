"""What is looked at, and how a check sees it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from modules.settings import Settings
from tools.preflight.finding import ACCOUNT, Finding, Severity
from tools.preflight.stacks import Held, Resource, Wanted
from tools.target import Clients

NameServers = Callable[[str], frozenset[str]]
"""Asks DNS for the name servers of a domain; empty if it has none. Raises `OSError` when nobody answers."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An account, and what is to be built in it.

    Parameters
    ----------
    settings : Settings
        The settings.
    account_id : str
        The account.
    clients : callable
        Makes a boto3 client of a service and a region.
    wanted : Wanted
        What the settings make.
    held : Held
        What of it stands.
    name_servers : callable or None
        Asks DNS. None where DNS has nothing to say, as of a domain on the emulator.
    session_end : callable
        Tells when the credentials end; None if nothing is known of it. By default nothing is.
    regions_in_state : callable
        Compares the regions of the state with those of the settings, as `look_at_regions` does. By default they agree.
    now : datetime
        The time. By default now.
    """

    settings: Settings
    account_id: str
    clients: Clients
    wanted: Wanted
    held: Held
    name_servers: NameServers | None = None
    session_end: Callable[[], datetime | None] = lambda: None
    regions_in_state: Callable[[], list[str]] = list
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, kw_only=True)
class Look:
    """A look at one region of a subject, or at the account.

    Parameters
    ----------
    subject : Subject
        What is looked at.
    place : str
        The region, or `account`.
    """

    subject: Subject
    place: str

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.subject.settings

    @property
    def region(self) -> str:
        """The region that is asked: for the account, the home region."""
        return self.settings.home if self.place == ACCOUNT else self.place

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 makes client classes at run time
        """Return a boto3 client, by default of the region that is looked at."""
        return self.subject.clients(service, region or self.region)

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
        """Return what all pages of an answer hold under a key."""
        for page in self.client(service).get_paginator(operation).paginate(**arguments):
            yield from page[key]

    def wanted(self, kind: str) -> list[Resource]:
        """Return the resources of a type that the settings make here; for the account, everywhere."""
        return self.subject.wanted.of(kind, None if self.place == ACCOUNT else self.place)

    def new(self, kind: str) -> list[Resource]:
        """Return those of them that do not stand yet."""
        return [one for one in self.wanted(kind) if not self.subject.held.has(one)]

    def names(self, kind: str, argument: str) -> list[str]:
        """Return a text argument of the resources that do not stand yet, where it is known before a plan."""
        texts = (self.subject.wanted.text(one.body.get(argument)) for one in self.new(kind))
        return sorted({text for text in texts if text})

    def stops(self, what: str, advice: str, *paste: str) -> Finding:
        """Return a finding that stops a deployment."""
        return self._finding(Severity.STOPS, what, advice, paste)

    def warns(self, what: str, advice: str, *paste: str) -> Finding:
        """Return a finding to know of."""
        return self._finding(Severity.WARNS, what, advice, paste)

    def unseen(self, what: str, advice: str, *paste: str) -> Finding:
        """Return that something could not be looked at."""
        return self._finding(Severity.UNSEEN, what, advice, paste)

    def _finding(self, severity: Severity, what: str, advice: str, paste: tuple[str, ...]) -> Finding:
        return Finding(severity=severity, region=self.place, what=what, advice=advice, paste=paste)


def setting(section: str, **keys: object) -> str:
    """Return a line of a settings file, to paste: `findings: {guardduty: existing}`."""

    def written(value: object) -> str:
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{key}: {written(each)}" for key, each in value.items()) + "}"
        return str(value).lower() if isinstance(value, bool) else str(value)

    return f"{section}: {written(keys)}"
