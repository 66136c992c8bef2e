"""Requests that a client repeats because the answer got lost are answered again, not done again."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Answer = tuple[str, list[tuple[str, str]], bytes]

#: Thirty requests at a time and a few seconds until a repetition: far fewer would do.
KEPT = 1024
FIRST_FAULT_OF_THE_SERVER = 500


class Replay:
    """A WSGI application in front of another one.

    AWS's SDKs give every call an id, send it in ``amz-sdk-invocation-id`` with each attempt, and repeat a call whose
    connection broke. AWS does such a call once, by the client token in it; moto does it twice, and the second time
    says that there is a route or a flow log already. So the answer to a call is kept and given again.

    Parameters
    ----------
    application
        What answers a call the first time. Its faults (500 and up) are not kept: repeating those is what the SDK means.

    See https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._answers: OrderedDict[str, Future[Answer]] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one attempt of a call; one that comes while the first is still worked on waits for it."""
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if not call:
            return self._application(environ, start_response)
        with self._lock:
            is_first = call not in self._answers
            answer = self._answers.setdefault(call, Future())
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        if is_first:
            self._work(call, answer, environ)
        status, headers, body = answer.result()
        start_response(status, headers)
        return [body]

    def _work(self, call: str, answer: Future[Answer], environ: WSGIEnvironment) -> None:
        try:
            answer.set_result(self._first_answer(environ))
        except Exception as error:  # noqa: BLE001 - every attempt that waits must be told
            answer.set_exception(error)
        if answer.exception() or int(answer.result()[0].split()[0]) >= FIRST_FAULT_OF_THE_SERVER:
            with self._lock:
                self._answers.pop(call, None)

    def _first_answer(self, environ: WSGIEnvironment) -> Answer:
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _fault: object = None) -> Callable[[bytes], object]:
            started[:] = [status, headers]
            return written.append

        written: list[bytes] = []
        chunks = self._application(environ, start)
        try:
            body = b"".join([*chunks])
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return started[0], started[1], b"".join(written) + body
