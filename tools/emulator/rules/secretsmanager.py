"""Secrets Manager: what must be in place before a secret is rotated, and what cannot be done to a replica."""

from moto.awslambda.utils import get_backend
from moto.secretsmanager.models import ReplicaSecret, secretsmanager_backends

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers import state
from tools.emulator.helpers.registry import rule
from tools.emulator.policy import Caller, Decision, Request, decide
from tools.emulator.refusal import Refusal

SERVICE = "secretsmanager.amazonaws.com"


@rule("secretsmanager", "RotateSecret")
def function_can_be_invoked(call: Call) -> Refusal | None:
    """Refuse a rotation by a function that is not there, or that Secrets Manager may not invoke for this secret.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html
    """
    arn = call.parameters.get("RotationLambdaARN")
    if not arn:
        return None
    functions = get_backend(account_id(), call.region).list_functions()
    found = next((found for found in functions if arn in {found.function_arn, found.function_name}), None)
    if found is not None:
        secret = _secret(call)
        context = state.service_context(SERVICE, secret.arn if secret is not None else "")
        request = Request(action="lambda:InvokeFunction", resource=arn, caller=Caller(service=SERVICE), context=context)
        granted = {"Statement": [{**statement, "Resource": arn} for statement in found.policy.statements]}
        if decide(granted, request) is Decision.ALLOWED:
            return None
    message = "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants "
    return Refusal(code="AccessDeniedException", message=f"{message}access to the principal {SERVICE}.")


@rule("secretsmanager", "RotateSecret")
def there_is_a_value_to_rotate(call: Call) -> Refusal | None:
    """Refuse to rotate a secret that has no current value.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
    """
    secret = _secret(call)
    if secret is None or any("AWSCURRENT" in version["version_stages"] for version in secret.versions.values()):
        return None
    message = "You can't rotate a secret that has no value with the staging label AWSCURRENT."
    return Refusal(code="InvalidRequestException", message=message)


@rule("secretsmanager", "RotateSecret")
def a_rotation_ends_before_the_next(call: Call) -> Refusal | None:
    """Refuse to rotate while a version is pending that is not current: the last rotation did not finish.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot_rotation.html
    """
    secret = _secret(call)
    for version in secret.versions.values() if secret is not None else ():
        stages = set(version["version_stages"])
        if "AWSPENDING" in stages and "AWSCURRENT" not in stages:
            message = "A previous rotation isn't complete. That rotation will be reattempted."
            return Refusal(code="InvalidRequestException", message=message)
    return None


@rule("secretsmanager", "CreateSecret")
def no_secret_is_made_where_a_replica_is(call: Call) -> Refusal | None:
    """Refuse to make a secret with the name of a replica.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
    """
    name = call.parameters["Name"]
    if not isinstance(secretsmanager_backends[account_id()][call.region].secrets.get(name), ReplicaSecret):
        return None
    message = f"The operation failed because the secret {name} already exists."
    return Refusal(code="ResourceExistsException", message=message)


@rule("secretsmanager", "PutSecretValue", "TagResource", "UntagResource", "UpdateSecretVersionStage")
def a_replica_is_changed_at_its_primary(call: Call) -> Refusal | None:
    """Refuse to change a replica.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/standalone-secret.html
    """
    if not isinstance(_secret(call), ReplicaSecret):
        return None
    message = "Operation not permitted on a replica secret. Call must be made in primary secret's region."
    return Refusal(code="InvalidParameterException", message=message)


def _secret(call: Call):  # type: ignore[no-untyped-def]  # noqa: ANN202 - moto's secret or its replica
    secrets = secretsmanager_backends[account_id()][call.region].secrets
    return secrets.get(call.parameters["SecretId"])
