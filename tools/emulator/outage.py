"""A region that does not answer, and one that answers again.

What AWS calls a Region fails alone: its endpoints do not answer, those of other Regions do. A request belongs to the
region that it is signed for, and one of S3 also to that of its bucket. STS is regional too: with an endpoint of one's
own the SDKs sign for the client's region, or for ``aws-global``, which stands for the global endpoint that AWS answers
in the caller's region. IAM, Route 53 and others have one control plane for all regions, in us-east-1. Their data planes
go on without it, so keys and roles stay valid here and `tools.dns` still has answers.

https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from threading import Event, Lock
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, unquote

from moto.s3.models import s3_backends
from werkzeug.wrappers import Response
from werkzeug.wsgi import get_input_stream

from tools.emulator.account import account_id
from tools.emulator.refusal import Refusal, answer
from tools.emulator.requestlog import SCOPE_PARTS, Scope, log, operation_of, scope_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from tools.emulator.door import Door

#: No path of AWS: PUT says what does not answer, GET tells it.
PATH = "/emulator/outage"
HOME_OF_CONTROL_PLANES = "us-east-1"
#: Services with one control plane for all regions, by the name that they sign with.
GLOBAL_SERVICES = {"account", "budgets", "ce", "cloudfront", "health", "iam", "organizations", "route53", "shield"}
#: How the names of operations begin that only read.
READING = re.compile(r"^(Batch)?(Describe|Get|List|Head|Lookup|Search|Simulate|Generate|Test|View)")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
#: The host of a request to ``BUCKET.127.0.0.1`` and the like.
BUCKET_HOST = re.compile(r"(?P<bucket>.+)\.(?:127\.0\.0\.1|localhost):\d+")

Control = bool | Literal["all"]


class Mode(StrEnum):
    """How a region does not answer: with 503, by closing the connection, or never."""

    UNAVAILABLE = "503"
    CLOSE = "close"
    HANG = "hang"


@dataclass(frozen=True, kw_only=True)
class Outage:
    """What does not answer.

    Parameters
    ----------
    regions : mapping
        The mode of each region that is dark. None by default.
    control : bool or "all"
        True fails what changes something in a global service, "all" what reads it too. False by default.
    """

    regions: Mapping[str, Mode] = field(default_factory=dict)
    control: Control = False

    @classmethod
    def of(cls, said: object) -> Outage:
        """Return the outage that ``{"regions": {"us-east-1": "503"}, "control": true}`` describes.

        Raises
        ------
        ValueError
            If it is something else; with the path and what is allowed.
        """
        if not isinstance(said, dict) or not set(said) <= {"regions", "control"}:
            raise ValueError(f"{said!r}: an object with `regions` and `control` is allowed")
        regions, control = said.get("regions", {}), said.get("control", False)
        if not isinstance(regions, dict):
            raise ValueError(f"regions: {regions!r}: a mode for each region is allowed")  # noqa: TRY004 - JSON
        for region, mode in regions.items():
            if not REGION.fullmatch(region):
                raise ValueError(f"regions: {region!r} is not a region")
            if mode not in set(Mode):
                raise ValueError(f"regions.{region}: {mode!r}: {', '.join(Mode)} are allowed")
        if control not in (True, False, "all"):
            raise ValueError(f'control: {control!r}: true, false and "all" are allowed')
        return cls(regions={region: Mode(mode) for region, mode in regions.items()}, control=control)

    def mode(self, environ: WSGIEnvironment, body: bytes) -> Mode | None:
        """Return how a request is not answered; None if it is."""
        scope = _scope(environ)
        if scope.service in GLOBAL_SERVICES:
            reads = READING.match(operation_of(environ, body)) or environ["REQUEST_METHOD"] in {"GET", "HEAD"}
            if self.control == "all" or (self.control and not reads):
                return self.regions.get(HOME_OF_CONTROL_PLANES, Mode.UNAVAILABLE)
            return None
        if scope.region in self.regions:
            return self.regions[scope.region]
        if scope.service != "s3":
            return None
        homes = (_home(bucket) for bucket in _buckets(environ))
        return next((self.regions[home] for home in homes if home in self.regions), None)


class Outages:
    """A WSGI application in front of another one, which it does not ask for what is dark.

    Parameters
    ----------
    application
        What answers everything else.
    door : Door
        Says who may change what is dark.
    """

    def __init__(self, application: WSGIApplication, *, door: Door) -> None:
        self._application = application
        self._door = door
        self._outage = Outage()
        self._failed: Counter[str] = Counter()
        self._lock = Lock()
        self._changed = Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, or do not.

        Raises
        ------
        ConnectionResetError
            Has the server close the connection.
        """
        if environ["PATH_INFO"] == PATH:
            return self._control(environ)(environ, start_response)
        # The usual case costs nothing.
        outage, changed = self._outage, self._changed
        if not outage.regions and not outage.control:
            return self._application(environ, start_response)
        body = get_input_stream(environ).read()
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        mode = outage.mode(environ, body)
        if mode is None:
            return self._application(environ, start_response)
        self._count(environ, body)
        if mode is Mode.UNAVAILABLE:
            log(environ, body=body, status="503")
            unavailable = Refusal(code="ServiceUnavailable", message="the region is dark", status=503)
            return answer(environ, unavailable)(environ, start_response)
        if mode is Mode.HANG:
            changed.wait()
        log(environ, body=body, status="-")
        raise ConnectionResetError

    def _control(self, environ: WSGIEnvironment) -> Response:
        body = get_input_stream(environ).read()
        refusal = self._door.refuse(environ)
        if refusal is not None:
            return answer(environ, refusal)
        if environ["REQUEST_METHOD"] == "PUT":
            try:
                outage = Outage.of(json.loads(body))
            except ValueError as error:
                return Response(f"{error}\n", status=400, mimetype="text/plain")
            with self._lock:
                self._outage, self._failed = outage, Counter()
                # What hangs is let go, whatever is dark from now on: its client may try again.
                changed, self._changed = self._changed, Event()
            changed.set()
        with self._lock:
            told = {
                "regions": dict(self._outage.regions),
                "control": self._outage.control,
                "failed": dict(self._failed),
            }
        return Response(json.dumps(told), mimetype="application/json")

    def _count(self, environ: WSGIEnvironment, body: bytes) -> None:
        scope = _scope(environ)
        with self._lock:
            self._failed[f"{scope.service} {scope.region} {operation_of(environ, body)}"] += 1


def _scope(environ: WSGIEnvironment) -> Scope:
    """Return what a request was signed for, in its header or in an address that was signed beforehand."""
    scope = scope_of(environ)
    if scope.service:
        return scope
    query = parse_qs(environ.get("QUERY_STRING", ""))
    parts = query.get("X-Amz-Credential", [""])[0].split("/")
    if len(parts) == SCOPE_PARTS:
        return Scope(service=parts[3], region=parts[2])
    return Scope(service="s3" if "AWSAccessKeyId" in query else "", region="")


def _buckets(environ: WSGIEnvironment) -> Iterable[str]:
    """Yield the names of the bucket that a request is to, in its host or its path, and of one that it copies from."""
    if match := BUCKET_HOST.fullmatch(environ.get("HTTP_HOST", "")):
        yield match["bucket"]
    yield environ["PATH_INFO"].lstrip("/").partition("/")[0]
    if source := environ.get("HTTP_X_AMZ_COPY_SOURCE"):
        yield unquote(source).lstrip("/").partition("/")[0]


def _home(bucket: str) -> str:
    """Return the region of a bucket; empty if there is none."""
    found = s3_backends[account_id()]["aws"].buckets.get(bucket)
    return str(found.region_name) if found is not None else ""
