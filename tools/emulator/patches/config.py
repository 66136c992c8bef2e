"""AWS Config: remediation of what rules find, which moto does not have. Nothing is mended."""

import json
from typing import Any

from moto.config.exceptions import NoSuchConfigRuleException
from moto.config.responses import ConfigResponse
from moto.core.exceptions import JsonRESTError

from tools.emulator.patches.replacing import replace
from tools.emulator.patches.requests import parameter


class NoSuchRemediationConfigurationError(JsonRESTError):
    """The rule has no remediation."""

    code = 400

    def __init__(self, rule: str) -> None:
        super().__init__("NoSuchRemediationConfigurationException", f"No RemediationConfiguration for rule {rule}")


def put_remediation_configurations(response: ConfigResponse) -> str:
    """Keep a remediation for each rule that is named, in place of the one it had."""
    for request in parameter(response, "RemediationConfigurations"):
        rule = request["ConfigRuleName"]
        if rule not in response.config_backend.config_rules:
            raise NoSuchConfigRuleException(rule)
        arn = f"arn:aws:config:{response.region}:{response.current_account}:remediation-configuration/{rule}"
        _remediations(response)[rule] = {**request, "Arn": arn}
    return json.dumps({"FailedBatches": []})


def describe_remediation_configurations(response: ConfigResponse) -> str:
    """Tell the remediations of the rules that are named; a rule without one is passed over."""
    kept = _remediations(response)
    return json.dumps(
        {"RemediationConfigurations": [kept[rule] for rule in parameter(response, "ConfigRuleNames") if rule in kept]}
    )


def delete_remediation_configuration(response: ConfigResponse) -> str:
    """Delete the remediation of a rule."""
    rule = parameter(response, "ConfigRuleName")
    if _remediations(response).pop(rule, None) is None:
        raise NoSuchRemediationConfigurationError(rule)
    return "{}"


def _remediations(response: ConfigResponse) -> dict[str, dict[str, Any]]:
    remediations: dict[str, dict[str, Any]] = response.config_backend.__dict__.setdefault("remediations", {})
    return remediations


def apply() -> None:
    """Apply the patches."""
    for operation in (
        put_remediation_configurations,
        describe_remediation_configurations,
        delete_remediation_configuration,
    ):
        replace(ConfigResponse, operation.__name__, operation)
