"""Step Functions: what the role of a state machine must be able to do when the machine is made or changed."""

from moto.iam.models import Role
from moto.stepfunctions import responses

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers import state
from tools.emulator.helpers.registry import rule
from tools.emulator.refusal import Refusal

SERVICE = "states.amazonaws.com"
#: Deliveries of logs are of no resource, so these cannot be narrowed to one.
DELIVERY_ACTIONS = (
    "CreateLogDelivery",
    "GetLogDelivery",
    "UpdateLogDelivery",
    "DeleteLogDelivery",
    "ListLogDeliveries",
    "PutResourcePolicy",
    "DescribeResourcePolicies",
    "DescribeLogGroups",
)


@rule("stepfunctions", "CreateStateMachine", "UpdateStateMachine")
def role_can_be_assumed(call: Call) -> Refusal | None:
    """Refuse a role that is not there, or whose trust policy does not name Step Functions.

    https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
    """
    arn = call.parameters.get("roleArn")
    if not arn:
        return None
    role = state.role(arn)
    context = {"aws:sourceaccount": [account_id()], "aws:sourcearn": [_machine_arn(call)]}
    if role is not None and state.trusts(role, SERVICE, context):
        return None
    message = f"Neither the global service principal {SERVICE}, nor the regional one is authorized to assume the "
    return Refusal(code="AccessDeniedException", message=f"{message}provided role.")


@rule("stepfunctions", "CreateStateMachine", "UpdateStateMachine")
def role_delivers_logs(call: Call) -> Refusal | None:
    """Refuse logs whose delivery the role may not set up.

    https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    """
    role = _role(call)
    logging = call.parameters.get("loggingConfiguration", {})
    if role is None or not logging.get("destinations") or logging.get("level", "OFF") == "OFF":
        return None
    context = {"aws:requestedregion": [call.region]}
    if all(state.may(role, f"logs:{action}", "*", context) for action in DELIVERY_ACTIONS):
        return None
    message = "The state machine IAM Role is not authorized to access the Log Destination"
    return Refusal(code="AccessDeniedException", message=message)


def _machine_arn(call: Call) -> str:
    if arn := call.parameters.get("stateMachineArn"):
        return str(arn)
    return f"arn:aws:states:{call.region}:{account_id()}:stateMachine:{call.parameters['name']}"


def _role(call: Call) -> Role | None:
    """Return the role that the machine is to have: an update may leave it out."""
    if arn := call.parameters.get("roleArn"):
        return state.role(arn)
    arn = call.parameters.get("stateMachineArn")
    machines = responses.get_backend(account_id(), call.region).state_machines
    found = next((machine for machine in machines if machine.arn == arn), None)
    return state.role(found.roleArn) if found is not None else None
