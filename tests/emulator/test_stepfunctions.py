"""State machines whose executions run."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from modules.areas.failover.machine import definition
from modules.areas.failover.runtime.names import REFUSED_ERROR
from tests.emulator.test_functions import make
from tests.support.refusals import ACCOUNT, REGION, allows, fresh_name, refused, role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

PASS = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}


def machine(emulator: Emulator, definition: dict[str, Any], *statements: dict[str, Any], **more: Any) -> str:
    answer = emulator.client("stepfunctions", REGION).create_state_machine(
        name=fresh_name("machine"),
        definition=json.dumps(definition),
        roleArn=role(emulator, *statements, service="states.amazonaws.com"),
        **more,
    )
    return str(answer["stateMachineArn"])


def execute(emulator: Emulator, arn: str, content: object = None, **more: Any) -> dict[str, Any]:
    """Return what an execution is when it has ended."""
    client = emulator.client("stepfunctions", REGION)
    started = client.start_execution(stateMachineArn=arn, input=json.dumps(content), **more)["executionArn"]
    deadline = time.monotonic() + 30
    while (found := client.describe_execution(executionArn=started))["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return dict(found)


def invokes(name: str) -> dict[str, Any]:
    return allows("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")


def loop(name: str) -> dict[str, Any]:
    """A loop around a function that waits as long as that says and ends when that says."""
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name, "Payload.$": "$"},
        "OutputPath": "$.Payload",
        "Retry": [{"ErrorEquals": ["Lambda.ServiceException"], "MaxAttempts": 1, "IntervalSeconds": 1}],
        "Next": "Which",
    }
    choices = [{"Variable": "$.next", "StringEquals": "wait", "Next": "Wait"}]
    return {
        "StartAt": "Advance",
        "States": {
            "Advance": task,
            "Which": {"Type": "Choice", "Choices": choices, "Default": "Done"},
            "Wait": {"Type": "Wait", "SecondsPath": "$.seconds", "Next": "Advance"},
            "Done": {"Type": "Succeed"},
        },
    }


def test_a_loop_of_a_function_and_a_wait_runs_to_its_end(emulator: Emulator) -> None:
    name = make(
        emulator,
        """
        def handler(event, context):
            turns = event.get("turns", 0) + 1
            return {"turns": turns, "next": "wait" if turns < 3 else "end", "seconds": 1}
        """,
    )
    began = time.monotonic()
    ended = execute(emulator, machine(emulator, loop(name), invokes(name)), {})
    assert time.monotonic() - began > 2
    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["output"]) == {"turns": 3, "next": "end", "seconds": 1}


def test_a_task_is_done_with_the_role_of_the_machine(emulator: Emulator) -> None:
    name = make(emulator, "def handler(event, context): return {'next': 'end'}")
    ended = execute(emulator, machine(emulator, loop(name)), {})
    assert ended["status"] == "FAILED"
    assert "is not authorized to perform: lambda:InvokeFunction" in ended["cause"]


def test_an_error_of_a_function_can_be_caught_by_its_name(emulator: Emulator) -> None:
    name = make(emulator, "def handler(event, context):\n    raise ValueError('no')\n")
    task = {
        "Type": "Task",
        "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
        "Catch": [{"ErrorEquals": ["ValueError"], "Next": "Caught"}],
        "End": True,
    }
    states = {"Task": task, "Caught": {"Type": "Succeed"}}
    ended = execute(emulator, machine(emulator, {"StartAt": "Task", "States": states}, invokes(name)), {})
    assert (ended["status"], json.loads(ended["output"])["Error"]) == ("SUCCEEDED", "ValueError")
    del task["Catch"], states["Caught"]
    ended = execute(emulator, machine(emulator, {"StartAt": "Task", "States": states}, invokes(name)), {})
    assert (ended["status"], ended["error"]) == ("FAILED", "ValueError")
    assert json.loads(ended["cause"])["errorMessage"] == "no"


def test_executions_without_a_name_have_names_of_their_own(emulator: Emulator) -> None:
    arn = machine(emulator, PASS)
    first, second = execute(emulator, arn, 1), execute(emulator, arn, 2)
    assert first["executionArn"] != second["executionArn"]
    assert execute(emulator, arn, 3, name="mine")["executionArn"].endswith(":mine")
    with refused("ExecutionAlreadyExists"):
        execute(emulator, arn, 4, name="mine")


def test_an_execution_can_be_stopped(emulator: Emulator) -> None:
    states = {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}
    client, arn = emulator.client("stepfunctions", REGION), machine(emulator, {"StartAt": "Wait", "States": states})
    started = client.start_execution(stateMachineArn=arn)["executionArn"]
    time.sleep(0.5)
    client.stop_execution(executionArn=started)
    deadline = time.monotonic() + 10
    while client.describe_execution(executionArn=started)["status"] != "ABORTED":
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_definition_is_validated(emulator: Emulator) -> None:
    client = emulator.client("stepfunctions", REGION)
    good = client.validate_state_machine_definition(definition=json.dumps(PASS))
    assert (good["result"], good["diagnostics"]) == ("OK", [])
    bad = client.validate_state_machine_definition(definition=json.dumps({"StartAt": "Nowhere"}))
    assert bad["result"] == "FAIL"
    assert bad["diagnostics"][0]["severity"] == "ERROR"


def test_published_versions_are_listed(emulator: Emulator) -> None:
    client, arn = emulator.client("stepfunctions", REGION), machine(emulator, PASS)
    assert client.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"] == []
    other = {**PASS, "Comment": "other"}
    version = client.update_state_machine(stateMachineArn=arn, definition=json.dumps(other), publish=True)
    (listed,) = client.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
    assert listed["stateMachineVersionArn"] == version["stateMachineVersionArn"]


def test_a_failover_that_is_refused_is_told_from_one_that_breaks_off(emulator: Emulator) -> None:
    """By the error of the execution: `make failover` says which."""
    name = make(
        emulator,
        """
        def handler(event, context):
            return {"next": "end", "state": "refused", "why": "the writer answers"}
        """,
    )
    states = definition(f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
    ended = execute(emulator, machine(emulator, states, invokes(name)), {"request": {"id": "a"}})
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", REFUSED_ERROR, "the writer answers")
