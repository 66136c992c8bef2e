"""Lambda: functions run.

moto runs them in Docker or, as `containers` has it, not at all. Here they run in a process of this machine with the
Python of the emulator; see `tools.emulator.functions`. `Application` calls this without its lock.
"""

import base64
import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction
from moto.awslambda.responses import LambdaResponse

from tools.emulator.functions.invoking import invoke
from tools.emulator.functions.later import invoke_later
from tools.emulator.helpers.replacing import replace
from tools.emulator.helpers.requests import parameter

LOG_TAIL_BYTES = 4096
#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_BYTES = 6_291_556
STATUS = {"Event": 202, "DryRun": 204}


def answer(response: LambdaResponse) -> tuple[int, dict[str, str], bytes]:
    """Answer ``Invoke``: with what the handler returns, or with its error and ``X-Amz-Function-Error``.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """
    name = unquote(response.path.rsplit("/", 2)[-2])
    function = response.backend.get_function(name, parameter(response, "Qualifier"))
    event = _event(response.body)
    _refuse_what_cannot_run(function)
    kind = response.headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    if kind == "Event":
        invoke_later(function, event, arn=function.function_arn)
    if kind != "RequestResponse":
        return STATUS[kind], {"status": str(STATUS[kind])}, b""
    outcome, log = invoke(function, event, arn=function.function_arn)
    payload, failed = json.dumps(outcome.answer).encode(), outcome.failed
    if len(payload) > MOST_BYTES:
        message = f"Response payload size exceeded maximum allowed payload size ({MOST_BYTES} bytes)."
        payload = json.dumps({"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}).encode()
        failed = True
    headers = {"Content-Type": "application/json", "X-Amz-Executed-Version": str(function.version)}
    if failed:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if response.headers.get("X-Amz-Log-Type") == "Tail":
        headers["X-Amz-Log-Result"] = base64.b64encode(log.encode()[-LOG_TAIL_BYTES:]).decode()
    return 200, headers, payload


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
    replace(LambdaResponse, "invoke", answer)
    replace(LambdaFunction, "invoke", deliver)
