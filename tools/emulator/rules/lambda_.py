"""Lambda: what is tried with the execution role when a function is made or changed, and the account's concurrency."""

from moto.awslambda.utils import get_backend

from tools.emulator import account
from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers import state
from tools.emulator.helpers.registry import rule
from tools.emulator.refusal import Refusal

SERVICE = "lambda.amazonaws.com"
#: Lambda does these in the role's name, on interfaces that are not there yet: they cannot be narrowed to a resource.
INTERFACE_ACTIONS = ("CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface")
SEND_ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}
CODE = "InvalidParameterValueException"


@rule("lambda", "CreateFunction", "UpdateFunctionConfiguration")
def role_can_be_assumed(call: Call) -> Refusal | None:
    """Refuse a role that is not there, or whose trust policy does not name Lambda.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """
    arn = call.parameters.get("Role")
    if not arn:
        return None
    role = state.role(arn)
    if role is not None and state.trusts(role, SERVICE):
        return None
    return Refusal(code=CODE, message="The role defined for the function cannot be assumed by Lambda.")


@rule("lambda", "CreateFunction", "UpdateFunctionConfiguration")
def role_makes_network_interfaces(call: Call) -> Refusal | None:
    """Refuse a function in a VPC whose role may not make, see and delete network interfaces.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    """
    role = state.role(_role_arn(call))
    if role is None or not call.parameters.get("VpcConfig", {}).get("SubnetIds"):
        return None
    context = {"aws:requestedregion": [call.region]}
    for action in INTERFACE_ACTIONS:
        if not state.may(role, f"ec2:{action}", "*", context):
            message = f"The provided execution role does not have permissions to call {action} on EC2"
            return Refusal(code=CODE, message=message)
    return None


@rule("lambda", "CreateFunction", "UpdateFunctionConfiguration")
def role_sends_dead_letters(call: Call) -> Refusal | None:
    """Refuse a dead-letter queue or topic that the role may not send to.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
    """
    target = call.parameters.get("DeadLetterConfig", {}).get("TargetArn")
    role = state.role(_role_arn(call))
    if not target or role is None:
        return None
    service = target.split(":")[2]
    if service in SEND_ACTIONS and state.may(role, SEND_ACTIONS[service], target):
        return None
    verb = SEND_ACTIONS.get(service, ":send").split(":")[1]
    message = f"The provided execution role does not have permissions to call {verb} on {service.upper()}"
    return Refusal(code=CODE, message=message)


@rule("lambda", "PutFunctionConcurrency")
def concurrency_is_left_for_others(call: Call) -> Refusal | None:
    """Refuse to reserve so much that the functions without a reservation share less than the least.

    That is 100 of the account's concurrency in a region, and no less than all of it in a new account, which has 10: it
    can reserve nothing.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    name = call.parameters["FunctionName"].rpartition(":")[2]
    functions = get_backend(account_id(), call.region).list_functions()
    others = sum(int(found.reserved_concurrency or 0) for found in functions if found.function_name != name)
    quota = account.quota("lambda", account.LAMBDA_CONCURRENCY)
    least = min(account.LEAST_UNRESERVED_CONCURRENCY, quota)
    if quota - others - call.parameters["ReservedConcurrentExecutions"] >= least:
        return None
    message = "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
    return Refusal(code=CODE, message=f"{message}below its minimum value of [{least}].")


def _role_arn(call: Call) -> str:
    """Return the role that the function is to have: an update may leave it out."""
    if arn := call.parameters.get("Role"):
        return str(arn)
    name = call.parameters["FunctionName"].rpartition(":")[2]
    functions = get_backend(account_id(), call.region).list_functions()
    found = next((found for found in functions if found.function_name == name), None)
    return str(found.role) if found else ""
