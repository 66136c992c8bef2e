"""What steps work with: the applied platform as its state tells it, clients, patience, and what is to be undone."""

import http.client
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from modules.settings import Settings
from tools.account import Account
from tools.paths import PLATFORM, Paths
from tools.prove.step import Unproven
from tools.target import Target

Attributes = Mapping[str, Any]
Answer = TypeVar("Answer")
PAUSE = 15
"""Seconds between two looks."""


def get(host: str, path: str) -> tuple[int, str]:
    """Fetch a page over HTTPS, judging the certificate; return the status and whom the certificate is for."""
    connection = http.client.HTTPSConnection(host, timeout=10, context=ssl.create_default_context())
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
        certificate: dict[str, Any] = {}
        if isinstance(connection.sock, ssl.SSLSocket):
            certificate = dict(connection.sock.getpeercert() or {})
        names = [str(entry[1]) for entry in certificate.get("subjectAltName", ()) if entry[0] == "DNS"]
        return status, ", ".join(names)
    finally:
        connection.close()


@dataclass(kw_only=True)
class Context:
    """One run of the proof.

    Parameters
    ----------
    account : Account
        Plans, applies and destroys the proof's own copy of the platform.
    target : Target
        The same copy: its settings, clients and states.
    on_emulator : bool
        Whether the account is the emulator.
    mark : str
        Tells what this run makes from what others make.
    fetch : callable
        Fetches a page of a host over HTTPS, see `get`.
    sleep, clock : callable
        Wait so many seconds, and tell how many have gone by.
    settle : callable
        Writes further settings over those of the proof; see `tools.prove.settings`.
    undoing : list
        What is to be undone at the end, see `later`.
    kept : set of str
        ARNs of keys that the destruction keeps, because they encrypt what stays; known once it has begun.
    """

    account: Account
    target: Target
    on_emulator: bool
    mark: str
    fetch: Callable[[str, str], tuple[int, str]] = get
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    settle: Callable[[Mapping[str, Any]], None] = lambda _more: None
    undoing: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)

    @property
    def settings(self) -> Settings:
        """The settings of the proof."""
        return self.target.settings

    @property
    def paths(self) -> Paths:
        """Where the proof reads and writes."""
        return self.account.paths

    @property
    def home(self) -> str:
        """The home region."""
        return self.settings.home

    @property
    def others(self) -> Sequence[str]:
        """The other regions."""
        return [region for region in self.settings.regions if region != self.home]

    def client(self, service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes client classes at run time
        """Return a client."""
        return self.target.clients(service, region)

    def found(self, kind: str, region: str | None = None, *, stack: str = PLATFORM) -> list[Attributes]:
        """List what the state of a stack holds of a type, by region if one is named."""
        state = self.target.state(stack) or {}
        return [
            instance["attributes"]
            for one in state.get("resources", ())
            if one["mode"] == "managed" and one["type"] == kind
            if region is None or str(one["provider"]).endswith(f"].{region}")
            for instance in one["instances"]
        ]

    def one(self, kind: str, region: str, *, holding: str = "") -> Attributes:
        """Return the only one of a type in a region, among those whose name holds a text.

        Raises
        ------
        Unproven
            When there is none, or more than one.
        """
        names = ("name", "bucket", "id")
        found = [
            one
            for one in self.found(kind, region)
            if holding in str(next((one[name] for name in names if one.get(name)), ""))
        ]
        if len(found) != 1:
            raise Unproven(f"there should be one {kind} {holding} in {region}, and there are {len(found)}")
        return found[0]

    def until(self, look: Callable[[], Answer | None], *, what: str, minutes: float) -> Answer:
        """Look until there is an answer.

        Raises
        ------
        Unproven
            When there is none in time.
        """
        deadline = self.clock() + 60 * minutes
        while True:
            answer = look()
            if answer:
                return answer
            if self.clock() >= deadline:
                raise Unproven(f"{what}: not within {minutes:g} minutes")
            self.sleep(PAUSE)

    def later(self, what: str, undo: Callable[[], object]) -> None:
        """Remember what is to be undone at the end, in any case; the newest goes first."""
        self.undoing.append((what, undo))

    def undo(self) -> list[str]:
        """Undo all of it, and list what did not go."""
        left = []
        while self.undoing:
            what, undo = self.undoing.pop()
            try:
                undo()
            except Exception as error:  # noqa: BLE001 - whatever it is, the others are to go
                left.append(f"{what}: {error}")
        return left
