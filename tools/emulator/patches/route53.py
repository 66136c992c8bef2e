"""Route 53: health checks that follow an alarm."""

from typing import Any, cast

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.responses import ActionResult
from moto.route53.exceptions import InvalidInput
from moto.route53.models import HealthCheck
from moto.route53.responses import Route53

from tools.emulator.helpers.replacing import Method, replace, wrap_all
from tools.emulator.helpers.requests import parameter

STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")


def keep_alarm(original: Method, response: Route53) -> ActionResult:
    """Make or change a health check, with the alarm that it follows.

    moto forgets which alarm that is, and what its silence means. AWS also looks at it: it has to be there, and to be on
    one metric and no percentile.
    """
    config = parameter(response, "HealthCheckConfig") or response.params
    followed = {name: config[name] for name in ("AlarmIdentifier", "InsufficientDataHealthStatus") if config.get(name)}
    if alarm := followed.get("AlarmIdentifier"):
        _look_at(response, region=alarm["Region"], name=alarm["Name"])
    answer: ActionResult = original(response)
    check = cast("dict[str, HealthCheck]", answer.result)["HealthCheck"]
    check.__dict__.setdefault("followed", {}).update(followed)
    return answer


def health_check_config(original: Method, check: HealthCheck) -> dict[str, Any]:
    """Return the configuration of a health check; for one that follows an alarm, that instead of an endpoint.

    moto says of each that it asks an endpoint every 30 seconds, which Terraform would replace the check for.
    """
    if check.type_ != "CLOUDWATCH_METRIC":
        return dict(original(check))
    return {"Type": check.type_, "Inverted": check.inverted, "Disabled": check.disabled, **check.__dict__["followed"]}


def _look_at(response: Route53, *, region: str, name: str) -> None:
    alarm = cloudwatch_backends[response.current_account][region].alarms.get(name)
    if alarm is None:
        raise InvalidInput(f"The alarm {name} does not exist in {region}.")
    if alarm.statistic not in STATISTICS:
        raise InvalidInput(f"The alarm {name} is not on one metric, or is on a percentile.")


def apply() -> None:
    """Apply the patch."""
    wrap_all(Route53, ("create_health_check", "update_health_check"), keep_alarm)
    original = HealthCheck.__dict__["health_check_config"].fget
    replace(HealthCheck, "health_check_config", property(lambda check: health_check_config(original, check)))
