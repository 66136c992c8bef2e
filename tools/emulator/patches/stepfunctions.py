"""Step Functions: executions run, and what Terraform asks of a state machine is answered.

moto ends an execution with an output that a test has to set. It can interpret the language too, but its tasks call
other services with a key that nobody has; here they do it with a session of the execution's role, as AWS does.

The interpreter takes seconds to load, so that is done when Step Functions is first asked for something.
"""

import sys
from functools import cache
from typing import Any
from uuid import uuid4

import boto3
from botocore.config import Config
from moto.core.config import default_user_config
from moto.core.responses import ActionResult
from moto.settings import moto_server_port
from moto.stepfunctions import responses
from moto.stepfunctions.models import StepFunctionBackend
from moto.stepfunctions.responses import StepFunctionResponse

from tools.emulator.helpers.replacing import Method, replace, wrap
from tools.emulator.helpers.requests import parameter
from tools.emulator.helpers.sessions import session_of
from tools.emulator.lock import LOCK

INTERPRETER = "moto.stepfunctions.parser"
CLIENT = "boto_client_for"


def backend_of(account_id: str, region: str) -> StepFunctionBackend:
    """Return the backend whose executions run."""
    backend: StepFunctionBackend = _backends()[account_id][region]
    return backend


def client(region: str, service: str, state_credentials: Any) -> Any:  # noqa: ANN401 - boto3 has no types
    """Return the client with which a task calls a service: as the role of the execution, or the one the state names.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
    """
    with LOCK:
        session = session_of(state_credentials.role_arn, name="states", region=region)
    return boto3.Session().client(
        service,
        region_name=region,
        endpoint_url=f"http://127.0.0.1:{moto_server_port()}",
        aws_access_key_id=session.access_key_id,
        aws_secret_access_key=session.secret_access_key,
        aws_session_token=session.session_token,
        # The state says how often it is tried again.
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=900, proxies={}),
    )


def start_execution(
    original: Method, backend: StepFunctionBackend, state_machine_arn: str, name: str | None, *arguments: object
) -> object:
    """Start an execution under its name, or a new one: moto names every other execution ``None``."""
    return original(backend, state_machine_arn, name or str(uuid4()), *arguments)


def validate_state_machine_definition(response: StepFunctionResponse) -> ActionResult:
    """Say whether a definition can be read, which Terraform asks in each plan; moto has no such operation.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
    """
    diagnostics = []
    try:
        _parse(parameter(response, "definition"))
    except Exception as error:  # noqa: BLE001 - the interpreter raises whatever it meets
        told = {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": f"{error or type(error).__name__}"}
        diagnostics.append(told)
    result = "FAIL" if diagnostics else "OK"
    return ActionResult({"result": result, "diagnostics": diagnostics, "truncated": False})


def list_state_machine_versions(response: StepFunctionResponse) -> ActionResult:
    """List the published versions, the newest first; moto has no such operation.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineVersions.html
    """
    machine = response.stepfunction_backend.describe_state_machine(parameter(response, "stateMachineArn"))
    versions = sorted(machine.versions.items(), reverse=True)
    listed = [{"stateMachineVersionArn": one.arn, "creationDate": one.creation_date} for _, one in versions]
    return ActionResult({"stateMachineVersions": listed})


@cache
def _backends() -> Any:  # noqa: ANN401 - moto's dictionary of backends
    """Load the interpreter, with `client` in the place of its own wherever it has been imported."""
    from moto.stepfunctions.parser.asl.utils import boto_client  # noqa: PLC0415 - slow to import

    setattr(boto_client, CLIENT, client)
    from moto.stepfunctions.parser import models  # noqa: PLC0415 - slow to import

    wrap(models.StepFunctionsParserBackend, "start_execution", start_execution)
    for name, module in list(sys.modules.items()):
        if name.startswith(INTERPRETER) and hasattr(module, CLIENT):
            setattr(module, CLIENT, client)
    return models.stepfunctions_parser_backends


def _parse(definition: str) -> None:
    _backends()
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser  # noqa: PLC0415 - slow

    AmazonStateLanguageParser.parse(definition)


def apply() -> None:
    """Apply the patch."""
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    replace(responses, "get_backend", backend_of)
    replace(StepFunctionResponse, "validate_state_machine_definition", validate_state_machine_definition)
    replace(StepFunctionResponse, "list_state_machine_versions", list_state_machine_versions)
