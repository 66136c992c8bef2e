"""Lambda: what of a function's configuration moto forgets."""

from collections.abc import Callable
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.ec2.models import ec2_backends

from tools.emulator.helpers.replacing import wrap

# Answer, and how moto calls what is behind it, for settings that it takes at creation and ignores in an update.
UPDATED_ATTRIBUTES = {"KMSKeyArn": "kms_key_arn", "TracingConfig": "tracing_config"}


def create(
    original: Callable[..., None], function: LambdaFunction, account_id: str, spec: dict[str, Any], **kwargs: object
) -> None:
    """Keep the dead letter queue and the logging configuration, which moto drops."""
    original(function, account_id, spec, **kwargs)
    function.kept_settings = {}  # type: ignore[attr-defined]
    _keep(function, spec)


def get_configuration(
    original: Callable[..., dict[str, Any]], function: LambdaFunction, *args: object, **kwargs: object
) -> dict[str, Any]:
    """Tell the dead letter queue, the logging configuration, and the VPC that the subnets are really in.

    AWS tells all three; without the first two Terraform sees drift at every plan, and moto's VPC is made up.
    """
    configuration = original(function, *args, **kwargs)
    configuration["LoggingConfig"] = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.function_name}"}
    configuration |= function.kept_settings  # type: ignore[attr-defined]
    if (configuration.get("VpcConfig") or {}).get("SubnetIds"):
        configuration["VpcConfig"]["VpcId"] = _vpc_id(function, configuration["VpcConfig"]["SubnetIds"][0])
    return configuration


def update_configuration(
    original: Callable[..., dict[str, Any]], function: LambdaFunction, updates: dict[str, Any]
) -> dict[str, Any]:
    """Take in the settings that moto ignores in an update."""
    _keep(function, updates)
    for name, attribute in UPDATED_ATTRIBUTES.items():
        if name in updates:
            setattr(function, attribute, updates[name])
    if "EphemeralStorage" in updates:
        function.ephemeral_storage = updates["EphemeralStorage"]["Size"]
    return original(function, updates)


def _keep(function: LambdaFunction, settings: dict[str, Any]) -> None:
    kept: dict[str, Any] = function.kept_settings  # type: ignore[attr-defined]
    if "LoggingConfig" in settings:
        default_group = f"/aws/lambda/{function.function_name}"
        kept["LoggingConfig"] = {"LogFormat": "Text", "LogGroup": default_group, **settings["LoggingConfig"]}
    if "DeadLetterConfig" in settings:
        kept["DeadLetterConfig"] = settings["DeadLetterConfig"]
        if not settings["DeadLetterConfig"].get("TargetArn"):
            # An empty target is how Terraform takes the queue away.
            del kept["DeadLetterConfig"]


def _vpc_id(function: LambdaFunction, subnet_id: str) -> str:
    subnets = ec2_backends[function.account_id][function.region].describe_subnets(subnet_ids=[subnet_id])
    return str(subnets[0].vpc_id)


def apply() -> None:
    """Apply the patches."""
    wrap(LambdaFunction, "__init__", create)
    wrap(LambdaFunction, "get_configuration", get_configuration)
    wrap(LambdaFunction, "update_configuration", update_configuration)
