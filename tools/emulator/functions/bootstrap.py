"""The process of one invocation of a function, in the place of Lambda's Python runtime; `process` starts it.

It is a program of its own, with the packages that the runtime brings and none of this project's. The first line of its
standard input says what to do; it ends when the input does. It reports on a file descriptor: a line when the code is
loaded, then what the handler returns, or its error. Whatever it prints is the function's log.

https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

import importlib
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread
from time import monotonic
from typing import Any, NoReturn

#: What a record of the logging module has without being given it.
USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Context:
    """What a handler gets as its second argument."""

    def __init__(self, request_id: str, arn: str, timeout: float) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = arn
        self.aws_request_id = request_id
        self.client_context = self.identity = None
        self._deadline = monotonic() + timeout

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the handler may still run."""
        return max(0, int((self._deadline - monotonic()) * 1000))


class TextFormatter(logging.Formatter):
    """A line of the log format ``Text``."""

    def __init__(self, request_id: str) -> None:
        super().__init__()
        self._request_id = request_id

    def format(self, record: logging.LogRecord) -> str:
        """Return ``[LEVEL]``, time, request and message, with tabs between."""
        return f"[{record.levelname}]\t{_time(record.created)}\t{self._request_id}\t{super().format(record)}"


class JsonFormatter(logging.Formatter):
    """A line of the log format ``JSON``."""

    def __init__(self, request_id: str) -> None:
        super().__init__()
        self._request_id = request_id

    def format(self, record: logging.LogRecord) -> str:
        """Return an object with the message and what the caller adds in ``extra``."""
        line = {"timestamp": _time(record.created), "level": record.levelname, "message": record.getMessage()}
        line |= {"logger": record.name, "requestId": self._request_id}
        line |= {name: value for name, value in vars(record).items() if name not in USUAL}
        if record.exc_info and record.exc_info[1]:
            line |= _described(record.exc_info[1])
        return json.dumps(line, default=str)


def main() -> None:
    """Do one invocation."""
    report = os.fdopen(int(sys.argv[1]), "wb", buffering=0)
    said = json.loads(sys.stdin.buffer.readline())
    Thread(target=_end_with_stdin, daemon=True).start()
    sys.path = [os.environ["LAMBDA_TASK_ROOT"], *sys.path, os.environ["LAMBDA_RUNTIME_DIR"]]
    sys.argv[1:] = []
    _set_up_logging(said["request_id"])
    handler = _load(os.environ["_HANDLER"])
    report.write(b"\n")
    if isinstance(handler, dict):
        _finish(report, handler | {"requestId": said["request_id"]}, failed=True)
    try:
        answer = handler(said["event"], Context(said["request_id"], said["arn"], said["timeout"]))
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is its answer
        _finish(report, _described(error) | {"requestId": said["request_id"]}, failed=True)
    try:
        text = json.dumps(answer)
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        described = {"errorMessage": message, "errorType": "Runtime.MarshalError", "requestId": said["request_id"]}
        _finish(report, described | {"stackTrace": []}, failed=True)
    _finish(report, json.loads(text), failed=False)


def _load(handler: str) -> Callable[[Any, Context], object] | dict[str, Any]:
    """Return the handler, or the error that Lambda answers if there is none."""
    module, _, name = handler.rpartition(".")
    try:
        found: Callable[[Any, Context], object] = getattr(importlib.import_module(module.replace("/", ".")), name)
    except ImportError as error:
        message = f"Unable to import module '{module}': {error}"
        return {"errorMessage": message, "errorType": "Runtime.ImportModuleError", "stackTrace": []}
    except AttributeError:
        message = f"Handler '{name}' missing on module '{module}'"
        return {"errorMessage": message, "errorType": "Runtime.HandlerNotFound", "stackTrace": []}
    except Exception as error:  # noqa: BLE001 - code of a module that fails is the function's error
        return _described(error)
    return found


def _described(error: BaseException) -> dict[str, Any]:
    # The frames of this file are not the function's.
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename != __file__]
    stack = traceback.format_list(traceback.StackSummary.from_list(frames))
    return {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": stack}


def _finish(report: Any, content: object, *, failed: bool) -> NoReturn:  # noqa: ANN401 - an unbuffered file
    """Report the outcome, and end without waiting for threads of the function's, which Lambda would freeze."""
    if failed and isinstance(content, dict):
        if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
            sys.stdout.write(json.dumps({"timestamp": _time(), "log_level": "ERROR", **content}) + "\n")
        else:
            sys.stdout.write(f"[ERROR] {content['errorType']}: {content['errorMessage']}\n")
            sys.stdout.writelines(["Traceback (most recent call last):\n", *content["stackTrace"]])
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    text = memoryview(json.dumps({"failed": failed, "content": content}).encode())
    while text:
        text = text[report.write(text) :]
    os._exit(0)


def _set_up_logging(request_id: str) -> None:
    is_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(request_id) if is_json else TextFormatter(request_id))
    logging.getLogger().addHandler(handler)
    if level := os.environ.get("AWS_LAMBDA_LOG_LEVEL"):
        logging.getLogger().setLevel({"TRACE": "DEBUG", "WARN": "WARNING", "FATAL": "CRITICAL"}.get(level, level))


def _time(second: float | None = None) -> str:
    moment = datetime.now(tz=UTC) if second is None else datetime.fromtimestamp(second, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _end_with_stdin() -> None:
    """End with the emulator, however that ends."""
    while sys.stdin.buffer.read(1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
