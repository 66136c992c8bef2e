"""What the log says of each request: the call by its AWS name, not ``POST /``."""

import re
import sys
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from moto.moto_server.werkzeug_app import MotoRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

FORM_ACTION = re.compile(rb"(?:^|&)Action=(\w+)")
SCOPE_PARTS = 5


class Scope(NamedTuple):
    """Which service in which region a request was signed for; empty if it was not signed."""

    service: str
    region: str


class QuietRequestHandler(MotoRequestHandler):
    """moto's handler without a log of its own, which closes a connection where the application breaks off."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Leave it to the application, which knows what was asked."""

    def connection_dropped(self, error: BaseException, environ: "WSGIEnvironment | None" = None) -> None:
        """Close the connection; werkzeug would wait for the next request on it, and the client for an answer."""
        super().connection_dropped(error, environ)
        self.close_connection = True


def scope_of(environ: "WSGIEnvironment") -> Scope:
    """Return what ``Credential=KEY/DATE/REGION/SERVICE/aws4_request`` in the signature says."""
    parts = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].partition(",")[0].split("/")
    return Scope(service=parts[3], region=parts[2]) if len(parts) == SCOPE_PARTS else Scope(service="", region="")


def operation_of(environ: "WSGIEnvironment", body: bytes) -> str:
    """Return the operation where its protocol names it, and the method and path where those are its name.

    Nothing else of a request is logged: a body or a query may hold what is secret.
    """
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return str(target).rpartition(".")[2]
    if match := FORM_ACTION.search(body):
        return match[1].decode()
    # A line is a request, whatever is in its address.
    path = "".join(letter if letter.isprintable() else "?" for letter in environ["PATH_INFO"])
    return f"{environ['REQUEST_METHOD']} {path}"


def log(environ: "WSGIEnvironment", *, body: bytes, status: str, operation: str | None = None) -> None:
    """Write one line on a request that has been answered with ``status``.

    Parameters
    ----------
    environ : WSGIEnvironment
        The request.
    body : bytes
        Its body.
    status : str
        The status line of the answer.
    operation : str, optional
        The operation that it was judged as. By default nobody judged it, and a signed request is marked so.
    """
    scope = scope_of(environ)
    time = datetime.now().astimezone().strftime("%H:%M:%S")
    what = f"{scope.service or '-'} {scope.region or '-'} {operation_of(environ, body)}"
    if operation is None:
        what += " unjudged" if scope.service else ""
    elif not what.endswith(f" {operation}"):
        what += f" {operation}"
    # One write, so that lines of requests that end at the same moment do not run into each other. Where the disk of the
    # log is full the request is answered all the same.
    with suppress(OSError):
        sys.stdout.write(f"{time} {status.partition(' ')[0]} {what}\n")
