"""The WSGI application: moto's, with what a server of many clients at once needs besides."""

import json
import traceback
from collections.abc import Callable, Iterable
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Response
from werkzeug.wsgi import get_input_stream

from tools.emulator.patches.alarm_evaluation import Moment, look_at
from tools.emulator.requestlog import log, scope_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# SQS may wait seconds for a message, and must not keep the others waiting with it.
UNSERIALIZED_SERVICES = {"sqs"}
# AWS never answers so, and the SDKs take it for final; they repeat a 500 for minutes, which looks like a hang.
NOT_IMPLEMENTED = 501
# The services that take their requests neither as forms nor as JSON, and those that wrap their errors unlike others.
XML_SERVICES = {"s3", "route53", "cloudfront"}
#: No path of AWS: what is sent here says what time it is for alarms.
TIME_PATH = "/emulator/time"
XML_ENVELOPES = {"s3": "{}", "ec2": "<Response><Errors>{}</Errors></Response>"}


class Application:
    """moto, one request at a time, with an error that stops the client where moto fails.

    moto's backends are plain dictionaries without locks. Terraform sends thirty requests at once, and both locks of a
    state rely on "put this only if it is not there" being done by one client at a time.
    """

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        # Read before the lock is taken: a client that sends slowly, or stops, keeps only itself waiting.
        body = get_input_stream(environ).read()
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        statuses: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Callable[[bytes], object]:  # noqa: ANN401 - as WSGI has it
            statuses.append(status)
            return start_response(status, headers, *fault)

        try:
            if scope_of(environ).service in UNSERIALIZED_SERVICES:
                return self._answer(environ, start)
            with self._lock:
                return self._answer(environ, start)
        finally:
            log(environ, body=body, status=statuses[-1] if statuses else "-")

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            if environ["PATH_INFO"] == TIME_PATH:
                return _pass_time(environ)(environ, start_response)
            answer: Iterable[bytes] = self._moto(environ, start_response)
        except Exception as error:  # noqa: BLE001 - whatever moto fails of, the client must be told
            traceback.print_exc()
            return _failure(environ, error)(environ, start_response)
        return answer


def _pass_time(environ: "WSGIEnvironment") -> Response:
    """Let it be another time for CloudWatch, or the real one."""
    said = json.loads(environ["wsgi.input"].read())
    look_at(Moment(now=said["now"], late=said["late"]) if said else None)
    return Response(status=204)


def _failure(environ: "WSGIEnvironment", error: Exception) -> Response:
    """Return an error in the form that the service's clients understand."""
    code = "NotImplemented" if isinstance(error, NotImplementedError) else "EmulatorFault"
    message = f"the emulator cannot answer this: {type(error).__name__}: {error}"
    service = scope_of(environ).service
    if service in XML_SERVICES or environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        document = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        document = XML_ENVELOPES.get(service, "<ErrorResponse>{}</ErrorResponse>").format(document)
        return Response(document, status=NOT_IMPLEMENTED, mimetype="text/xml")
    document = json.dumps({"__type": code, "message": message})
    headers = {"x-amzn-errortype": code}
    return Response(document, status=NOT_IMPLEMENTED, mimetype="application/json", headers=headers)
