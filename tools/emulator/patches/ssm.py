"""Systems Manager: service settings, and ARNs in the list of parameters, which moto does not have."""

import json
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.ssm.responses import SimpleSystemManagerResponse
from moto.ssm.utils import parameter_arn

from tools.emulator.helpers.replacing import Method, replace, wrap
from tools.emulator.helpers.requests import parameter

#: What AWS has set while nobody else has, for the settings that are in use here.
DEFAULTS = {"/ssm/documents/console/public-sharing-permission": "Enable"}


def update_service_setting(response: SimpleSystemManagerResponse) -> str:
    """Set a setting of the region, named by its id or its ARN."""
    _settings(response)[_name(response)] = parameter(response, "SettingValue")
    return "{}"


def get_service_setting(response: SimpleSystemManagerResponse) -> str:
    """Tell a setting, and whether it is AWS's."""
    return json.dumps({"ServiceSetting": _described(response)})


def reset_service_setting(response: SimpleSystemManagerResponse) -> str:
    """Go back to what AWS has set."""
    _settings(response).pop(_name(response), None)
    return get_service_setting(response)


def describe_parameters(original: Method, response: SimpleSystemManagerResponse) -> ActionResult:
    """List parameters with their ARNs."""
    answer: ActionResult = original(response)
    for one in answer.result["Parameters"]:  # type: ignore[index]
        one["ARN"] = parameter_arn(response.current_account, response.region, one["Name"])
    return answer


def _described(response: SimpleSystemManagerResponse) -> dict[str, Any]:
    name, kept = _name(response), _settings(response)
    return {
        "SettingId": name,
        "SettingValue": kept.get(name, DEFAULTS.get(name, "")),
        "LastModifiedDate": datetime.now(tz=UTC).timestamp(),
        "ARN": f"arn:aws:ssm:{response.region}:{response.current_account}:servicesetting{name}",
        "Status": "Customized" if name in kept else "Default",
    }


def _name(response: SimpleSystemManagerResponse) -> str:
    return str(parameter(response, "SettingId")).rpartition(":servicesetting")[2]


def _settings(response: SimpleSystemManagerResponse) -> dict[str, str]:
    # Kept on the backend, so that a reset forgets them.
    settings: dict[str, str] = response.ssm_backend.__dict__.setdefault("service_settings", {})
    return settings


def apply() -> None:
    """Apply the patches."""
    for operation in (update_service_setting, get_service_setting, reset_service_setting):
        replace(SimpleSystemManagerResponse, operation.__name__, operation)
    wrap(SimpleSystemManagerResponse, "describe_parameters", describe_parameters)
