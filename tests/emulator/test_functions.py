"""Functions of Lambda that run."""

from __future__ import annotations

import base64
import io
import json
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.support.refusals import ACCOUNT, REGION, allows, fresh_name, refused, role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

LOGS = allows(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "*")


def make(emulator: Emulator, code: str, *statements: dict[str, Any], handler: str = "main.handler", **more: Any) -> str:
    """Make a function of this code, whose role has these statements; return its name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.py", dedent(code))
    name = fresh_name("function")
    emulator.client("lambda", REGION).create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler=handler,
        Role=role(emulator, LOGS, *statements, service="lambda.amazonaws.com"),
        Code={"ZipFile": packed.getvalue()},
        **{"Timeout": 30, **more},
    )
    return name


def invoke(emulator: Emulator, name: str, event: object = None, **more: Any) -> tuple[Any, str | None]:
    """Return what a function answers, and which kind of error that is."""
    answer = emulator.client("lambda", REGION).invoke(FunctionName=name, Payload=json.dumps(event), **more)
    return json.loads(answer["Payload"].read()), answer.get("FunctionError")


def log_of(emulator: Emulator, group: str) -> list[str]:
    logs = emulator.client("logs", REGION)
    return [one["message"] for one in logs.filter_log_events(logGroupName=group)["events"]]


def eventually(found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 20
    while not (value := found()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return value


def test_a_handler_gets_its_event_and_context_and_answers(emulator: Emulator) -> None:
    code = """
        import os
        def handler(event, context):
            keys = ("AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "STAGE", "_HANDLER")
            left = context.get_remaining_time_in_millis()
            return [event, context.invoked_function_arn, {key: os.environ.get(key) for key in keys}, 0 < left <= 30000]
    """
    name = make(emulator, code, Environment={"Variables": {"STAGE": "blue"}})
    event, arn, variables, has_time = invoke(emulator, name, {"a": [1, "é"]})[0]
    assert event == {"a": [1, "é"]}
    assert arn == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    assert variables == {
        "AWS_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "STAGE": "blue",
        "_HANDLER": "main.handler",
    }
    assert has_time


def test_it_asks_the_emulator_with_its_role_and_no_more(emulator: Emulator) -> None:
    code = """
        import boto3
        def handler(event, context):
            arn = boto3.client("sts").get_caller_identity()["Arn"]
            tables = boto3.client("dynamodb").list_tables()["TableNames"]
            try:
                boto3.client("dynamodb", region_name="us-west-2").list_tables()
            except Exception as error:
                return [arn, type(tables).__name__, error.response["Error"]["Code"]]
    """
    only_here = allows("dynamodb:ListTables", "*", Condition={"StringEquals": {"aws:RequestedRegion": REGION}})
    name = make(emulator, code, only_here)
    (arn, tables, code_of_error), error = invoke(emulator, name)
    assert error is None
    assert arn.startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/role-")
    assert arn.endswith(f"/{name}")
    assert (tables, code_of_error) == ("list", "AccessDeniedException")


def test_an_error_is_the_answer_as_on_aws(emulator: Emulator) -> None:
    name = make(emulator, 'def handler(event, context):\n    raise ValueError("no")\n')
    answer, error = invoke(emulator, name)
    assert error == "Unhandled"
    assert (answer["errorType"], answer["errorMessage"]) == ("ValueError", "no")
    assert 'main.py", line 2, in handler' in answer["stackTrace"][-1]
    assert answer["requestId"]


@pytest.mark.parametrize(
    ("code", "handler", "kind", "message"),
    [
        ("import absent", "main.handler", "Runtime.ImportModuleError", "Unable to import module 'main': No module"),
        # Lambda's runtime has boto3 and what that needs, and nothing else that happens to be installed here.
        ("import yaml", "main.handler", "Runtime.ImportModuleError", "No module named 'yaml'"),
        ("x = 1", "main.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'main'"),
        ("def f(e, c): return {1, 2}", "main.f", "Runtime.MarshalError", "Unable to marshal response: Object of type"),
        ("import os\ndef f(e, c): os._exit(3)", "main.f", "Runtime.ExitError", "exited with error: exit status 3"),
    ],
)
def test_code_that_does_not_run_says_why(emulator: Emulator, code: str, handler: str, kind: str, message: str) -> None:
    answer, error = invoke(emulator, make(emulator, code, handler=handler))
    assert (error, answer["errorType"]) == ("Unhandled", kind)
    assert message in answer["errorMessage"]


def test_a_timeout_ends_it_and_what_it_started(emulator: Emulator) -> None:
    code = """
        import subprocess, time
        def handler(event, context):
            child = subprocess.Popen(["sleep", "60"])
            print("child", child.pid, flush=True)
            time.sleep(60)
    """
    name = make(emulator, code, Timeout=1)
    began = time.monotonic()
    answer, error = invoke(emulator, name)
    assert time.monotonic() - began < 20
    assert (error, answer["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert answer["errorMessage"].endswith("Task timed out after 1.00 seconds")
    log = log_of(emulator, f"/aws/lambda/{name}")
    pid = int(next(line for line in log if line.startswith("child")).split()[1])
    assert eventually(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert any("Task timed out after 1.00 seconds" in line for line in log)


def test_what_it_prints_and_logs_is_in_its_log_group(emulator: Emulator) -> None:
    code = """
        import logging
        def handler(event, context):
            print("printed")
            logging.getLogger().warning("careful")
            logging.getLogger().info("unimportant")
    """
    name = make(emulator, code)
    answer = emulator.client("lambda", REGION).invoke(FunctionName=name, LogType="Tail")
    log = log_of(emulator, f"/aws/lambda/{name}")
    assert log[0].startswith("START RequestId: ")
    assert log[1] == "printed"
    assert log[2].startswith("[WARNING]\t")
    assert log[2].endswith("\tcareful")
    assert [line.split()[0] for line in log[3:]] == ["END", "REPORT"]
    assert "careful" in base64.b64decode(answer["LogResult"]).decode()


def test_the_log_can_be_json_in_a_group_of_its_own(emulator: Emulator) -> None:
    code = """
        import logging
        def handler(event, context):
            logging.getLogger("shop").info("sold", extra={"items": 2})
            raise KeyError("x")
    """
    group = fresh_name("/group")
    logging = {"LogFormat": "JSON", "LogGroup": group, "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    invoke(emulator, make(emulator, code, LoggingConfig=logging))
    start, sold, error, report = map(json.loads, log_of(emulator, group))
    assert start["type"] == "platform.start"
    assert (sold["level"], sold["message"], sold["logger"], sold["items"]) == ("INFO", "sold", "shop", 2)
    assert (error["log_level"], error["errorType"]) == ("ERROR", "KeyError")
    assert (report["type"], report["record"]["status"]) == ("platform.report", "error")


def test_a_role_that_may_not_write_logs_leaves_none(emulator: Emulator) -> None:
    name = make(emulator, "def handler(event, context): print('x')", {**LOGS, "Effect": "Deny"})
    assert invoke(emulator, name) == (None, None)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        log_of(emulator, f"/aws/lambda/{name}")


def test_an_event_is_taken_at_once_and_worked_on_later(emulator: Emulator) -> None:
    code = "import time\ndef handler(event, context):\n    time.sleep(1)\n    print('worked on', event)\n"
    name = make(emulator, code)
    began = time.monotonic()
    answer = emulator.client("lambda", REGION).invoke(FunctionName=name, InvocationType="Event", Payload=b'"one"')
    assert time.monotonic() - began < 1
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    groups = emulator.client("logs", REGION)
    assert eventually(lambda: groups.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"])
    assert "worked on one" in log_of(emulator, f"/aws/lambda/{name}")


@pytest.mark.parametrize(("settings", "attempts"), [({}, 3), ({"MaximumRetryAttempts": 0}, 1)])
def test_an_event_that_fails_is_tried_again_and_then_put_aside(
    emulator: Emulator, settings: dict[str, int], attempts: int
) -> None:
    sqs = emulator.client("sqs", REGION)
    queue = sqs.create_queue(QueueName=fresh_name("dead"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    code = "def handler(event, context):\n    raise ValueError('no')\n"
    name = make(emulator, code, allows("sqs:SendMessage", arn), DeadLetterConfig={"TargetArn": arn})
    client = emulator.client("lambda", REGION)
    if settings:
        client.put_function_event_invoke_config(FunctionName=name, **settings)
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"order": 7}')
    asked = {"QueueUrl": queue, "WaitTimeSeconds": 20, "MessageAttributeNames": ["All"]}
    (message,) = sqs.receive_message(**asked)["Messages"]
    assert json.loads(message["Body"]) == {"order": 7}
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no"
    log = log_of(emulator, f"/aws/lambda/{name}")
    assert sum(line.startswith("START") for line in log) == attempts


def test_a_topic_invokes_its_function(emulator: Emulator) -> None:
    name = make(emulator, "def handler(event, context): print(event['Records'][0]['Sns']['Message'])")
    sns = emulator.client("sns", REGION)
    topic = sns.create_topic(Name=fresh_name("topic"))["TopicArn"]
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="wake up")
    groups = emulator.client("logs", REGION)
    assert eventually(lambda: groups.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"])
    assert "wake up" in log_of(emulator, f"/aws/lambda/{name}")


def test_functions_run_beside_each_other_and_beside_other_requests(emulator: Emulator) -> None:
    name = make(emulator, "import time\ndef handler(event, context): time.sleep(2)")
    began = time.monotonic()
    with ThreadPoolExecutor(3) as clients:
        running = [clients.submit(invoke, emulator, name) for _ in range(3)]
        time.sleep(0.2)
        emulator.client("sts", REGION).get_caller_identity()
        assert not any(one.done() for one in running)
        assert [one.result() for one in running] == [(None, None)] * 3
    assert time.monotonic() - began < 5.5


def test_what_is_no_json_is_refused(emulator: Emulator) -> None:
    name = make(emulator, "def handler(event, context): return 1")
    with refused("InvalidRequestContentException"):
        emulator.client("lambda", REGION).invoke(FunctionName=name, Payload=b"{")
    emulator.client("lambda", REGION).invoke(FunctionName=name, InvocationType="DryRun")


def test_a_function_ends_with_its_emulator(tmp_path: Path) -> None:
    with Emulator.start(directory=tmp_path) as emulator:
        name = make(emulator, "import time\ndef handler(event, context): time.sleep(60)", Timeout=60)
        emulator.client("lambda", REGION).invoke(FunctionName=name, InvocationType="Event")
        process = psutil.Process(emulator.pid)
        (child,) = eventually(process.children)
    assert eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
