"""Route 53: health checks on an alarm of CloudWatch, and updates that leave what they do not name.

moto forgets the alarm, so Terraform makes the check again at every apply, and an update without children takes them
away. https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
"""

from collections.abc import Callable
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.route53.models import HealthCheck
from moto.route53.responses import Route53

from tools.emulator.helpers.replacing import Method, replace, wrap
from tools.emulator.helpers.requests import parameter

ALARM = ("AlarmIdentifier", "InsufficientDataHealthStatus")
ON_ALARM = "CLOUDWATCH_METRIC"
#: What AWS does where nothing is said.
WITHOUT_DATA = "LastKnownStatus"
#: Settings of a check on an endpoint, which moto makes up for other kinds.
OF_ENDPOINTS = ("FailureThreshold", "IPAddress", "MeasureLatency", "Port", "RequestInterval")


def create_health_check(original: Method, response: Route53) -> ActionResult:
    """Make a health check, and keep the alarm that it looks at."""
    answer: ActionResult = original(response)
    config = parameter(response, "HealthCheckConfig")
    made = cast("dict[str, HealthCheck]", answer.result)["HealthCheck"]
    _keep(made, {name: config.get(name) for name in ALARM})
    return answer


def update_health_check(original: Method, response: Route53) -> ActionResult:
    """Change a health check where the request says so, its alarm and its children too."""
    check = response.backend.get_health_check(parameter(response, "HealthCheckId"))
    children, regions = check.children, check.regions
    answer: ActionResult = original(response)
    if parameter(response, "ChildHealthChecks") is None:
        check.children = children
    if parameter(response, "Regions") is None:
        check.regions = regions
    _keep(check, {name: parameter(response, name) for name in ALARM})
    return answer


def health_check_config(check: HealthCheck) -> dict[str, Any]:
    """Tell the alarm that a check looks at, and nothing of an endpoint then."""
    config: dict[str, Any] = TOLD(check)
    if check.type_ != ON_ALARM:
        return config
    named = {name: value for name, value in config.items() if name not in OF_ENDPOINTS}
    alarm: dict[str, Any] = check.__dict__.get("alarm", {})
    return named | {"InsufficientDataHealthStatus": WITHOUT_DATA} | alarm


#: What moto tells.
TOLD: Callable[[HealthCheck], dict[str, Any]] = vars(HealthCheck)["health_check_config"].fget


def _keep(check: HealthCheck, said: dict[str, Any]) -> None:
    check.__dict__.setdefault("alarm", {}).update({name: value for name, value in said.items() if value})


def apply() -> None:
    """Apply the patch."""
    wrap(Route53, "create_health_check", create_health_check)
    wrap(Route53, "update_health_check", update_health_check)
    replace(HealthCheck, "health_check_config", property(health_check_config))
