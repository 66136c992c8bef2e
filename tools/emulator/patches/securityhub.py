"""Security Hub: configuration of the hub, and standards."""

import json
from collections.abc import Callable
from typing import Any

from moto.securityhub import urls
from moto.securityhub.models import SecurityHubBackend
from moto.securityhub.responses import SecurityHubResponse

from tools.emulator.helpers.replacing import replace, wrap
from tools.emulator.helpers.requests import parameter

CONFIGURATION = ("AutoEnableControls", "ControlFindingGenerator")


def enable_security_hub(original: Callable[..., str], response: SecurityHubResponse) -> str:
    """Start from AWS's defaults, with what the request says of the configuration."""
    backend = response.securityhub_backend
    backend.__dict__["configuration"] = {}
    return original(response) and update_security_hub_configuration(response)


def update_security_hub_configuration(response: SecurityHubResponse) -> str:
    """Change the hub's configuration; moto cannot, and Terraform does it right after it has enabled the hub."""
    body = json.loads(response.body or "{}")
    kept = response.securityhub_backend.__dict__.setdefault("configuration", {})
    kept.update({name: body[name] for name in CONFIGURATION if name in body})
    return "{}"


def describe_hub(
    original: Callable[..., dict[str, Any]], backend: SecurityHubBackend, hub_arn: str | None = None
) -> object:
    """Tell the configuration that was put; moto tells constants."""
    return original(backend, hub_arn=hub_arn) | backend.__dict__.get("configuration", {})


def batch_enable_standards(response: SecurityHubResponse) -> str:
    """Subscribe to standards, which moto cannot."""
    enabled = []
    for request in parameter(response, "StandardsSubscriptionRequests"):
        arn = request["StandardsArn"]
        subscription = {
            "StandardsSubscriptionArn": _subscription_arn(response, arn),
            "StandardsArn": arn,
            "StandardsInput": request.get("StandardsInput", {}),
            "StandardsStatus": "READY",
            "StandardsControlsUpdatable": "READY_FOR_UPDATES",
        }
        _subscriptions(response)[subscription["StandardsSubscriptionArn"]] = subscription
        enabled.append(subscription)
    return json.dumps({"StandardsSubscriptions": enabled})


def get_enabled_standards(response: SecurityHubResponse) -> str:
    """List the standards that are subscribed to, or those of the request."""
    arns = parameter(response, "StandardsSubscriptionArns", [])
    found = [entry for arn, entry in _subscriptions(response).items() if not arns or arn in arns]
    return json.dumps({"StandardsSubscriptions": found})


def batch_disable_standards(response: SecurityHubResponse) -> str:
    """End subscriptions."""
    ended = [_subscriptions(response).pop(arn, None) for arn in parameter(response, "StandardsSubscriptionArns")]
    gone = [{**entry, "StandardsStatus": "DELETING"} for entry in ended if entry is not None]
    return json.dumps({"StandardsSubscriptions": gone})


def _subscriptions(response: SecurityHubResponse) -> dict[str, dict[str, Any]]:
    subscriptions: dict[str, dict[str, Any]] = response.securityhub_backend.__dict__.setdefault("subscriptions", {})
    return subscriptions


def _subscription_arn(response: SecurityHubResponse, standards_arn: str) -> str:
    """Return AWS's name for a subscription, which ends as the standard's ARN does after its type."""
    name = standards_arn.rsplit(":", 1)[1].split("/", 1)[1]
    return f"arn:{response.partition}:securityhub:{response.region}:{response.current_account}:subscription/{name}"


def apply() -> None:
    """Apply the patches."""
    wrap(SecurityHubResponse, "enable_security_hub", enable_security_hub)
    wrap(SecurityHubBackend, "describe_hub", describe_hub)
    for operation in (
        update_security_hub_configuration,
        batch_enable_standards,
        get_enabled_standards,
        batch_disable_standards,
    ):
        replace(SecurityHubResponse, operation.__name__, operation)
    for path in ("register", "get", "deregister"):
        urls.url_paths[f"{{0}}/standards/{path}$"] = SecurityHubResponse.dispatch
