"""The WSGI application: moto's, with what a server of many clients at once needs besides."""

import json
import traceback
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from moto import backends
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Response
from werkzeug.wsgi import get_input_stream

from tools.emulator.call import Call, call_of
from tools.emulator.door import Door
from tools.emulator.lock import LOCK
from tools.emulator.patches.alarm_evaluation import Moment, look_at
from tools.emulator.refusal import Judge, Refusal, answer
from tools.emulator.requestlog import log, scope_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# SQS may wait seconds for a message, and must not keep the others waiting with it.
UNSERIALIZED_SERVICES = {"sqs"}
# A function that runs asks the emulator itself.
UNSERIALIZED_CALLS = {("lambda", "Invoke")}
# AWS never answers so, and the SDKs take it for final; they repeat a 500 for minutes, which looks like a hang.
NOT_IMPLEMENTED = 501
#: No path of AWS: what is sent here says what time it is for alarms.
TIME_PATH = "/emulator/time"
#: Nor is this one: what is sent here has every resource forgotten.
RESET_PATH = "/emulator/reset"


class Application:
    """moto, one request at a time, with an error that stops the client where moto fails.

    moto's backends are plain dictionaries without locks. Terraform sends sixty requests at once, and both locks of a
    state rely on "put this only if it is not there" being done by one client at a time.

    Parameters
    ----------
    judges : sequence of Judge
        Asked in their order before moto; the first refusal is the answer. By default nobody is asked.
    door : Door
        Asked before the judges, of every request.
    """

    def __init__(self, judges: Sequence[Judge] = (), *, door: Door) -> None:
        self._door = door
        # It lists its folder for each request.
        services = tuple(backends.list_of_moto_modules())
        backends.list_of_moto_modules = lambda: services
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._judges = judges

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

        call = call_of(environ, body)
        try:
            with LOCK:
                refusal = self._door.refuse(environ) or (self._judge(call) if call else None)
                if refusal is not None:
                    return answer(environ, refusal)(environ, start)
                if scope_of(environ).service not in UNSERIALIZED_SERVICES and not _waits(call):
                    return self._answer(environ, start)
            return self._answer(environ, start)
        finally:
            status = statuses[-1] if statuses else "-"
            log(environ, body=body, status=status, operation=call.operation if call else None)

    def _judge(self, call: Call) -> Refusal | None:
        try:
            return next((refusal for judge in self._judges if (refusal := judge(call))), None)
        except Exception as error:  # noqa: BLE001 - a judge that fails must not look like a judge that agrees
            traceback.print_exc()
            return _fault(error)

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            if environ["PATH_INFO"] == TIME_PATH:
                return _pass_time(environ)(environ, start_response)
            if environ["PATH_INFO"] == RESET_PATH:
                moto_api_backend.reset()
                return Response(status=204)(environ, start_response)
            answered: Iterable[bytes] = self._moto(environ, start_response)
        except Exception as error:  # noqa: BLE001 - whatever moto fails of, the client must be told
            traceback.print_exc()
            return answer(environ, _fault(error))(environ, start_response)
        return answered


def _waits(call: Call | None) -> bool:
    return call is not None and (call.service, call.operation) in UNSERIALIZED_CALLS


def _pass_time(environ: "WSGIEnvironment") -> Response:
    """Let it be another time for CloudWatch, or the real one."""
    said = json.loads(environ["wsgi.input"].read())
    look_at(Moment(now=said["now"], late=said["late"]) if said else None)
    return Response(status=204)


def _fault(error: Exception) -> Refusal:
    """Return what the client is told where the emulator itself fails."""
    code = "NotImplemented" if isinstance(error, NotImplementedError) else "EmulatorFault"
    message = f"the emulator cannot answer this: {type(error).__name__}: {error}"
    return Refusal(code=code, message=message, status=NOT_IMPLEMENTED)
