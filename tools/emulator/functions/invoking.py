"""How the emulator invokes a function: with a session of its role, outside the lock, and with a log."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from moto.awslambda.models import LambdaFunction
from moto.logs.models import LogsBackend, logs_backends

from tools.emulator.functions.process import Invocation, Outcome, run
from tools.emulator.helpers import state
from tools.emulator.helpers.sessions import session_of
from tools.emulator.lock import LOCK

JSON_FORMAT = "JSON"
#: System log levels at which Lambda tells when an invocation starts and ends.
#: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
TELLING = {"INFO", "DEBUG"}


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An invocation, and where its log goes."""

    function: LambdaFunction
    invocation: Invocation
    log_group: str
    log_stream: str
    is_json: bool
    tells: bool


def invoke(function: LambdaFunction, event: Any, *, arn: str) -> tuple[Outcome, str]:  # noqa: ANN401 - any JSON
    """Run a function to its end; return what came of it and the text of its log.

    Meant to be called without the emulator's lock: what the function asks of the emulator needs it.

    Parameters
    ----------
    function : LambdaFunction
        The function.
    event : object
        What its handler gets.
    arn : str
        The ARN by which it is invoked.
    """
    with LOCK:
        prepared = _prepare(function, event, arn)
    outcome = run(prepared.invocation)
    lines = _log(prepared, outcome)
    with LOCK:
        _keep(prepared, lines)
    return outcome, "\n".join(lines) + "\n"


def _prepare(function: LambdaFunction, event: Any, arn: str) -> Prepared:  # noqa: ANN401 - any JSON
    configuration = function.get_configuration()
    logging, request_id = configuration["LoggingConfig"], str(uuid4())
    stream = f"{datetime.now(tz=UTC):%Y/%m/%d}/[{function.version}]{uuid4().hex}"
    is_json = logging["LogFormat"] == JSON_FORMAT
    environment = {
        **_defaults(function, logging, stream),
        **function.environment_vars,
        **_credentials(function),
    }
    invocation = Invocation(
        code=function.code_bytes,
        environment=environment,
        timeout=float(function.timeout),
        request_id=request_id,
        arn=arn,
        event=event,
    )
    return Prepared(
        function=function,
        invocation=invocation,
        log_group=logging["LogGroup"],
        log_stream=stream,
        is_json=is_json,
        tells=not is_json or logging.get("SystemLogLevel", "INFO") in TELLING,
    )


def _defaults(function: LambdaFunction, logging: dict[str, str], stream: str) -> dict[str, str]:
    """Return what Lambda's runtime sets.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    endpoint = f"http://127.0.0.1:{os.environ['MOTO_PORT']}"
    is_json = logging["LogFormat"] == JSON_FORMAT
    return {
        "_HANDLER": str(function.handler),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_NAME": str(function.function_name),
        "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": logging["LogGroup"],
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TZ": ":UTC",
        **({"AWS_LAMBDA_LOG_FORMAT": JSON_FORMAT} if is_json else {}),
        **({"AWS_LAMBDA_LOG_LEVEL": logging.get("ApplicationLogLevel", "INFO")} if is_json else {}),
        # AWS is here, and there is nothing else: what is not for the emulator is refused by it.
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "HTTP_PROXY": endpoint,
        "HTTPS_PROXY": endpoint,
    }


def _credentials(function: LambdaFunction) -> dict[str, str]:
    session = session_of(function.role, name=function.function_name, region=function.region)
    return {
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
    }


def _log(prepared: Prepared, outcome: Outcome) -> list[str]:
    """Return the lines of an invocation's log: when it starts, what it prints, when it ends."""
    invocation, function = prepared.invocation, prepared.function
    request_id, milliseconds = invocation.request_id, outcome.seconds * 1000
    printed = outcome.log.splitlines()
    timed_out = outcome.failed and outcome.answer["errorType"] == "Sandbox.Timedout"
    if timed_out and not prepared.is_json:
        printed.append(f"{_now()} {request_id} Task timed out after {invocation.timeout:.2f} seconds")
    if not prepared.tells:
        return printed
    if prepared.is_json:
        status = "timeout" if timed_out else "error" if outcome.failed else "success"
        metrics = {"durationMs": round(milliseconds, 3), "memorySizeMB": function.memory_size}
        report = {"requestId": request_id, "status": status, "metrics": metrics}
        return [
            _platform("start", {"requestId": request_id, "version": function.version}),
            *printed,
            _platform("report", report),
        ]
    return [
        f"START RequestId: {request_id} Version: {function.version}",
        *printed,
        f"END RequestId: {request_id}",
        f"REPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms\tMemory Size: {function.memory_size} MB",
    ]


def _platform(kind: str, record: dict[str, Any]) -> str:
    return json.dumps({"time": _now(), "type": f"platform.{kind}", "record": record})


def _now() -> str:
    return datetime.now(tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _keep(prepared: Prepared, lines: list[str]) -> None:
    """Write the log, if the role may.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """
    function, group, stream = prepared.function, prepared.log_group, prepared.log_stream
    logs: LogsBackend = logs_backends[function.account_id][function.region]
    role = state.role(function.role)
    arn = f"arn:{function.partition}:logs:{function.region}:{function.account_id}:log-group:{group}"
    if role is None or not state.may(role, "logs:PutLogEvents", f"{arn}:log-stream:{stream}"):
        return
    if group not in logs.groups:
        if not state.may(role, "logs:CreateLogGroup", arn):
            return
        logs.ensure_log_group(group)
    logs.create_log_stream(group, stream)
    milliseconds = int(datetime.now(tz=UTC).timestamp() * 1000)
    logs.put_log_events(group, stream, [{"timestamp": milliseconds, "message": line} for line in lines])
