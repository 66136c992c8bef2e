"""Lambda: functions run.

moto runs them in Docker or, as `containers` has it, not at all. Here they run in a process of this machine with the
Python of the emulator; see `tools.emulator.functions`. `Application` calls this without its lock.
"""

import base64
import json
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction
from moto.awslambda_simple.models import LambdaSimpleBackend

from tools.emulator.functions.invoking import invoke, invoke_later
from tools.emulator.helpers.replacing import replace

LOG_TAIL_BYTES = 4096


def answer(
    backend: LambdaSimpleBackend,
    function_name: str,
    qualifier: str | None,
    body: Any,  # noqa: ANN401 - moto passes text or bytes
    headers: Any,  # noqa: ANN401 - of several kinds
    response_headers: dict[str, str],
) -> bytes:
    """Answer ``Invoke``: with what the handler returns, or with its error and ``X-Amz-Function-Error``.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """
    function = backend.get_function(function_name, qualifier)
    event = _event(body)
    _refuse_what_cannot_run(function)
    kind = headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    if kind == "Event":
        invoke_later(function, event, arn=function.function_arn)
    if kind != "RequestResponse":
        return b""
    outcome, log = invoke(function, event, arn=function.function_arn)
    response_headers["X-Amz-Executed-Version"] = str(function.version)
    response_headers["x-amz-log-result"] = base64.b64encode(log.encode()[-LOG_TAIL_BYTES:]).decode()
    if outcome.failed:
        response_headers["x-amz-function-error"] = "Unhandled"
    return json.dumps(outcome.answer).encode()


def deliver(function: LambdaFunction, body: str, _request_headers: object, _response_headers: object) -> str:
    """Invoke a function for a service, such as SNS, that does not wait for it: after the request that caused it."""
    _refuse_what_cannot_run(function)
    invoke_later(function, _event(body), arn=function.function_arn)
    return ""


def _event(body: Any) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(body or "{}")
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise LambdaClientError("InvalidRequestContentException", message) from None


def _refuse_what_cannot_run(function: LambdaFunction) -> None:
    if not str(function.run_time).startswith("python"):
        raise NotImplementedError(f"functions run in Python here, {function.function_name} in {function.run_time}")


def apply() -> None:
    """Apply the patch."""
    replace(LambdaSimpleBackend, "invoke", answer)
    replace(LambdaFunction, "invoke", deliver)
